//! What can go wrong on a fake host, and when.

use std::{collections::BTreeMap, sync::Arc};

use model::Address;
use plan::Step;

/// What goes wrong with a step.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mishap {
    /// The backend refuses, in these words.
    Refuse(String),
    /// The backend says yes and does nothing.
    Lie,
    /// The backend does it, but answers too late.
    Late,
    /// The backend never answers.
    Hang,
}

/// When in the life of an effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Moment {
    /// Nothing is done yet.
    Before,
    /// A part is done.
    Middle,
    /// All is done; nobody knows yet.
    After,
}

pub(super) type Watcher = Arc<dyn Fn(Moment, &Step) + Send + Sync>;

/// The mishaps that are to come.
#[derive(Debug, Default)]
pub(super) struct Mishaps {
    /// By resource and verb, until mended.
    pub(super) by_step: BTreeMap<(Address, &'static str), Mishap>,
    /// By the step's number, once.
    pub(super) by_number: BTreeMap<u64, Mishap>,
    /// Steps so far.
    pub(super) steps: u64,
}

impl Mishaps {
    /// Counts a step and says what goes wrong with it.
    pub(super) fn next(&mut self, step: &Step) -> Option<Mishap> {
        self.steps += 1;
        let by_number = self.by_number.remove(&self.steps);
        by_number.or_else(|| self.by_step.get(&(step.address.clone(), step.action.verb())).cloned())
    }
}
