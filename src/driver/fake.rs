//! A whole host in memory behind [`Driver`]: it refuses what backends refuse, fills in what backends fill in, and
//! fails on demand. It can live in a file, so that a process that is killed can be followed by another over the
//! same host.
//!
//! ```text
//!   FakeHost ── driver(backend) ─► Driver        what the product sees
//!      │
//!      ├── edit(|world| …)       somebody works on the host behind our back
//!      ├── fail_step, fail_nth   mishaps
//!      ├── cut, mend             a backend goes away and comes back
//!      └── on_moment             tells before, in the middle of and after each effect
//! ```

mod deeds;
mod defaults;
mod mishap;
mod patch;
mod read;
mod store;
#[cfg(test)]
mod tests;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use model::{Address, Backend, HostFacts, OwnerId, Previous, Spec};
use plan::Step;

pub use mishap::{Mishap, Moment};
pub use store::VARIABLE;
pub use world::{Object, Side, World};

use crate::{
    Backends, CallCount, Calls, Driver, Finding, Observation, ObserveError, ObserveRequest, Outcome, StepError,
    fault::Fault,
};
use mishap::{Mishaps, Watcher};

/// A host in memory. Clones are the same host.
#[derive(Clone)]
pub struct FakeHost {
    inner: Arc<Inner>,
}

struct Inner {
    /// Held for the length of one effect or one reading, never while waiting.
    world: Mutex<World>,
    mishaps: Mutex<Mishaps>,
    cut: Mutex<BTreeSet<Backend>>,
    watcher: Mutex<Option<Watcher>>,
    file: Option<PathBuf>,
    calls: BTreeMap<Backend, Calls>,
}

struct FakeDriver {
    host: FakeHost,
    backend: Backend,
}

const ALL: [Backend; 3] = [Backend::Libvirt, Backend::Docker, Backend::Host];

impl FakeHost {
    /// Makes an empty host.
    pub fn new() -> Self {
        Self::with(World::default(), None)
    }

    /// Opens the host that lives in the file at `path`, an empty one where there is none. Every change is in the
    /// file before the step that made it goes on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn open(path: impl Into<PathBuf>) -> io::Result<Self> {
        let path = path.into();
        Ok(Self::with(store::load(&path)?, Some(path)))
    }

    /// Opens the host whose file the environment names ([`VARIABLE`]), where it names one.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn from_environment() -> io::Result<Option<Self>> {
        std::env::var_os(VARIABLE).map(Self::open).transpose()
    }

    /// The driver of one of its backends.
    pub fn driver(&self, backend: Backend) -> Arc<dyn Driver> {
        Arc::new(FakeDriver { host: self.clone(), backend })
    }

    /// All its backends.
    pub fn backends(&self) -> Backends {
        let [libvirt, docker, host] = ALL.map(|backend| self.driver(backend));
        Backends { libvirt, docker, host }
    }

    /// What it holds now.
    pub fn world(&self) -> World {
        self.lock().clone()
    }

    /// Somebody works on the host behind our back.
    pub fn edit<T>(&self, edit: impl FnOnce(&mut World) -> T) -> T {
        let mut world = self.lock();
        let result = edit(&mut world);
        self.save(&world);
        result
    }

    /// From now on, steps with this verb on this resource meet the mishap.
    pub fn fail_step(&self, address: &Address, verb: &'static str, mishap: Mishap) {
        self.mishaps().by_step.insert((address.clone(), verb), mishap);
    }

    /// The `n`th step from now, counted from 1, meets the mishap.
    pub fn fail_nth(&self, n: u64, mishap: Mishap) {
        let mut mishaps = self.mishaps();
        let at = mishaps.steps + n;
        mishaps.by_number.insert(at, mishap);
    }

    /// The backend goes away.
    pub fn cut(&self, backend: Backend) {
        locked(&self.inner.cut).insert(backend);
    }

    /// Every mishap is over, and every backend is back.
    pub fn mend(&self) {
        let mut mishaps = self.mishaps();
        mishaps.by_step.clear();
        mishaps.by_number.clear();
        locked(&self.inner.cut).clear();
    }

    /// `watcher` is told before, in the middle of and after each effect; it may panic, or end the process.
    pub fn on_moment(&self, watcher: impl Fn(Moment, &Step) + Send + Sync + 'static) {
        *locked(&self.inner.watcher) = Some(Arc::new(watcher));
    }

    /// The calls made to all its backends.
    pub fn calls(&self) -> CallCount {
        let counts = self.inner.calls.values().map(Calls::count);
        counts.fold(CallCount::default(), |sum, count| CallCount {
            reads: sum.reads + count.reads,
            writes: sum.writes + count.writes,
        })
    }

    fn with(world: World, file: Option<PathBuf>) -> Self {
        let calls = ALL.map(|backend| (backend, Calls::default())).into();
        let inner = Inner {
            world: Mutex::new(world),
            mishaps: Mutex::default(),
            cut: Mutex::default(),
            watcher: Mutex::default(),
            file,
            calls,
        };
        Self { inner: Arc::new(inner) }
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        locked(&self.inner.world)
    }

    fn mishaps(&self) -> MutexGuard<'_, Mishaps> {
        locked(&self.inner.mishaps)
    }

    fn is_cut(&self, backend: Backend) -> bool {
        locked(&self.inner.cut).contains(&backend)
    }

    /// # Panics
    /// When the file cannot be written: a fake host that forgets would make tests lie.
    fn save(&self, world: &World) {
        if let Some(path) = &self.inner.file {
            store::save(path, world).expect("the fake host's file can be written");
        }
    }

    fn tell(&self, moment: Moment, step: &Step) {
        let watcher = locked(&self.inner.watcher).clone();
        if let Some(watcher) = watcher {
            watcher(moment, step);
        }
    }

    /// Carries out a step in its parts; between two of them the file holds what is done so far.
    fn carry_out(&self, step: &Step) -> Result<Outcome, Fault> {
        self.tell(Moment::Before, step);
        let previous = deeds::previous(&self.lock(), step);
        let mut parts = deeds::parts(step)?.into_iter().peekable();
        while let Some(part) = parts.next() {
            let mut world = self.lock();
            let mut next = world.clone();
            part(&mut next, step)?;
            self.save(&next);
            *world = next;
            drop(world);
            self.tell(if parts.peek().is_some() { Moment::Middle } else { Moment::After }, step);
        }
        let fingerprint = self.lock().objects.get(&step.address).map(Object::fingerprint);
        Ok(Outcome { fingerprint, previous, ..Outcome::default() })
    }
}

