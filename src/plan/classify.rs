//! What a particular difference costs: the table's row, its condition judged against what runs.

use model::{
    DomainFacts, FieldPath, Kind, Spec,
    spec::{ContainerSpec, DiskBus, DiskKind, DomainSpec, FilesystemDriver, InterfaceSource},
};
use serde_json::Value;

use crate::{
    diff::Difference,
    matrix::{Class, Condition, Row, row_for},
};

/// What conditions are judged against; keeps count of the ports that a plan's new devices take.
#[derive(Clone, Debug)]
pub(crate) struct Judge<'a> {
    wanted: &'a Spec,
    running: &'a Spec,
    free_slots: u32,
}

impl<'a> Judge<'a> {
    /// Judges changes from what is there to what is `wanted`.
    pub(crate) fn new(wanted: &'a Spec, running: &'a Spec, facts: Option<&DomainFacts>) -> Self {
        Self { wanted, running, free_slots: facts.map_or(0, |facts| facts.free_slots) }
    }

    /// What the difference costs. A field that no table knows costs the most that a change of its kind can.
    pub(crate) fn class(&mut self, difference: &Difference) -> Class {
        match row_for(self.wanted.kind(), &difference.path) {
            Some(row) => self.class_of(row, difference),
            None => dearest(self.wanted.kind()),
        }
    }

    fn class_of(&mut self, row: &Row, difference: &Difference) -> Class {
        match row.only_if {
            Some((condition, otherwise)) if !self.holds(condition, difference) => otherwise,
            _ => row.class,
        }
    }

    fn holds(&mut self, condition: Condition, difference: &Difference) -> bool {
        match condition {
            Condition::StillSet => difference.new.is_some(),
            Condition::OwnNetworks => container(self.wanted).is_some_and(joins_networks),
            _ => match (domain(self.wanted), domain(self.running)) {
                (Some(wanted), Some(running)) => self.holds_for_domain(condition, difference, wanted, running),
                _ => false,
            },
        }
    }

    fn holds_for_domain(&mut self, condition: Condition, d: &Difference, to: &DomainSpec, from: &DomainSpec) -> bool {
        match condition {
            Condition::MoreWithinMaximum => {
                let (old, new) = (number(d.old.as_ref()), number(d.new.as_ref()));
                new > old && new <= from.vcpus.maximum.map(u64::from)
            }
            Condition::WithinMaximum => {
                let maximum = from.memory.maximum.or(from.memory.current).map(|bytes| bytes.get());
                d.new.is_some() && number(d.new.as_ref()) <= maximum
            }
            Condition::HotPluggable => self.hot_pluggable(d, to, from),
            Condition::RemovableMedium => {
                device_name(&d.path).and_then(|name| to.disks.get(&name)?.device) == Some(DiskKind::Cdrom)
            }
            Condition::HostNetwork => {
                let side = |spec: &DomainSpec| {
                    let source = device_name(&d.path).and_then(|name| spec.interfaces.get(&name)?.source.clone());
                    matches!(source, Some(InterfaceSource::Network(_) | InterfaceSource::Bridge(_)))
                };
                side(to) && side(from)
            }
            Condition::SharedMemory => {
                let name = device_name(&d.path);
                let virtiofs = |spec: &DomainSpec| {
                    let driver = name.as_ref().and_then(|name| spec.filesystems.get(name)?.driver);
                    driver == Some(FilesystemDriver::Virtiofs)
                };
                let shared = from.memory.shared == Some(true);
                if d.new.is_some() { shared && virtiofs(to) && self.takes_slot() } else { virtiofs(from) }
            }
            Condition::StillSet | Condition::OwnNetworks => false,
        }
    }

    fn hot_pluggable(&mut self, difference: &Difference, to: &DomainSpec, from: &DomainSpec) -> bool {
        let Some(name) = device_name(&difference.path) else { return false };
        let side = if difference.new.is_some() { to } else { from };
        if !difference.path.is_within("disks") {
            return difference.new.is_none() || self.takes_slot();
        }
        match side.disks.get(&name).and_then(|disk| disk.bus) {
            Some(DiskBus::Scsi | DiskBus::Usb) => true,
            Some(DiskBus::Virtio) | None => difference.new.is_none() || self.takes_slot(),
            Some(DiskBus::Sata | DiskBus::Ide) => false,
        }
    }

    /// Takes one of the free ports; says whether there was one.
    fn takes_slot(&mut self) -> bool {
        let free = self.free_slots > 0;
        self.free_slots = self.free_slots.saturating_sub(1);
        free
    }
}

/// Whether the engine connects and disconnects networks of such a container.
fn joins_networks(spec: &ContainerSpec) -> bool {
    !spec.network_mode.as_deref().is_some_and(|mode| matches!(mode, "host" | "none") || mode.starts_with("container:"))
}

const fn dearest(kind: Kind) -> Class {
    match kind {
        Kind::Domain => Class::Cold,
        Kind::Container => Class::Recreate,
        _ => Class::Immutable,
    }
}

const fn domain(spec: &Spec) -> Option<&DomainSpec> {
    if let Spec::Domain(spec) = spec { Some(spec) } else { None }
}

const fn container(spec: &Spec) -> Option<&ContainerSpec> {
    if let Spec::Container(spec) = spec { Some(spec) } else { None }
}

/// The device's name in a path such as `disks.data.source`.
fn device_name(path: &FieldPath) -> Option<String> {
    path.segments().into_iter().nth(1)
}

fn number(value: Option<&Value>) -> Option<u64> {
    value.and_then(Value::as_u64)
}
