//! Mounts both ways. Host paths are `Binds`, which makes a missing directory as `docker run -v` does; volumes
//! and memory are `Mounts`, which takes any character in a name.

use std::collections::BTreeMap;

use bollard::models::{HostConfig, Mount as EngineMount, MountPoint, MountType};
use model::spec::{Mount, MountKind};

/// An anonymous volume, made for a `VOLUME` of the image, that a replacement takes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Carried {
    /// The volume's name: 64 hex digits.
    pub(crate) volume: String,
    /// The path inside.
    pub(crate) target: String,
}

/// The mounts that were asked for; anonymous volumes are the engine's own.
pub(super) fn read(host: &HostConfig) -> BTreeMap<String, Mount> {
    let binds = host.binds.iter().flatten().filter_map(|bind| parse_bind(bind));
    let mounts = host.mounts.iter().flatten().filter_map(parse_mount);
    let memory = host.tmpfs.iter().flatten().map(|(target, options)| {
        let read_only = options.split(',').any(|option| option == "ro");
        (target.clone(), Mount { kind: MountKind::Tmpfs, source: String::new(), read_only })
    });
    let all = binds.chain(mounts).chain(memory);
    all.filter(|(_, mount)| mount.kind != MountKind::Volume || !is_anonymous(&mount.source)).collect()
}

/// `Binds` and `Mounts` for the declared mounts and the carried volumes.
pub(super) fn write(mounts: &BTreeMap<String, Mount>, carried: &[Carried]) -> (Vec<String>, Vec<EngineMount>) {
    let (binds, others): (Vec<_>, Vec<_>) = mounts.iter().partition(|(target, mount)| is_plain_bind(target, mount));
    let binds = binds.into_iter().map(|(target, mount)| {
        let mode = if mount.read_only { ":ro" } else { "" };
        format!("{}:{target}{mode}", mount.source)
    });
    let others = others.into_iter().map(|(target, mount)| EngineMount {
        target: Some(target.clone()),
        source: Some(mount.source.clone()).filter(|source| !source.is_empty()),
        typ: Some(match mount.kind {
            MountKind::Bind => MountType::BIND,
            MountKind::Volume => MountType::VOLUME,
            MountKind::Tmpfs => MountType::TMPFS,
        }),
        read_only: Some(mount.read_only),
        ..EngineMount::default()
    });
    let carried = carried.iter().filter(|volume| !mounts.contains_key(&volume.target)).map(|volume| EngineMount {
        target: Some(volume.target.clone()),
        source: Some(volume.volume.clone()),
        typ: Some(MountType::VOLUME),
        ..EngineMount::default()
    });
    (binds.collect(), others.chain(carried).collect())
}

/// The anonymous volumes among the mounts of a container.
pub(super) fn anonymous(mounts: Option<&[MountPoint]>) -> Vec<Carried> {
    let volumes = mounts.into_iter().flatten().filter(|mount| mount.typ.as_deref() == Some("volume"));
    volumes
        .filter_map(|mount| Some(Carried { volume: mount.name.clone()?, target: mount.destination.clone()? }))
        .filter(|volume| is_anonymous(&volume.volume))
        .collect()
}

/// Whether a volume's name is one that the engine made up.
pub(crate) fn is_anonymous(name: &str) -> bool {
    name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn is_plain_bind(target: &str, mount: &Mount) -> bool {
    mount.kind == MountKind::Bind && !mount.source.contains(':') && !target.contains(':')
}

/// `SOURCE:TARGET[:OPTIONS]`.
fn parse_bind(bind: &str) -> Option<(String, Mount)> {
    let mut parts = bind.splitn(3, ':');
    let (source, target) = (parts.next()?, parts.next()?);
    let read_only = parts.next().is_some_and(|options| options.split(',').any(|option| option == "ro"));
    let kind = if source.starts_with('/') { MountKind::Bind } else { MountKind::Volume };
    Some((target.to_owned(), Mount { kind, source: source.to_owned(), read_only }))
}

fn parse_mount(mount: &EngineMount) -> Option<(String, Mount)> {
    let kind = match mount.typ? {
        MountType::BIND => MountKind::Bind,
        MountType::VOLUME => MountKind::Volume,
        MountType::TMPFS => MountKind::Tmpfs,
        MountType::CLUSTER | MountType::IMAGE | MountType::NPIPE => return None,
    };
    let source = mount.source.clone().unwrap_or_default();
    let anonymous = kind == MountKind::Volume && source.is_empty();
    let mount_spec = Mount { kind, source, read_only: mount.read_only.unwrap_or(false) };
    (!anonymous).then_some((mount.target.clone()?, mount_spec))
}
