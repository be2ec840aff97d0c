//! What a plan is made from.

use std::collections::BTreeSet;

use model::{Address, Applied, Desired, Observed, OwnerId};

/// Everything that planning depends on; two equal inputs give the same plan.
#[derive(Clone, Copy, Debug)]
pub struct PlanInput<'a> {
    /// What the host should hold.
    pub desired: &'a Desired,
    /// What it holds. Its `at` is the only clock that planning reads.
    pub observed: &'a Observed,
    /// What we last applied.
    pub applied: &'a Applied,
    /// Whose marks are ours.
    pub owner: OwnerId,
    /// What the user asked for besides.
    pub options: &'a PlanOptions,
}

/// What the user asked for besides the declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanOptions {
    /// Whether data may be destroyed: `--allow-destroy`.
    pub destroy: Destroy,
    /// When what is no longer declared is removed.
    pub prune: Prune,
    /// The hash of a plan whose many removals the user has agreed to: `--allow-prune=HASH`.
    pub allow_prune: Option<String>,
    /// Whether units with changes that wait for a cold start get one now: `--restart-pending`.
    pub pending: PendingRestart,
    /// Plan for these and what they depend on only; everything where `None`.
    pub only: Option<BTreeSet<Address>>,
    /// What happens where a backend could not be read.
    pub unreachable: Unreachable,
    /// When in a run things are removed.
    pub removals: Removals,
    /// Units that are neither started nor stopped for what they are declared to be: somebody settled it, or a policy.
    pub leave_power: BTreeSet<Address>,
}

/// When in a run things are removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Removals {
    /// Once what takes their place, or still holds on to them, is made: a failure elsewhere does not hold them back.
    #[default]
    WhenUnneeded,
    /// After everything else has succeeded: for a run that is to be undone as a whole where anything fails.
    Last,
}

/// Whether a plan may destroy data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Destroy {
    /// Never.
    #[default]
    Refuse,
    /// Where the deletion policy that was applied says so.
    Allow,
}

/// When what is no longer declared is removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Prune {
    /// It is stopped at once and removed after its grace.
    #[default]
    AfterGrace,
    /// At once: `--prune`.
    Now,
}

/// What becomes of changes that wait for a cold start.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PendingRestart {
    /// They wait on, unless the unit's own policy restarts it.
    #[default]
    Wait,
    /// The unit is restarted.
    Restart,
}

/// What happens where a backend could not be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unreachable {
    /// The plan is refused.
    #[default]
    Refuse,
    /// Its resources, and what depends on them, are left out: `--partial`.
    LeaveOut,
}
