//! A bounded pool of libvirt connections, each used from a thread of its own.
//!
//! ```text
//!   run(job) ── permit ──► idle session, or a new one ──► its thread: job(&Link)
//!                                                             │ every call sets the deadline anew
//!              ◄── answer: the session is idle again ─────────┤
//!              ◄── deadline passed: the session is abandoned; its thread ends when libvirt lets go of it
//!              ◄── connection lost: the job is tried again on a new one, a bounded number of times
//! ```
//!
//! libvirt's calls block and cannot be cancelled, so a call that hangs must never hold anything that others need; but
//! for the turns that libvirt itself needs: of first documents (`schema`) and of networks' definitions (`network`).

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};

use tokio::sync::{Semaphore, oneshot};
use virt::connect::Connect;

use super::{LibvirtError, LibvirtSettings, events, facts::is_local, schema::Schema};
use crate::Calls;

/// The pauses before a job is tried again after its connection was lost.
const BACKOFF: [Duration; 3] = [Duration::from_millis(200), Duration::from_secs(1), Duration::from_secs(3)];

/// Seconds between keep-alive messages, and how many may stay unanswered.
const KEEP_ALIVE: (i32, u32) = (5, 5);

/// How long a kind of call may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limit {
    /// Reading, and changing what is small.
    Quick,
    /// Taking a device away, which needs the guest's consent.
    Detach,
    /// Starting or cutting the power.
    Start,
    /// Moving data.
    Copy,
}

/// The pool. Its connections are opened when they are first needed.
#[derive(Debug)]
pub(super) struct Connections {
    uri: String,
    size: usize,
    patience: Duration,
    permits: Semaphore,
    // Orders nothing but the list itself; never held over a call to libvirt.
    idle: Mutex<Vec<Session>>,
    calls: Arc<Calls>,
    ever_connected: AtomicBool,
    schema: Arc<Schema>,
}

/// What a job talks through: it counts each call and sets its deadline.
pub(super) struct Link<'a> {
    connect: &'a Connect,
    calls: &'a Calls,
    watch: &'a Watch,
    schema: &'a Schema,
}

type Job = Box<dyn FnOnce(&Connect) + Send>;

/// A thread with a connection; it ends when this end of the channel is dropped.
#[derive(Debug)]
struct Session {
    jobs: mpsc::Sender<Job>,
}

/// When the call under way must have been answered.
#[derive(Debug)]
struct Watch {
    patience: Duration,
    born: Instant,
    deadline_ms: AtomicU64,
    limit_ms: AtomicU64,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// Questions and their answers.
    Calls,
    /// What comes by itself, too.
    Events,
}

enum Failure {
    /// The error is the job's answer.
    Final(LibvirtError),
    /// The connection is gone; another one may do.
    Lost(LibvirtError),
}

impl Limit {
    /// The time.
    const fn duration(self, patience: Duration) -> Duration {
        match self {
            Self::Quick => patience,
            Self::Detach => Duration::from_secs(10),
            Self::Start => Duration::from_secs(120),
            Self::Copy => Duration::from_secs(1800),
        }
    }
}

impl Connections {
    /// Makes a pool as it is set; nothing is opened yet.
    pub(super) fn new(settings: &LibvirtSettings, calls: Arc<Calls>) -> Self {
        let size = settings.connections.max(1);
        Self {
            uri: settings.uri.clone(),
            size,
            patience: settings.patience,
            permits: Semaphore::new(size),
            idle: Mutex::default(),
            calls,
            ever_connected: AtomicBool::new(false),
            schema: Arc::default(),
        }
    }

    /// The URI it connects to.
    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// Whether a connection was ever made.
    pub(super) fn has_connected(&self) -> bool {
        self.ever_connected.load(Ordering::Relaxed)
    }

    /// How many connections it has at most.
    pub(super) const fn size(&self) -> usize {
        self.size
    }

