//! A plan in a file: `plan --out FILE`, then `apply FILE` does exactly that, or nothing.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use model::{Desired, OwnerId};
use plan::{Destroy, PendingRestart, Plan, PlanOptions, Prune, Unreachable};
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use sha2::{Digest, Sha256};

use crate::durable;

/// A plan with what it was made for.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedPlan {
    /// The version of this form.
    pub schema_version: u32,
    /// The instance it was made by; another one's marks are not ours.
    pub owner: OwnerId,
    /// When it was made.
    pub made_at: Timestamp,
    /// The file that the declaration was read from.
    pub source: Option<PathBuf>,
    /// What was asked for besides.
    pub options: SavedOptions,
    /// The plan.
    pub plan: Plan,
    /// What it was made for.
    pub desired: Desired,
}

/// What was asked for besides the declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SavedOptions {
    /// `--allow-destroy`.
    pub allow_destroy: bool,
    /// `--prune`.
    pub prune_now: bool,
    /// `--restart-pending`.
    pub restart_pending: bool,
    /// `--partial`.
    pub partial: bool,
}

/// A saved plan cannot be written or used.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// The file cannot be written.
    #[error("cannot write the plan to {path}", path = path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file cannot be read.
    #[error("cannot read the plan {path}", path = path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: io::Error,
    },
    /// The file is no saved plan.
    #[error("{path} is not a plan that `hypernix plan --out` wrote", path = path.display())]
    Malformed {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The file is not as it was written.
    #[error("{path} was changed after it was written; plan anew", path = path.display())]
    Tampered {
        /// The file.
        path: PathBuf,
    },
    /// A newer version of the program wrote it.
    #[error(
        "{path} has format {found}, and this version knows formats up to {known}: plan anew",
        path = path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The newest format that is known here.
        known: u32,
    },
    /// It was made with another state directory.
    #[error("{path} was made with another state directory; plan anew with this one", path = path.display())]
    OtherOwner {
        /// The file.
        path: PathBuf,
    },
}

/// The file: the plan as text, so that its hash covers every byte of it, and that hash.
#[derive(Serialize, Deserialize)]
struct Envelope {
    sha256: String,
    #[serde(rename = "savedPlan")]
    saved_plan: String,
}

impl SavedPlan {
    const SCHEMA_VERSION: u32 = 1;

    /// Puts a plan together with what it was made for.
    pub fn new(
        owner: OwnerId,
        made_at: Timestamp,
        source: Option<PathBuf>,
        planned: &crate::Planned,
        desired: Desired,
    ) -> Self {
        Self {
            schema_version: Self::SCHEMA_VERSION,
            owner,
            made_at,
            source,
            options: SavedOptions::of(&planned.options),
            plan: planned.plan.clone(),
            desired,
        }
    }

    /// Writes the plan to `path`, readable by its owner only: specifications may hold what is not for all eyes.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), SavedPlanError> {
        let malformed = |source| SavedPlanError::Malformed { path: path.to_owned(), source };
        let saved_plan = serde_json::to_string(self).map_err(malformed)?;
        let envelope = Envelope { sha256: hash(&saved_plan), saved_plan };
        let bytes = serde_json::to_vec_pretty(&envelope).map_err(malformed)?;
        durable::replace(path, &bytes).map_err(|source| SavedPlanError::Write { path: path.to_owned(), source })
    }

    /// Reads the plan at `path` for the instance `owner`.
    ///
    /// # Errors
    /// When the file cannot be read, is no plan, was changed since, is of a newer format, or was made by another
    /// instance.
    pub fn read(path: &Path, owner: OwnerId) -> Result<Self, SavedPlanError> {
        let path = path.to_owned();
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(source) => return Err(SavedPlanError::Read { path, source }),
        };
        let envelope: Envelope = match serde_json::from_slice(&bytes) {
            Ok(envelope) => envelope,
            Err(source) => return Err(SavedPlanError::Malformed { path, source }),
        };
        if hash(&envelope.saved_plan) != envelope.sha256 {
            return Err(SavedPlanError::Tampered { path });
        }
        Self::understood(&envelope.saved_plan, path, owner)
    }

    fn understood(text: &str, path: PathBuf, owner: OwnerId) -> Result<Self, SavedPlanError> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Version {
            schema_version: u32,
        }
        let version = serde_json::from_str(text).map(|Version { schema_version }| schema_version);
        match (version, serde_json::from_str::<Self>(text)) {
            (Ok(found), _) if found > Self::SCHEMA_VERSION => {
                Err(SavedPlanError::Newer { path, found, known: Self::SCHEMA_VERSION })
            }
            (_, Ok(saved)) if saved.owner != owner => Err(SavedPlanError::OtherOwner { path }),
            (_, Ok(saved)) => Ok(saved),
            (_, Err(source)) => Err(SavedPlanError::Malformed { path, source }),
        }
    }
}

impl SavedOptions {
    fn of(options: &PlanOptions) -> Self {
        Self {
            allow_destroy: options.destroy == Destroy::Allow,
            prune_now: options.prune == Prune::Now,
            restart_pending: options.pending == PendingRestart::Restart,
            partial: options.unreachable == Unreachable::LeaveOut,
        }
    }

    /// The options to verify the plan's result with. A saved plan covers what it covers: `only` is not kept.
    pub(crate) fn to_plan_options(self) -> PlanOptions {
        PlanOptions {
            destroy: if self.allow_destroy { Destroy::Allow } else { Destroy::Refuse },
            prune: if self.prune_now { Prune::Now } else { Prune::AfterGrace },
            pending: if self.restart_pending { PendingRestart::Restart } else { PendingRestart::Wait },
            unreachable: if self.partial { Unreachable::LeaveOut } else { Unreachable::Refuse },
            ..PlanOptions::default()
        }
    }
}

fn hash(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
