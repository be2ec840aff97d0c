//! Drift: what is not as it is declared, though nothing was declared anew; and when it is put right. Pure.
//!
//! ```text
//!   plan of what is held ──deviations──► policy ─┬─ report, adopt: shown
//!                                                └─ revert ──Healer──► now, or after a pause that doubles
//! ```
//!
//! Two programs that undo each other's work would do so for ever: each object is put right at once the first time,
//! then after pauses that double to five minutes, and only ten quiet minutes make that be forgotten.

use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use model::{Address, Desired, DriftPolicy, OnChange};
use plan::{Effect, FieldChange, Plan, Verb};

/// The pause after the first time; it doubles.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// The quiet after which nothing is held against an object any more.
const QUIET: Duration = Duration::from_secs(600);

/// An object that is not as it is declared.
#[derive(Clone, Debug, PartialEq)]
pub struct Deviation {
    /// Which.
    pub address: Address,
    /// What it would take to put it right.
    pub verb: Verb,
    /// The fields that differ.
    pub fields: Vec<FieldChange>,
    /// Why, where the fields do not say it.
    pub why: Option<String>,
    /// Who wins.
    pub policy: DriftPolicy,
    /// Whether it is put right by itself.
    pub heals: bool,
}

/// When what is put right.
#[derive(Clone, Debug, Default)]
pub struct Healer {
    tries: BTreeMap<Address, Tries>,
}

/// What was tried with an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tries {
    /// How often.
    pub number: u32,
    /// The last time.
    pub last: Timestamp,
    /// Not before then again.
    pub next: Timestamp,
    /// Why it failed the last time.
    pub error: Option<String>,
}

/// What deviates, by a plan for what is held already, which leaves the power of units alone that somebody settled.
///
/// What waits by its own nature is no deviation: for a cold start, for the end of a grace, for somebody's word.
pub fn deviations(plan: &Plan, desired: &Desired) -> Vec<Deviation> {
    let declared = |address: &Address| desired.resources.get(address);
    let deviating = plan.changes.iter().filter(|change| match change.verb {
        Verb::Drift
        | Verb::Create
        | Verb::Update
        | Verb::Stage
        | Verb::Restart
        | Verb::Recreate
        | Verb::Start
        | Verb::Stop => true,
        Verb::Adopt
        | Verb::Check
        | Verb::Rename
        | Verb::Refresh
        | Verb::Pending
        | Verb::Orphan
        | Verb::Remove
        | Verb::Destroy
        | Verb::Release
        | Verb::Keep
        | Verb::Hold => false,
    });
    let deviations = deviating.filter_map(|change| {
        let resource = declared(&change.address)?;
        let policy = resource.policy.drift;
        let may = policy == DriftPolicy::Revert && resource.policy.on_change != OnChange::Never;
        Some(Deviation {
            address: change.address.clone(),
            verb: change.verb,
            fields: change.fields.clone(),
            why: change.why.clone(),
            policy,
            heals: may && !change.steps.is_empty() && change.effect != Effect::Destroy,
        })
    });
    deviations.filter(|deviation| deviation.policy != DriftPolicy::Adopt).collect()
}

impl Healer {
    /// What is to be put right at `now`.
    pub fn due(&self, deviations: &[Deviation], now: Timestamp) -> BTreeSet<Address> {
        let ready = |address: &Address| self.tries.get(address).is_none_or(|tries| tries.next <= now);
        let healing = deviations.iter().filter(|deviation| deviation.heals && ready(&deviation.address));
        healing.map(|deviation| deviation.address.clone()).collect()
    }

    /// When something is to be put right next; `None` where nothing is.
    pub fn next_due(&self, deviations: &[Deviation]) -> Option<Timestamp> {
        let next =
            |deviation: &Deviation| self.tries.get(&deviation.address).map_or(Timestamp::MIN, |tries| tries.next);
        deviations.iter().filter(|deviation| deviation.heals).map(next).min()
    }

    /// What was tried with an object lately.
    pub fn tries(&self, address: &Address) -> Option<&Tries> {
        self.tries.get(address)
    }

    /// Putting these right begins.
    pub fn begin(&mut self, addresses: &BTreeSet<Address>, now: Timestamp) {
        self.tries.retain(|_, tries| now.duration_since(tries.last) < signed(QUIET));
        for address in addresses {
            let before = self.tries.get(address).map_or(0, |tries| tries.number);
            let pause = FIRST_PAUSE.saturating_mul(1 << before.min(16)).min(LONGEST_PAUSE);
            let next = now.checked_add(signed(pause)).unwrap_or(Timestamp::MAX);
            self.tries.insert(address.clone(), Tries { number: before + 1, last: now, next, error: None });
        }
    }

    /// Putting it right failed.
    pub fn failed(&mut self, address: &Address, error: String) {
        if let Some(tries) = self.tries.get_mut(address) {
            tries.error = Some(error);
        }
    }

    /// Somebody's word counts more than what was tried: everything may be tried at once again.
    pub fn forget(&mut self) {
        self.tries.clear();
    }
}

fn signed(duration: Duration) -> SignedDuration {
    SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX)
}

#[cfg(test)]
mod tests;
