//! Units: what runs.

use jiff::Timestamp;
use model::{
    Address, Bytes, FieldPath, Kind, Observed, ObservedResource, PowerState, Seen, Spec,
    spec::{ContainerSpec, DiskSource, DomainSpec},
};
use plan::matrix::{Class, row_for};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Managed, Row, Scope, age, power_cell, rows};
use crate::{
    live::Sight,
    table::{Tone, plain},
};

/// A unit.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitRow {
    /// Its address: `domain/web`.
    pub address: Address,
    /// Its name.
    pub name: String,
    /// `vm` or `container`.
    pub kind: &'static str,
    /// Whether it runs.
    pub state: PowerState,
    /// Hundredths of a vCPU; unlimited where not said.
    pub cpu_shares: Option<u64>,
    /// Bytes of memory; unlimited where not said.
    pub memory: Option<Bytes>,
    /// What it was made from.
    pub image: Option<String>,
    /// Its addresses.
    pub addresses: Vec<String>,
    /// Ports of the host that lead to it.
    pub ports: Vec<String>,
    /// When it was started.
    pub started: Option<Timestamp>,
    /// What the engine's health check says.
    pub health: Option<&'static str>,
    /// Fields whose configured values wait for a cold start, while it runs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub pending: Vec<FieldPath>,
    /// Whose it is.
    pub managed: Managed,
}

/// The units in scope, without what [`UnitRow::see`] adds.
pub fn units(observed: &Observed, scope: Scope) -> Vec<UnitRow> {
    rows(observed, scope, |address, spec, resource| match spec {
        Spec::Domain(spec) => Some(domain(address, spec, resource)),
        Spec::Container(spec) => Some(container(address, spec, resource)),
        _ => None,
    })
}

impl UnitRow {
    /// Adds what the running unit shows.
    pub fn see(&mut self, sight: Sight) {
        self.addresses = sight.addresses;
        self.ports = sight.ports;
        self.started = sight.started.or(self.started);
        self.health = sight.health;
    }

    /// Whether there is more to see of it than its specification says.
    pub fn is_up(&self) -> bool {
        !matches!(self.state, PowerState::Off | PowerState::Crashed | PowerState::Finished)
    }
}

impl Row for UnitRow {
    const TITLES: &'static [&'static str] =
        &["NAME", "KIND", "STATE", "CPUS", "MEMORY", "IMAGE", "ADDRESSES", "PORTS", "UP", "MANAGED"];

    fn cells(&self, now: Timestamp) -> Vec<(String, Tone)> {
        let up = self.started.filter(|_| self.is_up()).map(|started| age(started, now));
        vec![
            plain(&self.name),
            plain(self.kind),
            self.state_cell(),
            plain(self.cpu_shares.map_or_else(|| "-".to_owned(), cpus)),
            plain(self.memory.map_or_else(|| "-".to_owned(), |memory| memory.to_string())),
            plain(self.image.as_deref().map_or("-", shortened)),
            plain(self.addresses.join(" ")),
            plain(self.ports.join(" ")),
            plain(up.unwrap_or_default()),
            self.managed.cell(),
        ]
    }
}

impl UnitRow {
    pub(super) fn state_cell(&self) -> (String, Tone) {
        let (word, tone) = power_cell(self.state);
        let (health, tone) = match self.health {
            Some("unhealthy") => (Some("unhealthy"), Tone::Bad),
            Some("starting") => (Some("starting"), Tone::Attention),
            health => (health, tone),
        };
        let pending = (!self.pending.is_empty()).then_some("pending restart");
        let tone = if pending.is_some() && tone == Tone::Good { Tone::Attention } else { tone };
        let remarks: Vec<&str> = health.into_iter().chain(pending).collect();
        (if remarks.is_empty() { word } else { format!("{word} ({})", remarks.join(", ")) }, tone)
    }
}

fn domain(address: &Address, spec: &DomainSpec, resource: &ObservedResource) -> UnitRow {
    let vcpus = spec.vcpus.current.or(spec.vcpus.maximum);
    UnitRow {
        cpu_shares: vcpus.map(|vcpus| u64::from(vcpus) * 100),
        memory: spec.memory.current.or(spec.memory.maximum),
        image: boot_source(spec),
        started: resource.domain.as_ref().and_then(|facts| facts.started),
        ..bare(address, resource)
    }
}

fn container(address: &Address, spec: &ContainerSpec, resource: &ObservedResource) -> UnitRow {
    UnitRow {
        cpu_shares: spec.limits.nano_cpus.map(|nano| nano.div_ceil(10_000_000)),
        memory: spec.limits.memory,
        image: Some(spec.image.clone()),
        ..bare(address, resource)
    }
}

fn bare(address: &Address, resource: &ObservedResource) -> UnitRow {
    UnitRow {
        address: address.clone(),
        name: address.name.clone(),
        kind: if address.kind == Kind::Domain { "vm" } else { "container" },
        state: resource.power,
        cpu_shares: None,
        memory: None,
        image: None,
        addresses: Vec::new(),
        ports: Vec::new(),
        started: None,
        health: None,
        pending: pending(resource),
        managed: Managed::from(&resource.ownership),
    }
}

/// The fields that the next start will set otherwise than they are now. What only the running unit shows is its
/// backend's.
fn pending(resource: &ObservedResource) -> Vec<FieldPath> {
    let Seen::Parsed { config, live: Some(live) } = &resource.seen else { return Vec::new() };
    let kind = config.kind();
    let (next, now) = (config.fields(), live.fields());
    let waits = |path: &FieldPath| {
        row_for(kind, path).is_some_and(|row| matches!(row.class, Class::Live | Class::Cold | Class::NextBoot))
    };
    let changed = next.iter().filter(|(path, value)| {
        let absent = value.as_object().is_some_and(serde_json::Map::is_empty);
        !absent && now.get(*path) != Some(*value) && waits(path)
    });
    changed.map(|(path, _)| path.clone()).collect()
}

/// What a domain boots: the kernel it is given, else its first disk.
fn boot_source(spec: &DomainSpec) -> Option<String> {
    if let Some(kernel) = &spec.boot.kernel {
        return Some(kernel.display().to_string());
    }
    let first = spec.boot.order.iter().find_map(|name| spec.disks.get(name));
    let disk = first.or_else(|| spec.disks.get("root")).or_else(|| spec.disks.values().next())?;
    Some(match disk.source.as_ref()? {
        DiskSource::Volume(volume) => volume.clone(),
        DiskSource::File(path) | DiskSource::Block(path) => path.display().to_string(),
    })
}

/// Hundredths of a CPU as a number of CPUs: `2`, `0.5`.
fn cpus(shares: u64) -> String {
    let (whole, rest) = (shares / 100, shares % 100);
    if rest == 0 { whole.to_string() } else { format!("{whole}.{rest:02}").trim_end_matches('0').to_owned() }
}

/// An image's name without the directories or registry before it, nor the digest behind it.
fn shortened(image: &str) -> &str {
    let name = if image.starts_with('/') { image.rsplit('/').next().unwrap_or(image) } else { image };
    name.split_once("@sha256").map_or(name, |(name, _)| name)
}
