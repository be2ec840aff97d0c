//! The disks of a VM: its root disk from its image, its storage, what components want to keep, and the seed.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use model::{
    Address, Bytes, DeletionPolicy, Kind, Policy, Resource, Spec,
    spec::{Disk, DiskBus, DiskKind, DiskSource, DiskTune, VolumeFormat, VolumeSpec},
};

use super::{
    Lowering, image,
    machine::Machine,
    pools,
    unit::{Source, policy},
    volumes::image_policy,
};
use crate::{
    compose::ResolvedUnit,
    manifest::{VolumeBackend, VolumeUse},
    nearest,
    problem::{GuestProblem, PlaceProblem, ReferenceProblem, ValueProblem},
    unit::{Bus, CloneMode, Image, ImageFormat, Storage},
};

/// The disk made from the image.
pub(super) const ROOT: &str = "root";
/// The disk with cloud-init's files.
pub(super) const SEED: &str = "seed";

/// The disks of a domain.
#[derive(Default)]
pub(super) struct Disks {
    pub(super) disks: BTreeMap<String, Disk>,
    pub(super) needs: BTreeSet<Address>,
    pub(super) sources: Vec<Source>,
}

/// Declares the volumes of a VM and gives its disks.
pub(super) fn of(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Disks {
    let mut disks = Disks::default();
    let storage = storage(lowering, unit);
    let root = storage.iter().position(|(disk, _)| disk.name == ROOT && unit.unit.image.is_some());
    if let Some(image) = &unit.unit.image {
        root_disk(lowering, unit, image, root.map(|at| &storage[at]), &mut disks);
    }
    for (place, (disk, index)) in storage.iter().enumerate() {
        if Some(place) != root {
            own_disk(lowering, unit, disk, *index, &mut disks);
        }
    }
    disks
}

/// The CD-ROM, or where the machine has none the disk, that carries the seed.
pub(super) fn seed(path: PathBuf, machine: Machine) -> Disk {
    let (device, bus) = match machine {
        Machine::Microvm => (DiskKind::Disk, DiskBus::Virtio),
        Machine::Virt => (DiskKind::Cdrom, DiskBus::Scsi),
        Machine::Q35 | Machine::Other => (DiskKind::Cdrom, DiskBus::Sata),
    };
    Disk {
        device: Some(device),
        source: Some(DiskSource::File(path)),
        format: Some("raw".to_owned()),
        bus: Some(bus),
        read_only: Some(true),
        ..Disk::default()
    }
}

/// The serial number that the guest finds a disk by: its name, as far as a serial number goes.
pub(super) fn serial(name: &str) -> String {
    name.chars().take(20).collect()
}

/// The unit's storage with its place in the list, and after it what components want to keep.
fn storage(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Vec<(Storage, usize)> {
    let mut all: Vec<(Storage, usize)> = unit.unit.storage.iter().cloned().enumerate().map(|(i, s)| (s, i)).collect();
    for volume in unit.guest.volumes.values() {
        let wanted = &volume.value;
        let at = crate::compose::position_of(&volume.origin).cloned().or_else(|| unit.declared_at.clone());
        match wanted.kind {
            VolumeUse::Ephemeral => {}
            VolumeUse::Persistent if wanted.size.is_some() => {
                let disk = component_disk(&wanted.name, wanted.size);
                all.push((disk, usize::MAX));
            }
            VolumeUse::Persistent => {
                let problem = ValueProblem::Missing {
                    who: format!("the volume `{}` of {}", wanted.name, unit.who()),
                    path: "size".to_owned(),
                    reason: "in a VM it is a disk of its own".to_owned(),
                    cure: "set `size` of the component's volume, such as \"10Gi\"".to_owned(),
                };
                lowering.findings.problem(at.as_ref(), problem);
            }
            VolumeUse::Config | VolumeUse::Secret => {
                let problem = GuestProblem::MachineLacks {
                    unit: unit.name.clone(),
                    what: format!("the component's volume `{}` for configuration or secrets", wanted.name),
                    machine: "a VM".to_owned(),
                    cure: "put the contents under `configuration.files` of the component".to_owned(),
                };
                lowering.findings.problem(at.as_ref(), problem);
            }
        }
    }
    all
}

fn component_disk(name: &str, size: Option<crate::unit::Size>) -> Storage {
    Storage {
        name: name.to_owned(),
        capability: pools::DEFAULT.to_owned(),
        size,
        features: Vec::new(),
        performance: None,
        pool: None,
        volume: None,
        format: ImageFormat::Qcow2,
        bus: Bus::Virtio,
        cache: None,
        discard: None,
        path: None,
        read_only: false,
        ephemeral: false,
    }
}

fn root_disk(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    image: &Image,
    declared: Option<&(Storage, usize)>,
    disks: &mut Disks,
) {
    let who = unit.who();
    disks.sources.push(Source::new(format!("disks.{ROOT}"), "image"));
    let (mut disk, index) = match declared {
        Some((storage, index)) => (storage.clone(), *index),
        None => (component_disk(ROOT, None), usize::MAX),
    };
    if let Some(name) = &image.volume {
        disk.volume = Some(name.clone());
        existing(lowering, unit, &disk, name, index, disks);
        return;
    }
    let at = lowering.place_of(unit, &["image"], &["source"]);
    let places = image::Places { source: at.clone(), hash: lowering.place_of(unit, &["image"], &["hash"]) };
    let keep = image_policy(image.clone, unit.unit.deletion_policy);
    let Some(file) = image::file(lowering, &who, &places, image, keep) else {
        if image.source.is_none() {
            let problem = ValueProblem::Missing {
                who,
                path: "image.source".to_owned(),
                reason: "`image.archive` and `image.rootfs` are for containers".to_owned(),
                cure: "set `image.source` to a disk image, or `image.volume`".to_owned(),
            };
            lowering.findings.problem(at.as_ref(), problem);
        }
        return;
    };
    if image.clone == CloneMode::Overlay && disk.format == ImageFormat::Raw {
        let (path, cure) = ("storage".to_owned(), "set `image.clone = \"copy\"`, or `format = \"qcow2\"`".to_owned());
        let reason = "a raw root disk cannot lie over its image".to_owned();
        lowering.findings.problem(at.as_ref(), ValueProblem::Wrong { who, path, reason, cure: Some(cure) });
        return;
    }
    let (backing, contents) = image::contents(image, image.clone, &file.path);
    let spec = VolumeSpec { backing, contents: Some(contents), ..VolumeSpec::default() };
    make(lowering, unit, &disk, index, spec, file.needs, disks);
}

fn own_disk(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, disk: &Storage, index: usize, disks: &mut Disks) {
    let source = if index == usize::MAX {
        Source::new(format!("disks.{}", disk.name), "labels.blueprint")
    } else {
        Source::element(format!("disks.{}", disk.name), "storage", index)
    };
    disks.sources.push(source);
    if let Some(name) = &disk.volume {
        existing(lowering, unit, disk, name, index, disks);
        return;
    }
    if disk.size.is_none() {
        let problem = ValueProblem::Missing {
            who: format!("the disk `{}` of {}", disk.name, unit.who()),
            path: "size".to_owned(),
            reason: "it is made empty".to_owned(),
            cure: "set `size`, such as \"20Gi\", or name an existing volume with `volume`".to_owned(),
        };
        lowering.problem_at(unit, &["storage"], &[&index.to_string()], problem);
        return;
    }
    make(lowering, unit, disk, index, VolumeSpec::default(), None, disks);
}

/// Declares the volume of a disk and plugs it in.
fn make(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    disk: &Storage,
    index: usize,
    contents: VolumeSpec,
    needs: Option<Address>,
    disks: &mut Disks,
) {
    let Some(pool) = pools::of_disk(lowering, unit, disk, index) else { return };
    let address = |name: &str| Address::new(Kind::Volume, format!("{pool}/{name}"));
    let name = lowering.own_volume(unit, &disk.name, address);
    let address = address(&name);
    let capacity = disk.size.map(|size| size.0);
    let spec = VolumeSpec { pool: pool.clone(), name, capacity, format: Some(image::format(disk.format)), ..contents };
    let deletion = if disk.ephemeral { DeletionPolicy::Delete } else { unit.unit.deletion_policy };
    let resource = Resource {
        policy: Policy { deletion, ..policy(unit) },
        depends_on: needs.into_iter().chain([Address::new(Kind::Pool, &pool)]).collect(),
        declared_at: unit.declared_at.clone(),
        ..Resource::new(Spec::Volume(spec))
    };
    lowering.add(address.clone(), resource, format!("the disk `{}` of {}", disk.name, unit.who()));
    plug(lowering, unit, disk, index, &address, image::format(disk.format), capacity, disks);
}

/// Plugs in a declared volume: `volume` or `pool/volume`.
fn existing(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    disk: &Storage,
    wanted: &str,
    index: usize,
    disks: &mut Disks,
) {
    let who = format!("the disk `{}` of {}", disk.name, unit.who());
    let (path, rest): (&[&str], Vec<String>) = match index {
        usize::MAX => (&["image"], vec!["volume".to_owned()]),
        index => (&["storage"], vec![index.to_string(), "volume".to_owned()]),
    };
    let rest: Vec<&str> = rest.iter().map(String::as_str).collect();
    let volumes = &lowering.manifest.hypervisor.storage.volumes;
    let name = wanted.rsplit_once('/').map_or(wanted, |(_, name)| name);
    let in_pool = |pool: &str| wanted.split_once('/').is_none_or(|(wanted, _)| wanted == pool);
    match volumes.get(name).filter(|volume| in_pool(&volume.pool)) {
        Some(volume) if volume.backend == VolumeBackend::Docker => {
            let cure = "name a volume with `backend = \"libvirt\"`".to_owned();
            let (unit_kind, other_kind) = ("a VM's", "one of Docker's");
            let name = name.to_owned();
            let problem = GuestProblem::OtherBackend { who, unit_kind, what: "volume", name, other_kind, cure };
            lowering.problem_at(unit, path, &rest, problem);
        }
        Some(volume) => {
            let pool = pools::known_as(lowering, &volume.pool);
            let address = Address::new(Kind::Volume, format!("{pool}/{name}"));
            let (format, capacity) = (image::format(volume.format), volume.size.map(|size| size.0));
            plug(lowering, unit, disk, index, &address, format, capacity, disks);
        }
        None => {
            let known = volumes.keys().map(String::as_str);
            let declare = format!("declare `hypervisor.storage.volumes.{name}`, with `adopt = true` if it exists");
            let cure = nearest::cure(name, known, &declare);
            lowering.problem_at(unit, path, &rest, ReferenceProblem::Volume { who, name: wanted.to_owned(), cure });
        }
    }
}

#[expect(clippy::too_many_arguments, reason = "a disk is made of all of these, and only here")]
fn plug(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    disk: &Storage,
    index: usize,
    volume: &Address,
    format: VolumeFormat,
    capacity: Option<Bytes>,
    disks: &mut Disks,
) {
    let performance = disk.performance.clone().unwrap_or_default();
    let plugged = Disk {
        device: Some(DiskKind::Disk),
        source: Some(DiskSource::Volume(volume.name.clone())),
        format: Some(if format == VolumeFormat::Raw { "raw" } else { "qcow2" }.to_owned()),
        bus: Some(match disk.bus {
            Bus::Virtio => DiskBus::Virtio,
            Bus::Scsi => DiskBus::Scsi,
            Bus::Sata => DiskBus::Sata,
            Bus::Usb => DiskBus::Usb,
        }),
        cache: disk.cache.clone(),
        discard: disk.discard.clone(),
        serial: Some(serial(&disk.name)),
        read_only: disk.read_only.then_some(true),
        capacity,
        tune: DiskTune { iops: performance.iops, throughput: performance.throughput.map(|rate| rate.0) },
    };
    disks.needs.insert(volume.clone());
    if disks.disks.insert(disk.name.clone(), plugged).is_some() || disk.name == SEED {
        let problem = PlaceProblem::Name {
            kind: "disk".to_owned(),
            name: disk.name.clone(),
            first: if disk.name == SEED { "the cloud-init seed".to_owned() } else { "another disk".to_owned() },
            second: format!("a disk of {}", unit.who()),
            cure: "give it another `name`".to_owned(),
        };
        lowering.problem_at(unit, &["storage"], &[&index.to_string(), "name"], problem);
    }
}
