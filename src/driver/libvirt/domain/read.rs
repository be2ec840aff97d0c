//! Reads a domain's document into our terms. What libvirt adds by itself is read too; the planner ignores what a
//! declaration leaves unset.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use model::spec::{Disk, DiskSource, DomainSpec};

use super::{alias::Named, chain, xml};
use crate::libvirt::{pools::PoolPaths, xml::Element};

/// What has to be known to name a disk's source as it was declared.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Surroundings<'a> {
    /// Where the pools are.
    pub pools: &'a PoolPaths,
    /// What was last applied, where it was.
    pub declared: Option<&'a DomainSpec>,
    /// How many snapshots the domain has.
    pub snapshots: u32,
}

/// A domain as read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reading {
    /// The domain.
    pub spec: DomainSpec,
    /// Disks whose source is a snapshot's overlay over the declared volume, with the overlay.
    pub overlays: BTreeMap<String, String>,
}

/// Reads a document, of the configuration or of the running domain.
pub(crate) fn read(domain: &Element, around: &Surroundings<'_>) -> Reading {
    let mut spec = DomainSpec { uuid: domain.text_of("uuid").and_then(|text| text.parse().ok()), ..Default::default() };
    xml::metadata::read(domain, &mut spec);
    xml::machine::read(domain, &mut spec);
    xml::firmware::read(domain, &mut spec);
    xml::boot::read(domain, &mut spec);
    xml::cpu::read(domain, &mut spec);
    xml::memory::read(domain, &mut spec);
    xml::console::read(domain, &mut spec);
    xml::graphics::read(domain, &mut spec);
    xml::extras::read(domain, &mut spec);
    spec.interfaces = keyed(domain, Named::Interface, xml::interface::read);
    spec.filesystems = keyed(domain, Named::Filesystem, xml::filesystem::read);
    spec.host_devices = keyed(domain, Named::HostDevice, xml::hostdev::read);
    let mut reading = Reading { spec, overlays: BTreeMap::new() };
    disks(domain, around, &mut reading);
    reading
}

/// What a running domain shows differently only because it runs, told as the configuration tells it.
pub(crate) fn as_configured(live: &mut DomainSpec, config: &DomainSpec) {
    // A host model is expanded when the domain starts.
    if config.cpu.mode.as_deref() == Some("host-model") && live.cpu.mode.as_deref() == Some("custom") {
        live.cpu.mode.clone_from(&config.cpu.mode);
        live.cpu.model.clone_from(&config.cpu.model);
        live.cpu.features.clone_from(&config.cpu.features);
    }
    live.autostart = config.autostart;
    live.hotplug_slots = config.hotplug_slots;
}

fn keyed<T>(domain: &Element, kind: Named, read: impl Fn(&Element) -> T) -> BTreeMap<String, T> {
    let devices = domain.child("devices").into_iter().flat_map(|devices| devices.named(kind.element()));
    devices.filter_map(|device| Some((kind.key(device)?, read(device)))).collect()
}

fn disks(domain: &Element, around: &Surroundings<'_>, reading: &mut Reading) {
    for element in domain.child("devices").into_iter().flat_map(|devices| devices.named("disk")) {
        let Some(key) = Named::Disk.key(element) else { continue };
        let mut disk = xml::disk::read(element);
        let declared = around.declared.and_then(|spec| spec.disks.get(&key));
        if let Some(DiskSource::File(path)) = disk.source.take() {
            let (source, overlay) = name_source(element, &path, declared, around);
            if let Some(overlay) = overlay {
                // The overlay is qcow2 whatever lies below it.
                disk.format = declared.and_then(|declared| declared.format.clone()).or(disk.format);
                reading.overlays.insert(key.clone(), overlay.display().to_string());
            }
            disk.source = Some(source);
        } else {
            disk.source = xml::disk::source(element);
        }
        reading.spec.disks.insert(key, disk);
    }
}

/// The source as it was declared, and the overlay over it where there is one.
fn name_source(
    element: &Element,
    path: &Path,
    declared: Option<&Disk>,
    around: &Surroundings<'_>,
) -> (DiskSource, Option<PathBuf>) {
    let pools = around.pools;
    let as_volume = |path: &Path| pools.volume_at(path).map(DiskSource::Volume);
    let itself = || as_volume(path).unwrap_or_else(|| DiskSource::File(path.to_owned()));
    let declared_source = declared.and_then(|disk| disk.source.as_ref());
    let declared_path = declared_source.and_then(|source| pools.path_of(source));
    if declared_path.as_deref() == Some(path) {
        return (declared_source.cloned().unwrap_or_else(itself), None);
    }
    if declared_path.is_none() && around.snapshots == 0 {
        return (itself(), None);
    }
    let below = chain::below(element, path, pools);
    if let (Some(source), Some(wanted)) = (declared_source, &declared_path)
        && below.contains(wanted)
    {
        return (source.clone(), Some(path.to_owned()));
    }
    let over_volume =
        below.first().and_then(|base| as_volume(base)).filter(|_| around.snapshots > 0 && declared.is_none());
    match over_volume {
        Some(volume) => (volume, Some(path.to_owned())),
        None => (itself(), None),
    }
}
