//! What a container sees of the host: volumes, directories, files, memory.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Address, DeletionPolicy, Kind, Policy, Resource, SourcePos, Spec,
    spec::{DockerVolumeSpec, FileSpec, Mount, MountKind},
};

use super::{Lowering, file_name, short_hash, unit::policy};
use crate::{
    compose::{ResolvedUnit, position_of},
    manifest::{VolumeBackend, VolumeUse},
    nearest,
    problem::{GuestProblem, Problem, ReferenceProblem, ValueProblem},
};

/// The mounts of a container.
#[derive(Default)]
pub(super) struct Mounts {
    /// By the path inside.
    pub(super) mounts: BTreeMap<String, Mount>,
    pub(super) needs: BTreeSet<Address>,
}

/// Declares the volumes and files of a container and gives its mounts.
pub(super) fn of(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Mounts {
    let mut all = Mounts::default();
    files(lowering, unit, &mut all);
    component_volumes(lowering, unit, &mut all);
    storage(lowering, unit, &mut all);
    volumes(lowering, unit, &mut all);
    for (index, path) in unit.unit.container.tmpfs.iter().enumerate() {
        let at = lowering.place_of(unit, &["container", "tmpfs"], &[&index.to_string()]);
        // Options after the path, as in `docker run --tmpfs`, are the engine's to choose.
        let path = path.split(':').next().unwrap_or(path);
        all.put(lowering, unit, at.as_ref(), path, tmpfs());
    }
    all
}

impl Mounts {
    fn put(
        &mut self,
        lowering: &mut Lowering<'_>,
        unit: &ResolvedUnit,
        at: Option<&SourcePos>,
        target: &str,
        mount: Mount,
    ) {
        let reason = if !target.starts_with('/') {
            format!("`{target}` is no absolute path")
        } else if self.mounts.insert(target.to_owned(), mount).is_some() {
            format!("two things are mounted at `{target}`")
        } else {
            return;
        };
        let (path, cure) = ("container.volumes".to_owned(), "give one of them another path".to_owned());
        lowering.findings.problem(at, ValueProblem::Wrong { who: unit.who(), path, reason, cure: Some(cure) });
    }
}

/// The files of components, each one on the host under a name that changes with its content: the container is made
/// anew when a file changes, for a bind mount would go on showing the old one.
fn files(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, all: &mut Mounts) {
    for (target, traced) in &unit.guest.files {
        let file = &traced.value;
        let at = position_of(&traced.origin).cloned();
        let hash = short_hash([file.content.as_str(), &file.mode, &file.owner, &file.group]);
        let base = file_name(target.rsplit('/').next().unwrap_or("file"));
        let path = lowering.state("files").join(&unit.name).join(format!("{hash}-{base}"));
        let address = Address::new(Kind::File, format!("{}/{}", unit.name, target.trim_start_matches('/')));
        let spec = FileSpec {
            path: path.clone(),
            content: file.content.clone(),
            mode: file.mode.clone(),
            owner: file.owner.clone(),
            group: file.group.clone(),
        };
        let resource = Resource {
            policy: Policy { deletion: DeletionPolicy::Delete, ..Policy::default() },
            declared_at: at.clone(),
            origins: BTreeMap::from([(String::new(), traced.origin.clone())]),
            ..Resource::new(Spec::File(spec))
        };
        lowering.add(address.clone(), resource, format!("a file of {}", unit.who()));
        all.needs.insert(address);
        let source = path.to_string_lossy().into_owned();
        all.put(lowering, unit, at.as_ref(), target, Mount { kind: MountKind::Bind, source, read_only: true });
    }
}

fn component_volumes(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, all: &mut Mounts) {
    for traced in unit.guest.volumes.values() {
        let volume = &traced.value;
        let at = position_of(&traced.origin).cloned();
        let mount = match volume.kind {
            VolumeUse::Ephemeral => tmpfs(),
            kind => {
                let source = own_volume(lowering, unit, &volume.name, unit.unit.deletion_policy, all);
                let read_only = matches!(kind, VolumeUse::Config | VolumeUse::Secret);
                Mount { kind: MountKind::Volume, source, read_only }
            }
        };
        all.put(lowering, unit, at.as_ref(), &volume.path, mount);
    }
}

fn storage(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, all: &mut Mounts) {
    for (index, wanted) in unit.unit.storage.iter().enumerate() {
        let place = index.to_string();
        let at = lowering.place_of(unit, &["storage"], &[&place]);
        let who = format!("the storage `{}` of {}", wanted.name, unit.who());
        let Some(path) = &wanted.path else {
            let problem = ValueProblem::Missing {
                who,
                path: "path".to_owned(),
                reason: "a container sees its storage at a path".to_owned(),
                cure: "set `path`, such as \"/var/lib/data\"".to_owned(),
            };
            lowering.findings.problem(at.as_ref(), problem);
            continue;
        };
        let mount = if wanted.ephemeral {
            tmpfs()
        } else {
            let source = match &wanted.volume {
                Some(name) => match declared_volume(lowering, &who, name, all) {
                    Ok(name) => name,
                    Err(problem) => {
                        lowering.problem_at(unit, &["storage"], &[&place, "volume"], *problem);
                        continue;
                    }
                },
                None => own_volume(lowering, unit, &wanted.name, unit.unit.deletion_policy, all),
            };
            if wanted.size.is_some() {
                let text = "`storage.*.size` is not enforced for containers: Docker's volumes grow with their host";
                lowering.findings.note(None, None, text);
            }
            Mount { kind: MountKind::Volume, source, read_only: wanted.read_only }
        };
        all.put(lowering, unit, at.as_ref(), path, mount);
    }
}

fn volumes(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, all: &mut Mounts) {
    for (index, wanted) in unit.unit.container.volumes.iter().enumerate() {
        let place = index.to_string();
        let at = lowering.place_of(unit, &["container", "volumes"], &[&place]);
        let source = &wanted.source;
        let mount = if source.starts_with('/') {
            Mount { kind: MountKind::Bind, source: source.clone(), read_only: wanted.read_only }
        } else if source.contains('/') {
            let path = std::path::Path::new(source);
            if lowering.absolute(&unit.who(), at.as_ref(), "container.volumes", path).is_none() {
                continue;
            }
            continue;
        } else {
            let who = format!("the mount `{}` of {}", wanted.target, unit.who());
            if lowering.manifest.hypervisor.storage.volumes.contains_key(source) {
                if let Err(problem) = declared_volume(lowering, &who, source, all) {
                    lowering.problem_at(unit, &["container", "volumes"], &[&place], *problem);
                    continue;
                }
            } else {
                volume(lowering, unit, source.clone(), unit.unit.deletion_policy, all);
            }
            Mount { kind: MountKind::Volume, source: source.clone(), read_only: wanted.read_only }
        };
        all.put(lowering, unit, at.as_ref(), &wanted.target, mount);
    }
}

/// The declared volume of Docker of this name.
fn declared_volume(lowering: &Lowering<'_>, who: &str, name: &str, all: &mut Mounts) -> Result<String, Box<Problem>> {
    let volumes = &lowering.manifest.hypervisor.storage.volumes;
    match volumes.get(name) {
        Some(volume) if volume.backend == VolumeBackend::Docker => {
            all.needs.insert(Address::new(Kind::DockerVolume, name));
            Ok(name.to_owned())
        }
        Some(_) => {
            let (unit_kind, other_kind) = ("a container's", "a disk of libvirt's");
            let cure = "set `backend = \"docker\"` of the volume, or name another one".to_owned();
            let (who, name) = (who.to_owned(), name.to_owned());
            let problem = GuestProblem::OtherBackend { who, unit_kind, what: "volume", name, other_kind, cure };
            Err(Box::new(problem.into()))
        }
        None => {
            let declare = format!("declare `hypervisor.storage.volumes.{name}` with `backend = \"docker\"`");
            let docker = volumes.iter().filter(|(_, volume)| volume.backend == VolumeBackend::Docker);
            let cure = nearest::cure(name, docker.map(|(name, _)| name.as_str()), &declare);
            let problem = ReferenceProblem::Volume { who: who.to_owned(), name: name.to_owned(), cure };
            Err(Box::new(problem.into()))
        }
    }
}

/// Declares the volume `<unit>-<name>`, or the one that has a previous name of the unit.
fn own_volume(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    name: &str,
    deletion: DeletionPolicy,
    all: &mut Mounts,
) -> String {
    let name = lowering.own_volume(unit, name, |name| Address::new(Kind::DockerVolume, name));
    volume(lowering, unit, name.clone(), deletion, all);
    name
}

/// Declares a volume of Docker that several containers may name.
fn volume(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, name: String, deletion: DeletionPolicy, all: &mut Mounts) {
    let address = Address::new(Kind::DockerVolume, name);
    let spec = DockerVolumeSpec { driver: Some("local".to_owned()), ..DockerVolumeSpec::default() };
    let resource = Resource {
        policy: Policy { deletion, ..policy(unit) },
        declared_at: unit.declared_at.clone(),
        ..Resource::new(Spec::DockerVolume(spec))
    };
    lowering.share(address.clone(), resource, format!("a volume of {}", unit.who()));
    all.needs.insert(address);
}

fn tmpfs() -> Mount {
    Mount { kind: MountKind::Tmpfs, source: String::new(), read_only: false }
}
