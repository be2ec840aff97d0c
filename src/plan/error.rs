//! Why a plan is refused: every reason at once, each with the place and the cure.

use std::fmt;

use model::{Address, Backend, FieldPath, OwnerId, SourcePos};

use crate::Plan;

/// A refused plan: all the reasons, and what would have been planned.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    /// The reasons, in the order of addresses.
    pub errors: Vec<PlanError>,
    /// What the plan would have been, with the refused parts left out where they cannot be planned. It is for
    /// showing, not for applying.
    pub plan: Box<Plan>,
}

/// A reason to refuse a plan.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// An object of the name is there and is not ours.
    #[error("{address} exists already and is not managed here")]
    Unmanaged {
        /// The resource.
        address: Address,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// An object of the name belongs to another instance of this program.
    #[error("{address} belongs to another instance of hypernix ({owner})")]
    OtherOwner {
        /// The resource.
        address: Address,
        /// Whose it is.
        owner: OwnerId,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// The object is to be adopted, and cannot be.
    #[error("{address} cannot be adopted: {why}")]
    CannotAdopt {
        /// The resource.
        address: Address,
        /// Why.
        why: &'static str,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// A change needs more than the unit's policy allows.
    #[error("changing `{field}` of {address} needs {needs}, and its `update.onChange` is `live`")]
    NotLive {
        /// The resource.
        address: Address,
        /// The field.
        field: FieldPath,
        /// What it needs.
        needs: &'static str,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// A volume is to be smaller than it is.
    #[error("{address} is smaller than before: it has {from}, and the declaration says {to}; volumes are never shrunk")]
    Shrink {
        /// The volume.
        address: Address,
        /// Its size.
        from: model::Bytes,
        /// The declared size.
        to: model::Bytes,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// A change would lose the data. Of a unit: its data is in the volume of a previous name, and its disk or mount
    /// would have a new one.
    #[error("changing `{field}` of {address} from {from} to {to} would make a new one, without the data")]
    WouldLoseData {
        /// The resource.
        address: Address,
        /// The field.
        field: FieldPath,
        /// What it is.
        from: String,
        /// What is declared.
        to: String,
        /// Where it was declared.
        at: Option<SourcePos>,
    },
    /// An image is to change under the volumes that lie over it.
    #[error("{address} cannot change while {volume} lies over it")]
    ImageInUse {
        /// The image.
        address: Address,
        /// One of the volumes.
        volume: Address,
        /// Where the image was declared.
        at: Option<SourcePos>,
    },
    /// A backend could not be read.
    #[error("{backend} cannot be read: {why}")]
    Unreachable {
        /// Which.
        backend: Backend,
        /// Its words.
        why: String,
    },
    /// Nothing is declared, though something is managed.
    #[error("nothing is declared, so everything that is managed here would go ({owned})")]
    EmptyDeclaration {
        /// How many are managed.
        owned: usize,
        /// The plan's hash.
        hash: String,
    },
    /// Too much would go at once.
    #[error("{pruned} of {owned} managed resources would go at once")]
    TooManyPruned {
        /// How many would go.
        pruned: usize,
        /// How many are managed.
        owned: usize,
        /// The plan's hash.
        hash: String,
    },
    /// Resources depend on each other in a circle.
    #[error("these depend on each other in a circle: {}", circle(addresses))]
    Cycle {
        /// The circle.
        addresses: Vec<Address>,
    },
}

impl PlanError {
    /// What to do about it, in a sentence.
    pub fn cure(&self) -> String {
        match self {
            Self::Unmanaged { .. } => {
                "set `adopt = true` on it to take it over as it is, or give the declared one another name".to_owned()
            }
            Self::OtherOwner { .. } => {
                "give it another name, or remove it with the state directory that made it".to_owned()
            }
            Self::CannotAdopt { .. } => "give the declared one another name, or remove the other by hand".to_owned(),
            Self::NotLive { .. } => {
                "set `update.onChange` to \"live-or-stage\" or \"restart-if-needed\", or take the change back"
                    .to_owned()
            }
            Self::Shrink { from, .. } => {
                format!("declare at least {from}, or make a new volume and copy the data over")
            }
            Self::WouldLoseData { address, field, from, to, .. } if address.kind.is_unit() => {
                keep_volume(field, from, to, &address.name)
            }
            Self::WouldLoseData { .. } => "take the change back, or declare a new one under another name and copy the \
                                           data over; `--allow-destroy` makes it anew where nothing runs on it"
                .to_owned(),
            Self::ImageInUse { .. } => "declare the new image under another name".to_owned(),
            Self::Unreachable { .. } => "start it, or plan without its resources with `--partial`".to_owned(),
            Self::EmptyDeclaration { hash, .. } | Self::TooManyPruned { hash, .. } => {
                format!("if that is meant, say so with `--allow-prune={hash}`")
            }
            Self::Cycle { .. } => "take one of the `dependsOn` out".to_owned(),
        }
    }

    /// The resource it is about.
    pub const fn about(&self) -> Option<&Address> {
        match self {
            Self::Unmanaged { address, .. }
            | Self::OtherOwner { address, .. }
            | Self::CannotAdopt { address, .. }
            | Self::NotLive { address, .. }
            | Self::Shrink { address, .. }
            | Self::WouldLoseData { address, .. }
            | Self::ImageInUse { address, .. } => Some(address),
            Self::Unreachable { .. }
            | Self::EmptyDeclaration { .. }
            | Self::TooManyPruned { .. }
            | Self::Cycle { .. } => None,
        }
    }

    /// Where the cause was written.
    pub const fn at(&self) -> Option<&SourcePos> {
        match self {
            Self::Unmanaged { at, .. }
            | Self::OtherOwner { at, .. }
            | Self::CannotAdopt { at, .. }
            | Self::NotLive { at, .. }
            | Self::Shrink { at, .. }
            | Self::WouldLoseData { at, .. }
            | Self::ImageInUse { at, .. } => at.as_ref(),
            Self::Unreachable { .. }
            | Self::EmptyDeclaration { .. }
            | Self::TooManyPruned { .. }
            | Self::Cycle { .. } => None,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, error) in self.errors.iter().enumerate() {
            if at > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
            if let Some(place) = error.at() {
                write!(f, " ({place})")?;
            }
            write!(f, "; {}", error.cure())?;
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

/// How a renamed unit keeps the volume `from`, which `field` names and which has the name of the unit before.
fn keep_volume(field: &FieldPath, from: &str, to: &str, unit: &str) -> String {
    let (old, new) = (base(from), base(to));
    let disk = new.strip_prefix(unit).unwrap_or_default();
    match old.strip_suffix(disk).filter(|_| !disk.is_empty()) {
        Some(before) => format!(
            "the data is in `{from}`: keep \"{before}\" among the `previousNames` of the unit, and it stays there"
        ),
        None => format!(
            "the data is in `{from}`: declare it under `hypervisor.storage.volumes`, and name it as the `volume` of \
             what `{field}` comes from"
        ),
    }
}

/// The name of a volume without its pool.
fn base(name: &str) -> &str {
    name.rsplit_once('/').map_or(name, |(_, name)| name)
}

fn circle(addresses: &[Address]) -> String {
    let mut names: Vec<String> = addresses.iter().map(Address::to_string).collect();
    names.extend(addresses.first().map(Address::to_string));
    names.join(" → ")
}
