//! What changing a field costs, as tables: one a kind, one file a table. The documentation (docs/updates.md) is
//! generated from them, and planning looks nowhere else.

mod container;
mod container_image;
mod docker_network;
mod docker_volume;
mod domain;
mod file;
mod image;
mod network;
mod pool;
mod seed;
mod volume;

use model::{FieldPath, Kind};

/// What changing a field costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// It is changed while the object runs, and in its configuration.
    Live,
    /// It is configured, and takes effect at the next cold start; the policy decides whether there is one now.
    Cold,
    /// It is configured, and takes effect at the next cold start, which a change of it never brings about.
    NextBoot,
    /// The engine updates the object where it is.
    InPlace,
    /// A new object takes the place of the old one.
    Recreate,
    /// The object is replaced while what uses it goes on.
    ReplaceObject,
    /// It only ever grows.
    GrowOnly,
    /// It is taken over when its declaration changes, and not compared with what is there.
    Once,
    /// It is never changed by itself: the difference is reported.
    Immutable,
    /// It is not compared.
    Ignored,
}

/// What must hold for a row's class; else the row's other class applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Condition {
    /// The number of virtual CPUs goes up and stays within the running maximum.
    MoreWithinMaximum,
    /// The memory stays within the running maximum.
    WithinMaximum,
    /// The device's bus can be hot-plugged and, to add it, a PCIe port is free.
    HotPluggable,
    /// The drive's medium can be removed.
    RemovableMedium,
    /// The interface is on a network or a bridge, before and after.
    HostNetwork,
    /// It is virtiofs, the guest's memory is shared and a PCIe port is free.
    SharedMemory,
    /// It is changed, not removed.
    StillSet,
    /// The network mode lets the engine connect and disconnect networks.
    OwnNetworks,
}

/// One row: which fields, what changing them costs, and how it is done or why it cannot be done better.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The fields: a dotted path, where `*` stands for one segment and a last `**` for any number of them. A path
    /// that ends in the name of a device stands for adding and removing it.
    pub fields: &'static str,
    /// What a change costs.
    pub class: Class,
    /// What must hold for that, and what it costs otherwise.
    pub only_if: Option<(Condition, Class)>,
    /// How it is done, or why it cannot be done better.
    pub how: &'static str,
}

/// The table of a kind, most specific rows first.
pub const fn table(kind: Kind) -> &'static [Row] {
    match kind {
        Kind::Network => network::TABLE,
        Kind::DockerNetwork => docker_network::TABLE,
        Kind::Pool => pool::TABLE,
        Kind::Image => image::TABLE,
        Kind::Volume => volume::TABLE,
        Kind::DockerVolume => docker_volume::TABLE,
        Kind::Seed => seed::TABLE,
        Kind::File => file::TABLE,
        Kind::ContainerImage => container_image::TABLE,
        Kind::Domain => domain::TABLE,
        Kind::Container => container::TABLE,
    }
}

/// The row that decides about `path`, where the table has one.
pub fn row_for(kind: Kind, path: &FieldPath) -> Option<&'static Row> {
    let segments = path.segments();
    table(kind).iter().find(|row| matches(row.fields, &segments))
}

/// Whether the pattern stands for the path.
pub(crate) fn matches(pattern: &str, segments: &[String]) -> bool {
    let mut rest = segments.iter();
    for part in pattern.split('.') {
        if part == "**" {
            return true;
        }
        match rest.next() {
            Some(segment) if part == "*" || part == segment => {}
            _ => return false,
        }
    }
    rest.next().is_none()
}

impl Class {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 10] = [
        Self::Live,
        Self::InPlace,
        Self::GrowOnly,
        Self::ReplaceObject,
        Self::Cold,
        Self::NextBoot,
        Self::Recreate,
        Self::Once,
        Self::Immutable,
        Self::Ignored,
    ];

    /// The class in a word or two.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Live => "live",
            Self::Cold => "cold start",
            Self::NextBoot => "next boot",
            Self::InPlace => "in place",
            Self::Recreate => "recreate",
            Self::ReplaceObject => "replace beside",
            Self::GrowOnly => "grow only",
            Self::Once => "once",
            Self::Immutable => "never by itself",
            Self::Ignored => "not compared",
        }
    }

    /// What the class means, in a sentence.
    pub const fn meaning(self) -> &'static str {
        match self {
            Self::Live => "changed while it runs, and in its configuration",
            Self::Cold => {
                "configured now, effective at the next cold start; `update.onChange` decides whether that comes now \
                 (`restart-if-needed`), later (`live-or-stage`) or not at all (`live` refuses, `never` reports)"
            }
            Self::NextBoot => "configured now, effective at the next cold start, which this change never brings about",
            Self::InPlace => "updated by the engine where it is, without a restart",
            Self::Recreate => "a new one is made beside the old one, started, checked, and takes its place",
            Self::ReplaceObject => "replaced while what uses it goes on running",
            Self::GrowOnly => "grown, running or not; never shrunk",
            Self::Once => "taken over when the declaration changes; drift of it is not looked for",
            Self::Immutable => "never changed by itself; the plan reports the difference and what can be done",
            Self::Ignored => "not compared: an identity, or something that is only used when the object is made",
        }
    }
}

impl Condition {
    /// The condition as the end of a sentence that begins with "if".
    pub const fn word(self) -> &'static str {
        match self {
            Self::MoreWithinMaximum => "it goes up and stays within the running maximum",
            Self::WithinMaximum => "it stays within the running maximum",
            Self::HotPluggable => "the bus can be hot-plugged and, to add it, a port is free",
            Self::RemovableMedium => "the medium can be removed",
            Self::HostNetwork => "the interface is on a network or bridge, before and after",
            Self::SharedMemory => "it is virtiofs, the memory is shared and a port is free",
            Self::StillSet => "it is changed, not removed",
            Self::OwnNetworks => "the network mode is not `host`, `none` or another container's",
        }
    }
}

/// A row without a condition.
const fn row(fields: &'static str, class: Class, how: &'static str) -> Row {
    Row { fields, class, only_if: None, how }
}

/// A row whose class needs a condition.
const fn row_if(fields: &'static str, class: Class, when: Condition, otherwise: Class, how: &'static str) -> Row {
    Row { fields, class, only_if: Some((when, otherwise)), how }
}

#[cfg(test)]
mod tests;