    /// Runs `job` on one of the connections, and again where the connection was lost: `job` must bear that.
    ///
    /// # Errors
    /// When libvirt cannot be reached, does not answer in time, or the job says so.
    pub(super) async fn run<T, F>(&self, job: F) -> Result<T, LibvirtError>
    where
        T: Send + 'static,
        F: Fn(&Link<'_>) -> Result<T, LibvirtError> + Send + Sync + 'static,
    {
        let job = Arc::new(job);
        let mut pauses = BACKOFF.iter();
        loop {
            let permit = self.permits.acquire().await.expect("the semaphore is never closed");
            let answer = self.attempt(Arc::clone(&job)).await;
            drop(permit);
            match (answer, pauses.next()) {
                (Ok(value), _) => return Ok(value),
                (Err(Failure::Lost(error)), Some(pause)) => {
                    tracing::warn!(uri = self.uri, %error, "lost libvirt, trying again in {pause:?}");
                    tokio::time::sleep(*pause).await;
                }
                (Err(Failure::Final(error) | Failure::Lost(error)), _) => return Err(error),
            }
        }
    }

    /// Runs `job` on a connection outside the pool, for what goes on using it (a console).
    ///
    /// # Errors
    /// When libvirt cannot be reached, does not answer in time, or the job says so.
    pub(super) async fn apart<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connect) -> Result<T, virt::error::Error> + Send + 'static,
    ) -> Result<T, LibvirtError> {
        let session = self.session(Use::Events).await.map_err(Failure::into_error)?;
        let (answer, received) = oneshot::channel();
        let job: Job = Box::new(move |connect| drop(answer.send(job(connect))));
        session.jobs.send(job).map_err(|_| LibvirtError::Lost)?;
        let deadline = self.patience;
        let answered =
            tokio::time::timeout(deadline, received).await.map_err(|_| LibvirtError::Deadline { deadline })?;
        Ok(answered.map_err(|_| LibvirtError::Lost)??)
    }

    async fn attempt<T, F>(&self, job: Arc<F>) -> Result<T, Failure>
    where
        T: Send + 'static,
        F: Fn(&Link<'_>) -> Result<T, LibvirtError> + Send + Sync + 'static,
    {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let session = match idle {
            Some(session) => session,
            None => self.session(Use::Calls).await?,
        };
        let watch = Arc::new(Watch::new(self.patience));
        let (answer, mut received) = oneshot::channel();
        let (watch_there, calls, schema) = (Arc::clone(&watch), Arc::clone(&self.calls), Arc::clone(&self.schema));
        let boxed: Job = Box::new(move |connect| {
            let result = job(&Link { connect, calls: &calls, watch: &watch_there, schema: &schema });
            let alive = result.is_ok() || connect.is_alive().unwrap_or(false);
            drop(answer.send((result, alive)));
        });
        if session.jobs.send(boxed).is_err() {
            return Err(self.lost(LibvirtError::Lost));
        }
        loop {
            tokio::select! {
                answered = &mut received => {
                    let (result, alive) = answered.map_err(|_| self.lost(LibvirtError::Lost))?;
                    if alive {
                        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(session);
                        return result.map_err(Failure::Final);
                    }
                    return result.map_err(|error| self.lost(error));
                }
                () = tokio::time::sleep(watch.left()) => {
                    if watch.left().is_zero() {
                        return Err(Failure::Final(LibvirtError::Deadline { deadline: watch.limit() }));
                    }
                }
            }
        }
    }

    /// A connection was lost. The idle ones go with it: libvirtd has ended, and each would be found dead in its turn.
    fn lost(&self, error: LibvirtError) -> Failure {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
        Failure::Lost(error)
    }

    async fn session(&self, wanted_for: Use) -> Result<Session, Failure> {
        events::keep_errors_quiet();
        // A daemon on this host that dies closes its socket; only of one far away silence has to tell.
        if wanted_for == Use::Events || !is_local(&self.uri) {
            events::ensure_running().map_err(Failure::Final)?;
        }
        let (jobs, queue) = mpsc::channel::<Job>();
        let (opened, result) = oneshot::channel();
        let uri = self.uri.clone();
        std::thread::Builder::new().name("libvirt".to_owned()).spawn(move || serve(&uri, opened, &queue)).map_err(
            |error| Failure::Final(LibvirtError::Impossible { reason: format!("cannot start a thread: {error}") }),
        )?;
        let limit = self.patience;
        let failed = |error: LibvirtError| {
            let again = self.ever_connected.load(Ordering::Relaxed);
            if again { Failure::Lost(error) } else { Failure::Final(error) }
        };
        match tokio::time::timeout(limit, result).await {
            Ok(Ok(Ok(()))) => {
                self.ever_connected.store(true, Ordering::Relaxed);
                Ok(Session { jobs })
            }
            Ok(Ok(Err(error))) => Err(failed(error)),
            Ok(Err(_)) => Err(failed(LibvirtError::Lost)),
            Err(_) => Err(failed(LibvirtError::Deadline { deadline: limit })),
        }
    }
}

