//! A container's output, and a shell in it.

use std::io::{self, IsTerminal};

use driver::docker::{ContainerStatus, Docker, EngineError, Follow, Health, Process, Session, Terminal};
use futures::{Stream, StreamExt};
use model::Address;
use tokio::{
    io::AsyncWriteExt,
    signal::unix::{SignalKind, signal},
};

use super::{Sight, follow::Range};
use crate::{
    failure::{Exit, Failure, Trouble},
    terminal::{self, RawTerminal, Typed, show},
};

/// What the container shows.
pub fn sight(status: ContainerStatus) -> Sight {
    let published = status.ports.into_iter().flat_map(|(inside, bindings)| {
        bindings.into_iter().map(move |binding| {
            let port = binding.port.map_or_else(|| "?".to_owned(), |port| port.to_string());
            format!("{}:{port}->{inside}", binding.address)
        })
    });
    Sight {
        ports: published.collect(),
        addresses: status.addresses.into_values().collect(),
        started: status.started,
        health: status.health.map(|health| match health {
            Health::Starting => "starting",
            Health::Healthy => "healthy",
            Health::Unhealthy => "unhealthy",
        }),
    }
}

/// Prints the container's output.
///
/// # Errors
/// When the engine refuses, as it does for log drivers that cannot be read.
pub async fn print_logs(docker: &Docker, address: &Address, range: Range) -> Result<(), Failure> {
    let failed = |source| refused(format!("read the output of {address}"), source);
    let follow = if range.follows() { Follow::Yes } else { Follow::No };
    let tail = range.lines.map(|lines| u32::try_from(lines).unwrap_or(u32::MAX));
    let output = docker.logs(&address.name, follow, tail).await.map_err(failed)?;
    print_all(output).await.map_err(failed)
}

/// Lends the terminal to `command` inside the container until it ends, and ends as it did.
///
/// # Errors
/// When the container does not run or lacks the command.
pub async fn shell(docker: &Docker, address: &Address, command: &[String]) -> Result<Exit, Failure> {
    let failed = |source| refused(format!("run `{}` in {address}", command.join(" ")), source);
    let terminal = if io::stdin().is_terminal() { Terminal::Yes } else { Terminal::No };
    let mut session = docker.exec(&address.name, command, terminal).await.map_err(failed)?;
    let raw = RawTerminal::enter().map_err(|source| Trouble::Write { what: "the terminal".to_owned(), source })?;
    let ended = converse(docker, &mut session).await;
    drop(raw);
    ended.map_err(failed)?;
    match docker.exit_code(&session.process).await.map_err(failed)? {
        None | Some(0) => Ok(Exit::Done),
        Some(code) => Ok(Exit::Of(u8::try_from(code).unwrap_or(1))),
    }
}

/// Carries keys in and output out until the command ends or the person leaves.
async fn converse(docker: &Docker, session: &mut Session) -> Result<(), EngineError> {
    fit(docker, &session.process).await;
    let mut keys = terminal::read_keys();
    let mut resized = signal(SignalKind::window_change()).ok();
    let mut typing = true;
    loop {
        tokio::select! {
            chunk = session.output.next() => match chunk {
                None => return Ok(()),
                Some(chunk) => if !show(&chunk?) { return Ok(()) },
            },
            () = changed(&mut resized) => fit(docker, &session.process).await,
            typed = keys.recv(), if typing => match typed {
                Some(Typed::Keys(bytes)) => typing = session.input.write_all(&bytes).await.is_ok(),
                Some(Typed::Leave) => return Ok(()),
                Some(Typed::End) | None => {
                    typing = false;
                    if session.input.shutdown().await.is_err() {
                        return Ok(());
                    }
                }
            },
        }
    }
}

async fn changed(resized: &mut Option<tokio::signal::unix::Signal>) {
    match resized {
        Some(signal) => drop(signal.recv().await),
        None => std::future::pending().await,
    }
}

/// Tells the engine how large the terminal is; one that is not told is merely drawn badly.
async fn fit(docker: &Docker, process: &Process) {
    let Some(size) = terminal::size() else { return };
    if let Err(error) = docker.resize(process, size.columns, size.rows).await {
        tracing::debug!(%error, "cannot resize");
    }
}

async fn print_all<E>(output: impl Stream<Item = Result<impl AsRef<[u8]>, E>>) -> Result<(), E> {
    let mut output = std::pin::pin!(output);
    while let Some(chunk) = output.next().await {
        if !show(chunk?.as_ref()) {
            return Ok(());
        }
    }
    Ok(())
}

fn refused(deed: String, source: EngineError) -> Failure {
    Trouble::Backend { deed, source: Box::new(source) }.into_failure()
}
