//! Scripts on the host, by `/bin/sh`, with a deadline. What they start dies with them.

use std::{
    io,
    os::fd::OwnedFd,
    process::Stdio,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::{
    io::AsyncReadExt,
    net::unix::pipe::Receiver,
    process::{Child, Command},
};

/// How much of the output's end is kept.
const OUTPUT: usize = 4096;
/// How long the output is waited for after the script has ended: something it left behind may hold it open.
const LINGER: Duration = Duration::from_secs(1);

/// A script failed.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// It could not be run.
    #[error("the script cannot be run")]
    Run(#[source] io::Error),
    /// It took too long, and was killed.
    #[error("the script did not end within {deadline:?}{output}")]
    Deadline {
        /// How long it had.
        deadline: Duration,
        /// What it said.
        output: Output,
    },
    /// It ended with a failure.
    #[error("the script ended with {status}{output}")]
    Failed {
        /// How it ended.
        status: std::process::ExitStatus,
        /// What it said.
        output: Output,
    },
}

/// The end of what a script said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Output(pub String);

/// Runs a script; whatever it starts in the background lives only until it ends.
pub(super) async fn run(script: &str, env: &[(&str, &str)], deadline: Duration) -> Result<(), ScriptError> {
    let (reader, writer) = io::pipe().map_err(ScriptError::Run)?;
    let mut child = spawn(script, env, writer).map_err(ScriptError::Run)?;
    let output = Receiver::from_owned_fd(OwnedFd::from(reader)).map_err(ScriptError::Run)?;
    let said = Arc::new(Mutex::new(Vec::new()));
    let listening = tokio::spawn(listen(output, Arc::clone(&said)));
    let ended = tokio::time::timeout(deadline, child.wait()).await;
    if ended.is_err() {
        kill_group(&child);
    }
    let abort = listening.abort_handle();
    if tokio::time::timeout(LINGER, listening).await.is_err() {
        abort.abort();
    }
    let output = Output::from(&**said.lock().unwrap_or_else(PoisonError::into_inner));
    match ended {
        Err(_) => Err(ScriptError::Deadline { deadline, output }),
        Ok(Err(error)) => Err(ScriptError::Run(error)),
        Ok(Ok(status)) if status.success() => Ok(()),
        Ok(Ok(status)) => Err(ScriptError::Failed { status, output }),
    }
}

impl From<&[u8]> for Output {
    fn from(said: &[u8]) -> Self {
        Self(String::from_utf8_lossy(said).trim().to_owned())
    }
}

impl std::fmt::Display for Output {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "; it said:\n{}", self.0) }
    }
}

fn spawn(script: &str, env: &[(&str, &str)], output: io::PipeWriter) -> io::Result<Child> {
    Command::new("/bin/sh")
        .args(["-c", script])
        .envs(env.iter().copied())
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output)
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
}

/// Ends the script and all it has started: they share a process group of their own.
fn kill_group(child: &Child) {
    let group = child.id().and_then(|id| Pid::from_raw(i32::try_from(id).ok()?));
    if let Some(group) = group
        && let Err(error) = kill_process_group(group, Signal::KILL)
    {
        tracing::debug!(%error, "cannot kill a script's processes");
    }
}

/// Keeps the end of what is said; of more, only that much is ever held.
async fn listen(mut output: Receiver, said: Arc<Mutex<Vec<u8>>>) {
    let mut buffer = [0; 1024];
    while let Ok(length @ 1..) = output.read(&mut buffer).await {
        let mut said = said.lock().unwrap_or_else(PoisonError::into_inner);
        said.extend_from_slice(&buffer[..length]);
        let excess = said.len().saturating_sub(OUTPUT);
        said.drain(..excess);
    }
}
