//! Hands a run over to the daemon, where one of this version holds the same state, and follows what it tells.

mod client;

use std::{path::Path, time::Duration};

use api::ReconcileRequest;
use futures::StreamExt;
use reconcile::{Event, Report};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::{
    daemon::Line,
    failure::{Exit, Failure},
    progress::Progress,
    run,
    session::Session,
    world::World,
};
use client::{Client, Lines};

/// How long the daemon may take to say what it is: it may just be starting.
const PATIENCE: Duration = Duration::from_secs(10);
/// What the daemon answers when it takes nothing on at the moment.
const BUSY: &str = "hypernix::busy";

/// What came of offering a run.
#[derive(Debug)]
pub enum Handover {
    /// The daemon carried it out; it ended so.
    Taken(Exit),
    /// It is to be carried out here: nobody listens, or what listens cannot be asked.
    Declined,
}

/// How the daemon describes itself, as far as it matters here.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Described {
    version: String,
    state_directory: std::path::PathBuf,
}

/// What the daemon told, in the end.
enum Told {
    Report(Box<Report>),
    Refused(serde_json::Value),
    /// It went away before the end.
    Nothing,
}

/// Offers a run to the daemon that listens on `socket`. A daemon that goes away half-way has left a journal, from
/// which the run is taken up here.
///
/// # Errors
/// When the daemon refuses the run, with its reasons.
pub async fn offer(
    session: &Session,
    world: &World,
    socket: &Path,
    request: &ReconcileRequest,
) -> Result<Handover, Failure> {
    let declined = |why: &str| {
        session.output.remark(&format!("the daemon was not asked: {why}; it is applied here"));
        Ok(Handover::Declined)
    };
    let Some(mut client) = Client::connect(socket).await else { return Ok(Handover::Declined) };
    let described = tokio::time::timeout(PATIENCE, client.get::<Described>("/v1/status")).await;
    match described {
        Err(_) => return declined("it does not answer"),
        Ok(Err(why)) => return declined(&why),
        Ok(Ok(daemon)) if daemon.version != env!("CARGO_PKG_VERSION") => {
            return declined(&format!("it is version {}, and this is {}", daemon.version, env!("CARGO_PKG_VERSION")));
        }
        Ok(Ok(daemon)) if daemon.state_directory != world.reconciler.state().root() => {
            return declined(&format!("its state is in {}", daemon.state_directory.display()));
        }
        Ok(Ok(_)) => {}
    }
    let lines = match client.post("/v1/reconcile", request).await {
        Ok(lines) => lines,
        Err(why) => return declined(&why),
    };
    match follow(session, world, lines).await? {
        Told::Report(report) => Ok(Handover::Taken(run::tell(&session.output, &report, run::Success::Told)?)),
        Told::Refused(error) if error["code"] == BUSY => {
            declined(error["message"].as_str().unwrap_or("it takes nothing on"))
        }
        Told::Refused(error) => Err(Failure::told(&error)),
        Told::Nothing => {
            session.output.remark("the daemon went away before the end; what is left is done here");
            Ok(Handover::Declined)
        }
    }
}

/// Shows what the daemon tells until it says how the run ended.
async fn follow(session: &Session, world: &World, mut lines: Lines) -> Result<Told, Failure> {
    let output = &session.output;
    let (sender, receiver) = mpsc::channel::<Event>(run::BACKLOG);
    let shown = tokio::spawn(Progress::new(output).show(receiver, world.fetches.clone()));
    let mut told = Told::Nothing;
    while let Some(line) = lines.next().await {
        match line {
            Line::Recovered { message } => output.remark(&message),
            Line::Planned { plan } => run::show(&plan, output)?,
            Line::Run(event) => {
                if sender.send(event).await.is_err() {
                    tracing::debug!("progress is not drawn any more");
                }
            }
            Line::Report { report, .. } => told = Told::Report(report),
            Line::Refused { error, .. } => told = Told::Refused(error),
        }
    }
    drop(sender);
    if let Err(error) = shown.await {
        tracing::debug!(%error, "progress could not be drawn");
    }
    Ok(told)
}
