//! Hands a run over to the daemon, where this very program holds the same state, and follows what it tells.

mod client;

use std::{path::Path, time::Duration};

use api::{
    ReconcileRequest,
    view::{Identity, Phase},
};
use futures::StreamExt;
use reconcile::{Event, Report, RunResult};
use serde::Deserialize;
use tokio::sync::mpsc;

use crate::{
    daemon::{self, Line},
    failure::{Exit, Failure},
    identity::identity,
    progress::Progress,
    run,
    session::Session,
    world::World,
};
use client::{Client, ClientError, Lines};

/// How long the daemon may take to say what it is: it may just be starting.
const PATIENCE: Duration = Duration::from_secs(10);

/// The daemon that a run can be handed over to.
pub struct Daemon<'w> {
    client: Client,
    session: &'w Session,
    world: &'w World,
}

/// What came of handing a run over.
#[derive(Debug)]
pub enum Handover {
    /// The daemon carried it out; it ended so.
    Taken(Exit),
    /// It is to be carried out here, or what is left of it.
    Declined,
}

/// How the daemon describes itself, as far as it matters here.
#[derive(Debug, Deserialize)]
struct Described {
    identity: Identity,
    phase: Phase,
}

impl<'w> Daemon<'w> {
    /// The daemon that listens on `socket`; `None` where nobody does, where it is another program or holds something
    /// else, and where it is ending.
    pub async fn find(session: &'w Session, world: &'w World, socket: &Path) -> Option<Self> {
        let mut client = Client::connect(socket).await?;
        let why = match described(&mut client).await {
            Ok(Described { phase: Phase::Stopping | Phase::HostStopping, .. }) => "it is stopping".to_owned(),
            Ok(Described { identity: theirs, .. }) => {
                let ours = identity(session, world);
                if theirs == ours {
                    return Some(Self { client, session, world });
                }
                format!("it is {}, and this is {}", in_words(&theirs), in_words(&ours))
            }
            Err(error) => error.to_string(),
        };
        session.output.remark(&format!("the daemon is not asked: {why}"));
        None
    }

    /// Has it carry out a run. What it refuses is tried here, where more may be allowed than to a daemon that is
    /// confined; and a run that it does not end, because it ends itself, is taken up here.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub async fn carry_out(mut self, request: &ReconcileRequest) -> Result<Handover, Failure> {
        let declined = |why: &str| {
            self.session.output.remark(why);
            Ok(Handover::Declined)
        };
        let lines = match self.client.post("/v1/reconcile", request).await {
            Ok(lines) => lines,
            Err(error) => return declined(&format!("the daemon is not asked: {error}")),
        };
        match follow(self.session, self.world, lines).await? {
            Told::Report(report) if report.result == RunResult::Cancelled && !daemon::host_goes_down().await => {
                declined("the daemon ended before the run did; what is left is done here")
            }
            Told::Report(report) => Ok(Handover::Taken(run::tell(&self.session.output, &report, run::Success::Told)?)),
            Told::Refused(message) => declined(&format!("the daemon refused ({message}); it is tried here")),
            Told::Nothing => declined("the daemon went away before the run ended; what is left is done here"),
        }
    }
}

/// What the daemon told, in the end.
enum Told {
    Report(Box<Report>),
    /// Why nothing was changed.
    Refused(String),
    /// It went away before the end.
    Nothing,
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
            line @ Line::Refused { .. } => told = Told::Refused(line.refusal().to_owned()),
        }
    }
    drop(sender);
    run::drawn(shown).await;
    Ok(told)
}

async fn described(client: &mut Client) -> Result<Described, ClientError> {
    tokio::time::timeout(PATIENCE, client.get("/v1/status")).await.map_err(|_| ClientError::Silent(PATIENCE))?
}

fn in_words(identity: &Identity) -> String {
    let Identity { program, state_directory, libvirt, docker } = identity;
    let docker = docker.as_ref().map(|address| format!(" and {address}")).unwrap_or_default();
    format!("{program} over {}, {libvirt}{docker}", state_directory.display())
}
