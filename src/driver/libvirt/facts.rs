//! What libvirt knows of the host.

mod kvm;

use std::{collections::BTreeSet, path::Path};

use model::{Bytes, HostFacts};

use super::{LibvirtError, connections::Link, xml::Element};

pub(super) use kvm::Probe;

/// Reads the host's facts; KVM counts only where `kvm_runs` says that it runs a guest.
pub(super) fn read(link: &Link<'_>, kvm_runs: impl Fn() -> bool) -> Result<HostFacts, LibvirtError> {
    let capabilities = Element::parse(&link.read(|connect| connect.capabilities())?)?;
    let node = link.read(|connect| connect.node_info())?;
    let version = link.read(|connect| connect.lib_version())?;
    let mut facts = HostFacts {
        arch: capabilities.at(&["host", "cpu", "arch"]).map(Element::text).unwrap_or_default(),
        cpus: node.cpus,
        memory: Bytes::kib(node.memory),
        libvirt: Some(format!("{}.{}.{}", version / 1_000_000, version / 1000 % 1000, version % 1000)),
        ..HostFacts::default()
    };
    let mut kvm = BTreeSet::new();
    for guest in capabilities.named("guest") {
        let Some(arch) = guest.child("arch") else { continue };
        let Some(name) = arch.attr("name").map(str::to_owned) else { continue };
        for machine in arch.named("machine") {
            if let Some(canonical) = machine.attr("canonical") {
                facts.machines.insert(format!("{name}/{}", machine.text()), canonical.to_owned());
            }
        }
        let runs = |kind| arch.named("domain").any(|domain| domain.attr("type") == Some(kind));
        if runs("qemu") {
            facts.emulated.insert(name.clone());
        }
        if runs("kvm") {
            kvm.insert(name);
        }
    }
    if !kvm.is_empty() && kvm_runs() {
        facts.kvm = kvm;
    }
    Ok(facts)
}

/// QEMU's version as libvirt sees it, as part of what a verdict about KVM is kept by.
pub(super) fn qemu_version(link: &Link<'_>) -> Result<u32, LibvirtError> {
    link.read(|connect| connect.hyp_version())
}

/// Whether a URI means this host, so that its devices and files are ours to look at.
pub(super) fn is_local(uri: &str) -> bool {
    uri.split_once("://").is_some_and(|(_, rest)| rest.starts_with('/')) && Path::new("/dev").exists()
}
