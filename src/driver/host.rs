//! The host's own files: disk images, cloud-init seeds, files mounted into containers; and what runs on the host
//! for any unit: hooks and health checks.
//!
//! Files carry no mark: they are ours by their applied row. Each is written beside its place, flushed, and
//! renamed into it, so that its place never holds half of one.

mod beside;
mod contents;
mod facts;
mod fetch;
mod file;
mod health;
mod hook;
mod image;
mod iso;
mod observe;
mod seed;
mod shell;
mod strays;

use std::{
    collections::{BTreeMap, HashMap},
    fmt, io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use model::{Address, Applied, Backend, HostFacts, Kind, OwnerId, Spec, spec::ImageOrigin};
use plan::{Action, Step};

use crate::{
    CallCount, Calls, Driver, Finding, IsUsed, Observation, ObserveError, ObserveRequest, OnProgress, Outcome,
    Severity, StepError, fault::Fault,
};

pub use health::Unhealthy;
pub(crate) use health::{await_health, probe};
pub use hook::HookFailed;

/// The host's file system below a state directory.
pub struct Host {
    state: PathBuf,
    progress: OnProgress,
    calls: Calls,
    /// Where the objects of the last observation are kept: a removal names only the address.
    paths: Mutex<HashMap<Address, PathBuf>>,
}

/// A file could not be written, read or removed.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It could not be written.
    #[error("cannot write {path}")]
    Write {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It could not be read.
    #[error("cannot read {path}")]
    Read {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It could not be removed.
    #[error("cannot remove {path}")]
    Remove {
        /// Where.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

impl Host {
    /// The host's files with `state` as the directory that holds `images`, `seeds` and `files`.
    pub fn new(state: PathBuf) -> Self {
        Self { state, progress: Arc::new(|_, _, _| {}), calls: Calls::default(), paths: Mutex::default() }
    }

    /// The same, telling `progress` how far a fetch is.
    pub fn with_progress(self, progress: OnProgress) -> Self {
        Self { progress, ..self }
    }

    async fn carry_out(&self, step: &Step) -> Result<Outcome, Fault> {
        let address = &step.address;
        match &step.action {
            Action::RunHook { phase, script } => {
                hook::run(address, *phase, script).await.map_err(Fault::refused)?;
                Ok(Outcome::default())
            }
            Action::AwaitHealth { check } => {
                let tried = await_health(check, || probe(&check.probe, check.timeout.get())).await;
                tried.map_err(Fault::refused)?;
                Ok(Outcome::default())
            }
            Action::Create { spec, .. } | Action::Replace { spec, .. } => self.write(address, spec.clone()).await,
            Action::Delete { .. } if is_file(address.kind) => {
                let path = self.path_of(address);
                self.blocking(move || remove(&path)).await?;
                Ok(Outcome::default())
            }
            Action::Forget if is_file(address.kind) => Ok(Outcome::default()),
            Action::Adopt { .. } if is_file(address.kind) => {
                let path = self.path_of(address);
                let fingerprint = self.blocking(move || observe::fingerprint(&path)).await?;
                Ok(Outcome { fingerprint: Some(fingerprint), ..Outcome::default() })
            }
            _ => Err(Fault::Unsupported),
        }
    }

    async fn write(&self, address: &Address, spec: Spec) -> Result<Outcome, Fault> {
        let (progress, about) = (Arc::clone(&self.progress), address.clone());
        let tell = move |done, total| progress(&about, done, total);
        let fingerprint = match spec {
            Spec::Image(spec) => self.blocking(move || image::write(&spec, &tell)).await?,
            Spec::Seed(spec) => self.blocking(move || seed::write(&spec)).await?,
            Spec::File(spec) => self.blocking(move || file::write(&spec)).await?,
            _ => return Err(Fault::Unsupported),
        };
        Ok(Outcome { fingerprint: Some(fingerprint), ..Outcome::default() })
    }

    /// Does something that writes, off the threads that must not block.
    async fn blocking<T, E>(&self, work: impl FnOnce() -> Result<T, E> + Send + 'static) -> Result<T, Fault>
    where
        T: Send + 'static,
        E: std::error::Error + Send + Sync + 'static,
    {
        self.calls.write();
        let done = tokio::task::spawn_blocking(work).await.map_err(Fault::refused)?;
        done.map_err(Fault::refused)
    }

    fn path_of(&self, address: &Address) -> PathBuf {
        let paths = self.paths.lock().expect("nothing panics while it holds the lock");
        let folder = folder(address.kind);
        paths.get(address).cloned().unwrap_or_else(|| self.state.join(folder).join(&address.name))
    }
}

impl fmt::Debug for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Host").field("state", &self.state).finish_non_exhaustive()
    }
}

#[async_trait]
impl Driver for Host {
    fn backend(&self) -> Backend {
        Backend::Host
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        self.calls.read();
        Ok(facts::read())
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        self.calls.read();
        let wanted = observe::Known::of(request);
        self.paths.lock().expect("nothing panics while it holds the lock").extend(wanted.paths());
        let read = tokio::task::spawn_blocking(move || wanted.read()).await;
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| ObserveError::Read {
            backend: Backend::Host,
            what: "our files".to_owned(),
            source,
        };
        let resources = read.map_err(|stopped| failed(stopped.into()))?.map_err(|error| failed(error.into()))?;
        Ok(Observation { resources })
    }

    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        wanted.iter().filter_map(|(address, spec)| fault(address, spec)).collect()
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        self.carry_out(step).await.map_err(|fault| fault.of(step))
    }

    async fn sweep(&self, _owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        let folders = [Kind::Image, Kind::Seed, Kind::File].map(|kind| self.state.join(folder(kind)));
        let swept = tokio::task::spawn_blocking(move || folders.iter().flat_map(|path| beside::sweep(path)).collect());
        swept.await.map_err(|stopped| ObserveError::Read {
            backend: Backend::Host,
            what: "unfinished files".to_owned(),
            source: stopped.into(),
        })
    }

    async fn tidy(&self, applied: &Applied, is_used: &IsUsed<'_>) -> Vec<PathBuf> {
        let folders = [Kind::Seed, Kind::File].map(|kind| self.state.join(folder(kind)));
        let known = observe::paths_of(applied);
        let listed = tokio::task::spawn_blocking(move || strays::list(&folders, &known)).await;
        let mut strays = listed.inspect_err(|error| tracing::warn!(%error, "old files are left")).unwrap_or_default();
        strays.retain(|path| !is_used(path));
        strays.retain(|path| match remove(path) {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(%error, "an old file is left");
                false
            }
        });
        strays
    }

    fn calls(&self) -> CallCount {
        self.calls.count()
    }
}

/// What keeps a file from being made, as far as it can be seen beforehand.
fn fault(address: &Address, spec: &Spec) -> Option<Finding> {
    let Spec::Image(spec) = spec else { return None };
    let text = match spec.origin.as_ref()? {
        ImageOrigin::File(path) if !path.is_file() => format!("origin: there is no image {}", path.display()),
        ImageOrigin::Url(url) if spec.sha256.is_none() => {
            format!("sha256: {url} is fetched, so its hash must be given")
        }
        _ => return None,
    };
    Some(Finding { address: address.clone(), severity: Severity::Error, text })
}

fn is_file(kind: Kind) -> bool {
    matches!(kind, Kind::Image | Kind::Seed | Kind::File)
}

fn folder(kind: Kind) -> &'static str {
    match kind {
        Kind::Image => "images",
        Kind::Seed => "seeds",
        _ => "files",
    }
}

/// Removes a file; what is not there is removed already.
fn remove(path: &Path) -> Result<(), FileError> {
    match std::fs::remove_file(path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(FileError::Remove { path: path.to_owned(), source })
        }
        _ => Ok(()),
    }
}
