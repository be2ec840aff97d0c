//! Starting, stopping, pausing.

use std::time::Duration;

use bollard::query_parameters::{
    KillContainerOptionsBuilder, StartContainerOptions, StopContainerOptionsBuilder, WaitContainerOptions,
};
use futures::StreamExt;
use model::{PowerState, Shutdown};

use super::{id_of, is_active, read};
use crate::{
    Outcome,
    docker::{Docker, EngineError},
    fault::Fault,
};

/// How much longer than the shutdown's own time the engine may take to carry it out.
const SLACK: Duration = Duration::from_secs(30);
/// How many lines of a container's output go into an error.
const LINES: u32 = 5;

impl Docker {
    /// Starts it, or resumes it where it is paused.
    pub(in crate::docker) async fn start_unit(&self, name: &str) -> Result<Outcome, Fault> {
        match self.start_container(name).await {
            Err(error) if error.is_about_state() => {
                let there = self.require_container(name).await?;
                match read::power(&there) {
                    PowerState::Running | PowerState::Restarting => return Ok(Outcome::default()),
                    PowerState::Paused => return self.resume_unit(name).await,
                    PowerState::Off | PowerState::Crashed | PowerState::Finished | PowerState::Stopping => {}
                }
                self.start_container(name).await?;
            }
            started => started?,
        }
        let after = self.require_container(name).await?;
        match read::power(&after) {
            PowerState::Crashed => Err(self.exited(name).await),
            _ => Ok(Outcome::default()),
        }
    }

    /// Stops it: the stop signal, then the shutdown's time, then the power cut where that is allowed.
    pub(in crate::docker) async fn stop_unit(&self, name: &str, shutdown: Shutdown) -> Result<Outcome, Fault> {
        let Some(there) = self.find_container(name).await? else { return Ok(Outcome::default()) };
        if is_active(&there) {
            let id = id_of(&there).to_owned();
            if shutdown.force {
                self.stop_by_force(&id, shutdown).await?;
            } else {
                self.ask_to_stop(&id, shutdown).await?;
            }
        }
        Ok(Outcome::default())
    }

    /// Suspends it in memory.
    pub(in crate::docker) async fn pause_unit(&self, name: &str) -> Result<Outcome, Fault> {
        let there = self.require_container(name).await?;
        if read::power(&there) != PowerState::Paused {
            self.engine
                .write(&format!("pause {name}"), |client| async move { client.pause_container(name).await })
                .await?;
        }
        Ok(Outcome::default())
    }

    /// Resumes it.
    pub(in crate::docker) async fn resume_unit(&self, name: &str) -> Result<Outcome, Fault> {
        let there = self.require_container(name).await?;
        if read::power(&there) == PowerState::Paused {
            self.engine
                .write(&format!("resume {name}"), |client| async move { client.unpause_container(name).await })
                .await?;
        }
        Ok(Outcome::default())
    }

    pub(super) async fn start_container(&self, name: &str) -> Result<(), EngineError> {
        let what = format!("start {name}");
        let start =
            |client: bollard::Docker| async move { client.start_container(name, None::<StartContainerOptions>).await };
        self.engine.write(&what, start).await
    }

    /// The failure of a container that ended by itself: its exit code and last words.
    pub(super) async fn exited(&self, name: &str) -> Fault {
        let state = match self.inspect_container(name).await {
            Ok(there) => there.and_then(|there| there.state).unwrap_or_default(),
            Err(error) => return error.into(),
        };
        let code = state.exit_code.unwrap_or_default();
        let why = if state.oom_killed == Some(true) { " (out of memory)" } else { "" };
        let words = self.last_words(name).await;
        Fault::refused(format!("`{name}` ended at once with exit code {code}{why}{words}"))
    }

    /// The last lines of its output, for an error.
    pub(super) async fn last_words(&self, name: &str) -> String {
        let lines = self.log_text(name, LINES).await.unwrap_or_default();
        let text = String::from_utf8_lossy(&lines).trim().to_owned();
        if text.is_empty() { String::new() } else { format!("; it said:\n{text}") }
    }

    async fn stop_by_force(&self, id: &str, shutdown: Shutdown) -> Result<(), Fault> {
        let seconds = shutdown.timeout.get().as_millis().div_ceil(1000);
        let options = StopContainerOptionsBuilder::default().t(i32::try_from(seconds).unwrap_or(i32::MAX)).build();
        let deadline = shutdown.timeout.get() + SLACK;
        self.engine
            .write_within(&format!("stop {id}"), deadline, |client| {
                let options = options.clone();
                async move { client.stop_container(id, Some(options)).await }
            })
            .await?;
        Ok(())
    }

    async fn ask_to_stop(&self, id: &str, shutdown: Shutdown) -> Result<(), Fault> {
        let there = self.require_container(id).await?;
        let signal = read::spec(&there).stop_signal.unwrap_or_else(|| "SIGTERM".to_owned());
        let options = KillContainerOptionsBuilder::default().signal(&signal).build();
        self.engine
            .write(&format!("signal {id}"), |client| {
                let options = options.clone();
                async move { client.kill_container(id, Some(options)).await }
            })
            .await?;
        let deadline = shutdown.timeout.get();
        match tokio::time::timeout(deadline, self.ended(id)).await {
            Ok(ended) => ended,
            Err(_) => Err(Fault::Deadline(deadline)),
        }
    }

    /// Waits until it does not run.
    pub(super) async fn ended(&self, id: &str) -> Result<(), Fault> {
        let client = self.engine.client().await?;
        self.engine.calls.read();
        let mut end = std::pin::pin!(client.wait_container(id, None::<WaitContainerOptions>));
        match end.next().await {
            None | Some(Ok(_) | Err(bollard::errors::Error::DockerContainerWaitError { .. })) => Ok(()),
            Some(Err(source)) => Err(self.engine.sort("the container's end", source).into()),
        }
    }
}
