//! The container engine, by its own API: Docker 20.10 and later, and what speaks like it.
//!
//! ```text
//!   Driver ─► observe ──► container/read, network/read, …   inspect → Spec
//!          ─► execute ──► container/{update,replace,…}      Spec → request, then read back
//!          ─► validate    what the engine would refuse
//!   CLI    ─► console, status                               logs, exec, attach, state
//!                 └─► engine                                deadlines, retries, the count of calls
//! ```
//!
//! Objects carry our mark as labels. Labels can be set only at creation, so containers cannot be adopted, and a
//! released object keeps them; networks and volumes that are adopted, and images, are ours by their applied row.

mod console;
mod container;
mod engine;
mod error;
mod events;
mod execute;
mod image;
mod labels;
mod network;
mod observe;
mod status;
mod validate;
mod volume;

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use model::{Address, Backend, Bytes, FieldPath, Fingerprint, HostFacts, OwnerId, Spec};
use plan::Step;
use sha2::{Digest, Sha256};

use self::{container::defaults::Defaults, engine::Engine};
use crate::{
    CallCount, Driver, Finding, Observation, ObserveError, ObserveRequest, OnProgress, Outcome, StepError, Teller,
};

pub use console::{ByteStream, Follow, Process, Session, Terminal};
pub use error::EngineError;
pub use status::{ContainerStatus, Health, Usage};

/// Why a lock of ours is never poisoned.
const NOT_POISONED: &str = "nothing panics while it holds the lock";

/// A container engine.
pub struct Docker {
    engine: Arc<Engine>,
    ahead: observe::Ahead,
    progress: OnProgress,
    /// What images give their containers, by image id; an id never means another image.
    defaults: Mutex<HashMap<String, Arc<Defaults>>>,
    /// Whose turn it is to make a container over a named volume: the engine fills a new volume from the image of the
    /// first container over it, and two that it makes at once get into each other's way.
    filling: tokio::sync::Mutex<()>,
    /// Whose turn it is to load an archive and name its image, which goes by the name that the archive has given it.
    loading: tokio::sync::Mutex<()>,
    /// For whom the engine was observed last: whose containers are ours.
    owner: Mutex<Option<OwnerId>>,
}

impl Docker {
    /// The engine at `endpoint` (`unix:///PATH`, `tcp://HOST:PORT`, `https://HOST:PORT`), else at DOCKER_HOST,
    /// else at the default socket. It is connected to at the first call.
    pub fn new(endpoint: Option<String>) -> Self {
        let progress = Arc::new(|_: &Address, _, _| {});
        let engine = Arc::new(Engine::new(endpoint));
        let ahead = observe::Ahead::default();
        Self {
            engine,
            ahead,
            progress,
            defaults: Mutex::default(),
            filling: tokio::sync::Mutex::default(),
            loading: tokio::sync::Mutex::default(),
            owner: Mutex::default(),
        }
    }

    /// The same, telling `progress` how far the coming of an image is.
    pub fn with_progress(self, progress: OnProgress) -> Self {
        Self { progress, ..self }
    }
}

impl fmt::Debug for Docker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Docker").field("endpoint", &self.engine.endpoint()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Driver for Docker {
    fn backend(&self) -> Backend {
        Backend::Docker
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        let info = self.engine.read("engine", |client| async move { client.info().await }).await;
        let info = info.map_err(|error| error.while_reading("the engine's facts", self.engine.endpoint()))?;
        let count = |number: Option<i64>| number.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        Ok(HostFacts {
            arch: info.architecture.unwrap_or_default(),
            cpus: u32::try_from(count(info.ncpu)).unwrap_or(u32::MAX),
            memory: Bytes::new(count(info.mem_total)),
            runtimes: info.runtimes.unwrap_or_default().into_keys().collect(),
            engine: info.server_version,
            ..HostFacts::default()
        })
    }

    fn look_ahead(&self) {
        self.ahead.begin(Arc::clone(&self.engine));
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        *self.owner.lock().expect(NOT_POISONED) = Some(request.owner);
        let observed = self.observe_all(request).await;
        observed.map_err(|error| error.while_reading("containers", self.engine.endpoint()))
    }

    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        self.find_faults(wanted).await
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        self.carry_out(step).await.map_err(|fault| fault.of(step))
    }

    async fn sweep(&self, owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        let swept = self.finish_swaps(owner).await;
        swept.map_err(|error| error.while_reading("interrupted replacements", self.engine.endpoint()))
    }

    async fn watch(&self, teller: &Teller) -> Result<(), ObserveError> {
        let ended = self.tell_events(teller).await;
        ended.map_err(|error| error.while_reading("its events", self.engine.endpoint()))
    }

    fn calls(&self) -> CallCount {
        self.engine.calls.count()
    }
}

/// The fingerprint of what was read: a container has one form, whether it runs or not.
fn fingerprint(read: &Spec) -> Fingerprint {
    let text = serde_json::to_vec(read).expect("specifications have string keys only, so they always serialise");
    Fingerprint { config: hex::encode(Sha256::digest(text)), live: String::new() }
}

/// The first field of `wanted` that reads otherwise.
fn differing(wanted: &Spec, there: &Spec) -> Option<FieldPath> {
    let there = there.fields();
    let wanted = wanted.fields();
    wanted.into_iter().find(|(path, value)| there.get(path) != Some(value)).map(|(path, _)| path)
}
