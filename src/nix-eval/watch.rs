//! What evaluations cost: counts, and where the time went.
//!
//! An evaluation that nobody watches pays one untaken branch a call, a forced thunk and a set. A watched one keeps a
//! tree of calls and tells its [`Watch`] at its end; several evaluations may share one.

mod profile;
mod stats;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use crate::ast::{CodeId, LambdaId};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;

pub(crate) use profile::{Profile, Site};
pub use stats::Stats;

/// What is to be known of evaluations, and what is known already.
#[derive(Debug, Default)]
pub struct Watch {
    depth: Depth,
    stats: Mutex<Stats>,
    /// Self time in nanoseconds by stack, outermost first, with `;` between the frames.
    stacks: Mutex<BTreeMap<String, u64>>,
}

/// How closely evaluations are watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// What they did is counted.
    #[default]
    Counts,
    /// The time is attributed to functions and values too.
    Times,
}

impl Watch {
    /// Makes one that knows nothing yet.
    #[must_use]
    pub fn new(depth: Depth) -> Self {
        Self { depth, ..Self::default() }
    }

    /// The counts of all evaluations that have ended.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.stats.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Where the time went, as flame graph tools read it: a line a stack, `outer;inner MICROSECONDS`.
    #[must_use]
    pub fn collapsed_stacks(&self) -> String {
        let stacks = self.stacks.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = stacks.iter().filter(|(_, nanoseconds)| **nanoseconds >= 1000);
        lines.map(|(stack, nanoseconds)| format!("{stack} {}\n", nanoseconds / 1000)).collect()
    }
}

/// What one evaluation has done so far.
pub(crate) struct Watcher {
    pub(crate) counts: Stats,
    profile: Option<Profile>,
    begun: Instant,
}

impl Watcher {
    pub(crate) fn new(watch: &Watch) -> Box<Self> {
        let profile = (watch.depth == Depth::Times).then(Profile::new);
        Box::new(Self { counts: Stats::default(), profile, begun: Instant::now() })
    }
}

impl<'a> Evaluator<'a> {
    /// Runs something that is called, counting it and its time.
    #[cold]
    #[inline(never)]
    pub(crate) fn watched<T>(&mut self, site: Site, work: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        let outer = self.watcher.as_mut().and_then(|watcher| {
            watcher.counts.count(site);
            watcher.profile.as_mut().map(|profile| profile.enter(site))
        });
        let result = work(self);
        if let (Some(outer), Some(watcher)) = (outer, self.watcher.as_mut())
            && let Some(profile) = &mut watcher.profile
        {
            profile.leave(outer);
        }
        result
    }

    /// Tells the watch of the settings what this evaluation did.
    pub(crate) fn end_watch(&mut self) {
        let Some(watch) = self.settings.watch.clone() else { return };
        let Some(watcher) = self.watcher.take() else { return };
        let mut counts = watcher.counts;
        counts.evaluations = 1;
        counts.files = self.sources.files() as u64;
        counts.source_bytes = self.sources.bytes() as u64;
        counts.names = self.symbols.len() as u64;
        counts.bytes = self.arena.bytes() as u64;
        counts.peak_bytes = counts.bytes;
        counts.wall = watcher.begun.elapsed();
        watch.stats.lock().unwrap_or_else(PoisonError::into_inner).add(&counts);
        if let Some(profile) = watcher.profile {
            let mut stacks = watch.stacks.lock().unwrap_or_else(PoisonError::into_inner);
            for (stack, nanoseconds) in profile.stacks(|site| self.site_name(site)) {
                *stacks.entry(stack).or_default() += nanoseconds;
            }
        }
    }

    /// A frame's name, with its place: `name@file:line:column`.
    fn site_name(&self, site: Site) -> String {
        let (name, span) = match site {
            Site::Root => return "evaluation".to_owned(),
            Site::Builtin(name) => return format!("builtins.{name}"),
            Site::Function(LambdaId(id)) => {
                let lambda = self.lambdas[id as usize];
                let name = lambda.name.map_or("«function»".into(), |name| self.symbols.text(name));
                (format!("{name}()"), lambda.span)
            }
            Site::Thunk(CodeId(id)) => {
                let code = self.codes[id as usize];
                let name = code.name.map_or("«value»".into(), |name| self.symbols.text(name));
                (name.into_owned(), code.expr.span())
            }
        };
        let name = name.replace([';', ' ', '\n'], "_");
        match self.sources.position(span) {
            Some(position) => format!("{name}@{}", position.to_string().replace([';', ' '], "_")),
            None => name,
        }
    }
}
