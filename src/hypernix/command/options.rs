//! Options that several commands share.

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, ValueHint};
use clap_complete::ArgValueCandidates;
use model::{Address, Desired, Span};
use plan::{Destroy, PendingRestart, PlanOptions, Prune, Unreachable};

use crate::{completion, confirm::Consent, failure::Failure, target, world::World};

/// The file that declares.
#[derive(Clone, Debug, Args)]
pub struct File {
    /// A Nix file, a directory with a default.nix, a host of a flake (FOLDER#HOST), or a manifest (.json).
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub path: PathBuf,
}

/// What a plan may do.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "What the plan may do")]
pub struct Scope {
    /// Lets the plan destroy data, where the deletion policy that was applied says so.
    #[arg(long)]
    pub allow_destroy: bool,
    /// Removes what is no longer declared at once, without waiting out its grace.
    #[arg(long)]
    pub prune: bool,
    /// Agrees to the many removals of the plan with this hash, which the refusal names.
    #[arg(long, value_name = "HASH")]
    pub allow_prune: Option<String>,
    /// Restarts units whose changes wait for a cold start.
    #[arg(long)]
    pub restart_pending: bool,
    /// Plans for this resource (KIND/NAME, or a unit's name) and what it depends on only; may be repeated.
    #[arg(long, value_name = "ADDRESS", add = ArgValueCandidates::new(completion::addresses))]
    pub only: Vec<String>,
    /// Goes on without a backend that cannot be reached, leaving its resources alone.
    #[arg(long)]
    pub partial: bool,
}

/// How a plan is carried out.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "How it is carried out")]
pub struct Execution {
    /// Goes ahead without asking.
    #[arg(short, long)]
    pub yes: bool,
    /// Returns to the last generation that succeeded when a step fails.
    #[arg(long)]
    pub rollback_on_failure: bool,
    /// Steps at a time on each backend.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=64))]
    pub parallelism: Option<u16>,
}

/// Whether somebody must say that all is well.
#[derive(Clone, Debug, Default, Args)]
pub struct Caution {
    /// Returns to the last generation that succeeded unless `hypernix confirm` is run within this time after the
    /// apply.
    #[arg(long, value_name = "TIME", help_heading = "How it is carried out")]
    pub confirm_within: Option<Span>,
}

/// Units by name.
#[derive(Clone, Debug, Args)]
pub struct Units {
    /// The unit's name, or its address (domain/NAME, container/NAME).
    #[arg(value_name = "NAME", required = true, add = ArgValueCandidates::new(completion::units))]
    pub names: Vec<String>,
}

/// One unit by name.
#[derive(Clone, Debug, Args)]
pub struct Unit {
    /// The unit's name, or its address (domain/NAME, container/NAME).
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completion::units))]
    pub name: String,
}

impl Scope {
    /// What the planner is told when `desired` is wanted.
    ///
    /// # Errors
    /// When a resource is named that is neither declared nor was ever applied.
    pub fn plan_options(&self, world: &World, desired: &Desired) -> Result<PlanOptions, Failure> {
        let mut only = BTreeSet::new();
        if !self.only.is_empty() {
            let known: BTreeSet<Address> = world.known(desired)?;
            for word in &self.only {
                only.insert(target::address(word, &known)?);
            }
        }
        Ok(PlanOptions {
            destroy: if self.allow_destroy { Destroy::Allow } else { Destroy::Refuse },
            prune: if self.prune { Prune::Now } else { Prune::AfterGrace },
            allow_prune: self.allow_prune.clone(),
            pending: if self.restart_pending { PendingRestart::Restart } else { PendingRestart::Wait },
            only: (!only.is_empty()).then_some(only),
            unreachable: if self.partial { Unreachable::LeaveOut } else { Unreachable::Refuse },
            ..PlanOptions::default()
        })
    }
}

impl Execution {
    /// Whether the person has already said yes.
    pub fn consent(&self) -> Consent {
        Consent::from(self.yes)
    }
}
