//! The connection to the engine: made at the first call, with the API version both sides speak. Every call has
//! a deadline, is counted, and is tried again where that can do no harm.

use std::{future::Future, time::Duration};

use bollard::{API_DEFAULT_VERSION, Docker as Client, errors::Error};
use tokio::sync::OnceCell;

use super::EngineError;
use crate::Calls;

/// Where the engine of a stock installation listens.
const DEFAULT_ENDPOINT: &str = "unix:///var/run/docker.sock";
/// How often a call is tried in all.
const ATTEMPTS: u32 = 3;
/// The pause before the second try; it doubles.
const PAUSE: Duration = Duration::from_millis(150);
/// How long a question may take.
const READ: Duration = Duration::from_secs(20);
/// How long a change may take, where the caller names no other time.
const WRITE: Duration = Duration::from_secs(60);
/// Longer than any of our deadlines, so that only ours count. In seconds.
const CLIENT_TIMEOUT: u64 = 24 * 3600;

/// The engine at an endpoint.
#[derive(Debug)]
pub(crate) struct Engine {
    endpoint: String,
    client: OnceCell<Client>,
    pub(crate) calls: Calls,
}

impl Engine {
    /// The engine at `endpoint`, else at DOCKER_HOST, else at the default socket. Nothing is opened yet.
    pub(crate) fn new(endpoint: Option<String>) -> Self {
        let from_env = || std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
        let endpoint = endpoint.or_else(from_env).unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned());
        Self { endpoint, client: OnceCell::new(), calls: Calls::default() }
    }

    /// The endpoint, as it was given.
    pub(crate) fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Asks something; a lost connection is tried again.
    pub(crate) async fn read<T, F>(&self, what: &str, call: impl Fn(Client) -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.retried(what, READ, EngineError::is_passing, || self.calls.read(), call).await
    }

    /// As [`Engine::read`], with `None` where there is no such object.
    pub(crate) async fn find<T, F>(&self, what: &str, call: impl Fn(Client) -> F) -> Result<Option<T>, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        match self.read(what, call).await {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Changes something; it is tried again only where the engine cannot have seen it.
    pub(crate) async fn write<T, F>(&self, what: &str, call: impl Fn(Client) -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.write_within(what, WRITE, call).await
    }

    /// As [`Engine::write`], with a deadline of the caller's.
    pub(crate) async fn write_within<T, F>(
        &self,
        what: &str,
        deadline: Duration,
        call: impl Fn(Client) -> F,
    ) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        self.retried(what, deadline, EngineError::was_not_sent, || self.calls.write(), call).await
    }

    /// The client, connected and agreed on a version; for calls that stream.
    pub(crate) async fn client(&self) -> Result<Client, EngineError> {
        self.client.get_or_try_init(|| self.connect()).await.cloned()
    }

    /// Sorts an error of a call that streams.
    pub(crate) fn sort(&self, what: &str, source: Error) -> EngineError {
        EngineError::of(source, what, &self.endpoint, READ)
    }

    async fn connect(&self) -> Result<Client, EngineError> {
        let sort = |source| EngineError::of(source, "the version", &self.endpoint, READ);
        let mut client = if let Some(path) = self.endpoint.strip_prefix("unix://") {
            Client::connect_with_unix(path, CLIENT_TIMEOUT, API_DEFAULT_VERSION)
        } else {
            Client::connect_with_host(&self.endpoint)
        }
        .map_err(sort)?;
        client.set_timeout(Duration::from_secs(CLIENT_TIMEOUT));
        self.calls.read();
        let late = |_| EngineError::Deadline { what: "the version".to_owned(), deadline: READ };
        tokio::time::timeout(READ, client.negotiate_version()).await.map_err(late)?.map_err(sort)
    }

    async fn retried<T, F>(
        &self,
        what: &str,
        deadline: Duration,
        again: fn(&EngineError) -> bool,
        count: impl Fn(),
        call: impl Fn(Client) -> F,
    ) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let mut pause = PAUSE;
        for attempt in 1.. {
            count();
            match self.once(what, deadline, &call).await {
                Err(error) if attempt < ATTEMPTS && again(&error) => {
                    tracing::debug!(what, attempt, %error, "asking the engine again");
                    tokio::time::sleep(pause).await;
                    pause *= 2;
                }
                outcome => return outcome,
            }
        }
        unreachable!("the loop returns at the last attempt")
    }

    async fn once<T, F>(&self, what: &str, deadline: Duration, call: impl Fn(Client) -> F) -> Result<T, EngineError>
    where
        F: Future<Output = Result<T, Error>>,
    {
        let client = self.client().await?;
        // On the heap: the client's futures are large, and ours would hold one for each call they may make.
        match tokio::time::timeout(deadline, Box::pin(call(client))).await {
            Ok(answer) => answer.map_err(|source| EngineError::of(source, what, &self.endpoint, deadline)),
            Err(_) => Err(EngineError::Deadline { what: what.to_owned(), deadline }),
        }
    }
}

#[cfg(test)]
mod tests;