#[async_trait]
impl Driver for FakeDriver {
    fn backend(&self) -> Backend {
        self.backend
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        self.reach()?;
        Ok(self.host.lock().facts.clone())
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        self.reach()?;
        let world = self.host.lock();
        let resources = read::read(&world, self.backend, request);
        let lists = model::Kind::ALL.into_iter().filter(|kind| kind.backend() == self.backend).count();
        (0..lists + resources.len()).for_each(|_| self.count().read());
        Ok(Observation { resources })
    }

    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        let ours = wanted.iter().filter(|(address, _)| address.kind.backend() == self.backend);
        ours.filter_map(|(address, spec)| read::finding(address, spec)).collect()
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        if self.host.is_cut(self.backend) {
            return Err(Fault::refused("the connection is lost").of(step));
        }
        self.count().write();
        let mishap = self.host.mishaps().next(step);
        let done = match mishap {
            None => self.host.carry_out(step),
            Some(Mishap::Refuse(words)) => Err(Fault::refused(words)),
            Some(Mishap::Lie) => Ok(Outcome::default()),
            Some(Mishap::Late) => {
                self.host.carry_out(step).and(Err(Fault::Deadline(std::time::Duration::from_secs(30))))
            }
            Some(Mishap::Hang) => std::future::pending().await,
        };
        done.map_err(|fault| fault.of(step))
    }

    async fn restore(&self, address: &Address, previous: &Previous) -> Result<Outcome, StepError> {
        self.count().write();
        let mishap = self.host.mishaps().by_step.get(&(address.clone(), "restore")).cloned();
        let restored = match mishap {
            Some(Mishap::Refuse(words)) => Err(Fault::refused(words)),
            _ => self.host.edit(|world| deeds::restore(world, address, previous)),
        };
        restored.map_err(|fault| {
            let source = fault.reason().into();
            StepError::Refused { verb: "restore", address: address.clone(), source }
        })?;
        Ok(Outcome::default())
    }

    async fn sweep(&self, owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        self.reach()?;
        if self.backend != Backend::Docker {
            return Ok(Vec::new());
        }
        let half_made = |world: &mut World| deeds::sweep(world, owner);
        Ok(self.host.edit(half_made))
    }

    fn calls(&self) -> CallCount {
        self.count().count()
    }
}

impl FakeDriver {
    fn reach(&self) -> Result<(), ObserveError> {
        if !self.host.is_cut(self.backend) {
            return Ok(());
        }
        let endpoint = format!("fake:{}", self.backend);
        Err(ObserveError::Unreachable { backend: self.backend, endpoint, source: "connection refused".into() })
    }

    fn count(&self) -> &Calls {
        &self.host.inner.calls[&self.backend]
    }
}

impl Default for FakeHost {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for FakeHost {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeHost").field("world", &*self.lock()).finish_non_exhaustive()
    }
}

/// A watcher that panics is one of the fake's uses: what it interrupted is whole all the same.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