fn serve(uri: &str, opened: oneshot::Sender<Result<(), LibvirtError>>, queue: &mpsc::Receiver<Job>) {
    let connect = match Connect::open(Some(uri)) {
        Ok(connect) => connect,
        Err(error) => {
            drop(opened.send(Err(LibvirtError::from(error).while_connecting(uri))));
            return;
        }
    };
    if let Err(error) = connect.set_keep_alive(KEEP_ALIVE.0, KEEP_ALIVE.1) {
        tracing::debug!(uri, %error, "no keep-alive on this connection");
    }
    if opened.send(Ok(())).is_err() {
        return;
    }
    while let Ok(job) = queue.recv() {
        job(&connect);
    }
}

impl Link<'_> {
    /// Makes a call that only reads.
    ///
    /// # Errors
    /// When libvirt refuses.
    pub(super) fn read<T>(
        &self,
        call: impl FnOnce(&Connect) -> Result<T, virt::error::Error>,
    ) -> Result<T, LibvirtError> {
        self.calls.read();
        self.watch.begin(Limit::Quick);
        Ok(call(self.connect)?)
    }

    /// Makes a call that only reads; `None` where there is no such object, or no more since it was listed.
    ///
    /// # Errors
    /// When libvirt refuses for another reason.
    pub(super) fn find<T>(
        &self,
        call: impl FnOnce(&Connect) -> Result<T, virt::error::Error>,
    ) -> Result<Option<T>, LibvirtError> {
        match self.read(call) {
            Ok(found) => Ok(Some(found)),
            Err(error) if error.is_missing() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Makes a call that can change something.
    ///
    /// # Errors
    /// When libvirt refuses.
    pub(super) fn write<T>(
        &self,
        limit: Limit,
        call: impl FnOnce(&Connect) -> Result<T, virt::error::Error>,
    ) -> Result<T, LibvirtError> {
        self.calls.write();
        self.watch.begin(limit);
        Ok(call(self.connect)?)
    }

    /// Which documents libvirt has checked against its schema.
    pub(super) const fn schema(&self) -> &Schema {
        self.schema
    }

    /// Makes a call again, so often and so long apart, while libvirt refuses it in words that mean that it will pass.
    ///
    /// # Errors
    /// Those of the call.
    pub(super) fn again_while<T>(
        &self,
        (times, pause): (u32, Duration),
        passes: impl Fn(&str) -> bool,
        call: impl Fn() -> Result<T, LibvirtError>,
    ) -> Result<T, LibvirtError> {
        for _ in 0..times {
            match call() {
                Err(LibvirtError::Refused { message, .. }) if passes(&message) => self.pause(pause),
                other => return other,
            }
        }
        call()
    }

    /// Sets the deadline for work of our own between two calls.
    pub(super) fn busy(&self, limit: Limit) {
        self.watch.begin(limit);
    }

    /// Waits, without using the deadline up.
    pub(super) fn pause(&self, time: Duration) {
        std::thread::sleep(time);
        self.watch.begin(Limit::Quick);
    }
}

impl Watch {
    fn new(patience: Duration) -> Self {
        let watch =
            Self { patience, born: Instant::now(), deadline_ms: AtomicU64::new(0), limit_ms: AtomicU64::new(0) };
        watch.begin(Limit::Quick);
        watch
    }

    fn begin(&self, limit: Limit) {
        let limit = limit.duration(self.patience);
        let deadline = self.born.elapsed() + limit;
        self.limit_ms.store(millis(limit), Ordering::Relaxed);
        self.deadline_ms.store(millis(deadline), Ordering::Relaxed);
    }

    fn left(&self) -> Duration {
        Duration::from_millis(self.deadline_ms.load(Ordering::Relaxed)).saturating_sub(self.born.elapsed())
    }

    fn limit(&self) -> Duration {
        Duration::from_millis(self.limit_ms.load(Ordering::Relaxed))
    }
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Failure {
    fn into_error(self) -> LibvirtError {
        match self {
            Self::Final(error) | Self::Lost(error) => error,
        }
    }
}
