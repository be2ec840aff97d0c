//! What a person at a terminal asks of a container: its output, its console, a command inside.

use std::{fmt, pin::Pin, time::Duration};

use bollard::{
    container::{AttachContainerResults, LogOutput},
    exec::{CreateExecOptions, ResizeExecOptions, StartExecOptions, StartExecResults},
    models::ExecInspectResponse,
    query_parameters::{AttachContainerOptionsBuilder, LogsOptionsBuilder, ResizeContainerTTYOptionsBuilder},
};
use bytes::Bytes;
use futures::{Stream, StreamExt, TryStreamExt};
use tokio::io::AsyncWrite;

use super::{Docker, EngineError};

/// How much of a probe's output is kept.
const OUTPUT: usize = 4096;

/// Bytes that the engine sends one after the other.
pub type ByteStream = Pin<Box<dyn Stream<Item = Result<Bytes, EngineError>> + Send>>;

/// Which part of a container's output is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Follow {
    /// What there is.
    No,
    /// What there is and what comes.
    Yes,
}

/// Whether a command inside gets a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Terminal {
    /// Plain pipes.
    No,
    /// A terminal.
    Yes,
}

/// A conversation with a process in a container.
pub struct Session {
    /// What it says.
    pub output: ByteStream,
    /// What it is told.
    pub input: Pin<Box<dyn AsyncWrite + Send>>,
    /// Whom one talks to.
    pub process: Process,
}

/// The process at the other end of a [`Session`].
#[derive(Clone, Debug)]
pub struct Process(Subject);

#[derive(Clone, Debug)]
enum Subject {
    Container(String),
    Exec(String),
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session").field("process", &self.process).finish_non_exhaustive()
    }
}

impl Docker {
    /// A container's output, the last `tail` lines of it or all.
    ///
    /// # Errors
    /// When the engine cannot be reached; later failures come in the stream.
    pub async fn logs(&self, name: &str, follow: Follow, tail: Option<u32>) -> Result<ByteStream, EngineError> {
        let tail = tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        let options = LogsOptionsBuilder::default().follow(follow == Follow::Yes).stdout(true).stderr(true).tail(&tail);
        let client = self.engine.client().await?;
        self.engine.calls.read();
        Ok(self.byte_stream(client.logs(name, Some(options.build()))))
    }

    /// Attaches to a container's main process.
    ///
    /// # Errors
    /// When there is no such container, or the engine refuses.
    pub async fn attach(&self, name: &str) -> Result<Session, EngineError> {
        let options =
            AttachContainerOptionsBuilder::default().stream(true).stdin(true).stdout(true).stderr(true).build();
        let client = self.engine.client().await?;
        self.engine.calls.read();
        let attached = client.attach_container(name, Some(options)).await;
        let AttachContainerResults { output, input } = attached.map_err(|error| self.engine.sort("attach", error))?;
        Ok(Session { output: self.byte_stream(output), input, process: Process(Subject::Container(name.to_owned())) })
    }

    /// Runs a command in a container.
    ///
    /// # Errors
    /// When the container does not run, or the engine refuses.
    pub async fn exec(&self, name: &str, command: &[String], terminal: Terminal) -> Result<Session, EngineError> {
        let options = CreateExecOptions {
            cmd: Some(command.to_vec()),
            tty: Some(terminal == Terminal::Yes),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let created = self
            .engine
            .write(&format!("exec in {name}"), |client| {
                let options = options.clone();
                async move { client.create_exec(name, options).await }
            })
            .await?;
        let start = StartExecOptions { tty: terminal == Terminal::Yes, ..StartExecOptions::default() };
        let started = self
            .engine
            .write(&format!("exec in {name}"), |client| {
                let id = created.id.clone();
                async move { client.start_exec(&id, Some(start)).await }
            })
            .await?;
        match started {
            StartExecResults::Attached { output, input } => {
                Ok(Session { output: self.byte_stream(output), input, process: Process(Subject::Exec(created.id)) })
            }
            StartExecResults::Detached => {
                Err(EngineError::Answer { status: 500, message: "the engine did not attach to the command".to_owned() })
            }
        }
    }

    /// The exit code of a command, once its output has ended; `None` for an attached container.
    ///
    /// # Errors
    /// When the engine cannot be asked.
    pub async fn exit_code(&self, process: &Process) -> Result<Option<i64>, EngineError> {
        let Subject::Exec(id) = &process.0 else { return Ok(None) };
        Ok(self.inspect_exec(id).await?.exit_code)
    }

    /// Tells a process's terminal its size.
    ///
    /// # Errors
    /// When the engine refuses.
    pub async fn resize(&self, process: &Process, columns: u16, rows: u16) -> Result<(), EngineError> {
        let subject = &process.0;
        self.engine
            .write("the terminal's size", |client| async move {
                match subject {
                    Subject::Exec(id) => {
                        client.resize_exec(id, ResizeExecOptions { height: rows, width: columns }).await
                    }
                    Subject::Container(name) => {
                        let size = ResizeContainerTTYOptionsBuilder::default().h(rows.into()).w(columns.into()).build();
                        client.resize_container_tty(name, size).await
                    }
                }
            })
            .await
    }

    /// The last lines of a container's output.
    pub(super) async fn log_text(&self, name: &str, lines: u32) -> Result<Vec<u8>, EngineError> {
        let output = self.logs(name, Follow::No, Some(lines)).await?;
        output.try_fold(Vec::new(), |text, chunk| async move { Ok([text, chunk.to_vec()].concat()) }).await
    }

    /// Runs a script inside by `/bin/sh -c`; the error says how it failed.
    pub(super) async fn script_succeeds(&self, name: &str, script: &str, deadline: Duration) -> Result<(), String> {
        let command = ["/bin/sh", "-c", script].map(str::to_owned);
        let run = async {
            let mut session = self.exec(name, &command, Terminal::No).await?;
            let mut said = Vec::new();
            while let Some(chunk) = session.output.try_next().await? {
                let room = OUTPUT.saturating_sub(said.len());
                said.extend(chunk.into_iter().take(room));
            }
            Ok::<_, EngineError>((self.exit_code(&session.process).await?, said))
        };
        match tokio::time::timeout(deadline, run).await {
            Err(_) => Err(format!("the script did not end within {deadline:?}")),
            Ok(Err(error)) => Err(crate::fault::chain(&error)),
            Ok(Ok((Some(0), _))) => Ok(()),
            Ok(Ok((code, said))) => {
                let code = code.map_or_else(|| "no exit code".to_owned(), |code| format!("exit code {code}"));
                Err(format!("the script ended with {code}: {}", String::from_utf8_lossy(&said).trim()))
            }
        }
    }

    async fn inspect_exec(&self, id: &str) -> Result<ExecInspectResponse, EngineError> {
        self.engine.read("the command", |client| async move { client.inspect_exec(id).await }).await
    }

    fn byte_stream(
        &self,
        output: impl Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send + 'static,
    ) -> ByteStream {
        let endpoint = self.engine.endpoint().to_owned();
        output
            .map(move |chunk| {
                let sort = |error| EngineError::of(error, "the output", &endpoint, Duration::ZERO);
                chunk.map(LogOutput::into_bytes).map_err(sort)
            })
            .boxed()
    }
}
