//! The network interfaces of a VM.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Address, Kind,
    spec::{Interface, InterfaceSource},
};

use super::{Lowering, networks, unit::Source};
use crate::{
    compose::ResolvedUnit,
    manifest::VolumeBackend,
    problem::{PlaceProblem, ValueProblem},
    unit::{Link, Nic},
};

/// The interfaces of a domain.
#[derive(Default)]
pub(super) struct Interfaces {
    pub(super) interfaces: BTreeMap<String, Interface>,
    pub(super) needs: BTreeSet<Address>,
    pub(super) sources: Vec<Source>,
}

/// Plugs in the interfaces of a VM.
pub(super) fn of(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Interfaces {
    let mut all = Interfaces::default();
    for (index, nic) in unit.unit.network.iter().enumerate() {
        let Some(source) = source(lowering, unit, nic, index) else { continue };
        if let InterfaceSource::Network(name) = &source {
            all.needs.insert(Address::new(Kind::Network, name));
        }
        let interface = Interface {
            source: Some(source),
            mac: Some(mac(lowering, unit, nic, index)),
            model: Some(nic.model.clone()),
            link_up: Some(nic.link == Link::Up),
            bandwidth: nic.bandwidth.map(|rate| rate.0.round_to_kib()),
            mtu: None,
        };
        all.sources.push(Source::element(format!("interfaces.{}", nic.name), "network", index));
        if all.interfaces.insert(nic.name.clone(), interface).is_some() {
            let problem = PlaceProblem::Name {
                kind: "interface".to_owned(),
                name: nic.name.clone(),
                first: "another interface".to_owned(),
                second: format!("an interface of {}", unit.who()),
                cure: "give it another `name`".to_owned(),
            };
            lowering.problem_at(unit, &["network"], &[&index.to_string(), "name"], problem);
        }
    }
    all
}

fn source(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, nic: &Nic, index: usize) -> Option<InterfaceSource> {
    match (&nic.network, &nic.bridge, nic.capability.as_str()) {
        (None, Some(bridge), _) => Some(InterfaceSource::Bridge(bridge.clone())),
        (None, None, "user") => Some(InterfaceSource::User),
        _ => networks::of_nic(lowering, unit, nic, index, VolumeBackend::Libvirt).map(InterfaceSource::Network),
    }
}

fn mac(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, nic: &Nic, index: usize) -> String {
    let derived = model::mac_for(lowering.settings.owner, &unit.name, &nic.name);
    let Some(text) = &nic.mac else { return derived };
    networks::canonical_mac(text).unwrap_or_else(|| {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: format!("network.{}.mac", nic.name),
            reason: networks::not_a_mac(text),
            cure: Some("correct it, or remove it: an address is then derived from the names".to_owned()),
        };
        lowering.problem_at(unit, &["network"], &[&index.to_string(), "mac"], problem);
        derived
    })
}
