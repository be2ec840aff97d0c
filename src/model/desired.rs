//! What a host should hold.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{Address, Kind, Name, SourcePos, Span, Spec};

/// Everything that a configuration declares, resolved: no tag, policy or default is left to apply.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// Every declared resource.
    pub resources: BTreeMap<Address, Resource>,
    /// What the owner should know though nothing is wrong: a tag without a definition, emulation, …
    #[serde(default)]
    pub notes: Vec<Note>,
}

/// A declared resource.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Resource {
    /// What it is to be.
    pub spec: Spec,
    /// How it may be changed and removed.
    #[serde(default)]
    pub policy: Policy,
    /// For domains and containers: whether it is to run. Networks and pools always are.
    #[serde(default)]
    pub power: Power,
    /// What has to exist, and run, before it.
    #[serde(default)]
    pub depends_on: BTreeSet<Address>,
    /// Where it was declared.
    #[serde(default)]
    pub declared_at: Option<SourcePos>,
    /// Where values came from, by prefix of the field's path in the specification; for the plan's "why".
    #[serde(default)]
    pub origins: BTreeMap<String, Origin>,
    /// The unit's scripts around start and stop.
    #[serde(default)]
    pub hooks: Hooks,
    /// What says that the unit works.
    #[serde(default)]
    pub health: Option<HealthCheck>,
    /// Names that the resource had before: found under one of them, it is renamed, not made anew.
    #[serde(default)]
    pub previous_names: Vec<Name>,
}

/// How a resource may be changed and removed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Policy {
    /// What a change may cost.
    pub on_change: OnChange,
    /// Who wins when somebody changed what we applied.
    pub drift: DriftPolicy,
    /// What becomes of its data when it is removed.
    pub deletion: DeletionPolicy,
    /// Whether it is never removed or replaced.
    pub protect: bool,
    /// Whether an object of this name that is not ours is taken over.
    pub adopt: bool,
    /// How it is stopped.
    pub shutdown: Shutdown,
    /// How long after its declaration vanished it is only stopped, not yet removed.
    pub prune_grace: Span,
}

/// What a change may cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OnChange {
    /// Only what can be changed while it runs; anything else is refused.
    Live,
    /// What can be is changed live, the rest waits for the next cold start.
    #[default]
    LiveOrStage,
    /// It is restarted where a change needs it.
    RestartIfNeeded,
    /// Nothing is changed.
    Never,
}

/// Who wins when somebody changed what we applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DriftPolicy {
    /// The declaration: drift is undone.
    #[default]
    Revert,
    /// Nobody: drift is shown and left.
    Report,
    /// The live state: drift is accepted as the new last-applied value.
    Adopt,
}

/// What becomes of a resource when its declaration is gone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DeletionPolicy {
    /// It stays, no longer managed.
    #[default]
    Retain,
    /// It is deleted.
    Delete,
}

/// How a unit is stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Shutdown {
    /// How long it may take to shut down by itself.
    pub timeout: Span,
    /// Whether its power is cut after that; else the step fails.
    pub force: bool,
}

/// Whether a unit is to run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Power {
    /// It runs.
    #[default]
    Running,
    /// It is off.
    Stopped,
}

/// Where a resolved value came from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "from")]
pub enum Origin {
    /// The unit itself.
    Unit {
        /// Where it was written.
        at: Option<SourcePos>,
    },
    /// A tag's values.
    Tag {
        /// The tag.
        name: String,
        /// Its priority.
        priority: i64,
        /// Where it was written.
        at: Option<SourcePos>,
    },
    /// A policy's defaults.
    Policy {
        /// The policy.
        name: String,
        /// Where it was written.
        at: Option<SourcePos>,
    },
    /// A component of a blueprint.
    Component {
        /// The component.
        name: String,
        /// The blueprint that brought it.
        blueprint: String,
        /// Where it was written.
        at: Option<SourcePos>,
    },
    /// `compute.defaults`.
    Defaults {
        /// Where it was written.
        at: Option<SourcePos>,
    },
    /// The option's default.
    OptionDefault,
    /// Worked out from other values.
    Derived {
        /// From what.
        what: String,
    },
}

/// A unit's scripts, run on the host by `/bin/sh`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Hooks {
    /// Before it starts; its failure keeps the unit from starting.
    pub pre_start: String,
    /// After it started.
    pub post_start: String,
    /// Before it is stopped.
    pub pre_stop: String,
    /// After it stopped.
    pub post_stop: String,
}

/// What says that a unit works.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HealthCheck {
    /// What is tried.
    pub probe: HealthProbe,
    /// The time between two tries.
    pub interval: Span,
    /// How long a try may take.
    pub timeout: Span,
    /// Failures in a row before the unit counts as unhealthy.
    pub retries: u32,
    /// The time after a start in which failures do not count.
    pub start_period: Span,
}

/// What a health check tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "type")]
pub enum HealthProbe {
    /// A GET that must answer with a status below 400.
    Http {
        /// The whole URL.
        url: String,
    },
    /// A TCP connection that must be accepted.
    Tcp {
        /// Host name or address.
        host: String,
        /// Port.
        port: u16,
    },
    /// A script that must exit with 0; run on the host for a domain, inside for a container.
    Script {
        /// For `/bin/sh -c`.
        script: String,
    },
}

/// Something the owner should know though nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What it is about.
    pub about: Option<Address>,
    /// A sentence.
    pub text: String,
    /// Where it was written.
    pub at: Option<SourcePos>,
}

impl Resource {
    /// Makes a resource with the default policy, depending on nothing.
    pub fn new(spec: Spec) -> Self {
        Self {
            spec,
            policy: Policy::default(),
            power: Power::default(),
            depends_on: BTreeSet::new(),
            declared_at: None,
            origins: BTreeMap::new(),
            hooks: Hooks::default(),
            health: None,
            previous_names: Vec::new(),
        }
    }

    /// Where the value of the field `path` came from: the longest recorded prefix wins.
    pub fn origin_of(&self, path: &crate::FieldPath) -> Option<&Origin> {
        self.origins
            .iter()
            .filter(|(prefix, _)| path.is_within(prefix))
            .max_by_key(|(prefix, _)| prefix.len())
            .map(|(_, o)| o)
    }
}

impl Desired {
    /// The units (domains and containers) by name.
    pub fn units(&self) -> impl Iterator<Item = (&Address, &Resource)> {
        self.resources.iter().filter(|(address, _)| address.kind.is_unit())
    }

    /// The resources of one kind.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = (&Address, &Resource)> {
        self.resources.iter().filter(move |(address, _)| address.kind == kind)
    }
}

impl Default for Shutdown {
    fn default() -> Self {
        Self { timeout: Span::seconds(60), force: true }
    }
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let at = match self {
            Self::Unit { at } => {
                write!(f, "set by the unit")?;
                at
            }
            Self::Tag { name, priority, at } => {
                write!(f, "tag `{name}` (priority {priority})")?;
                at
            }
            Self::Policy { name, at } => {
                write!(f, "policy `{name}`")?;
                at
            }
            Self::Component { name, blueprint, at } => {
                write!(f, "component `{name}` of blueprint `{blueprint}`")?;
                at
            }
            Self::Defaults { at } => {
                write!(f, "compute.defaults")?;
                at
            }
            Self::OptionDefault => return write!(f, "option default"),
            Self::Derived { what } => return write!(f, "derived from {what}"),
        };
        at.as_ref().map_or(Ok(()), |at| write!(f, ", {at}"))
    }
}
