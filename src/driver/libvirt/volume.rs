//! Storage volumes: made, filled, grown; never wiped, never shrunk.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use model::{
    Bytes, Fingerprint, OwnerId, Spec,
    spec::{PoolKind, VolumeContents, VolumeFormat, VolumeSpec},
};
use virt::{storage_pool::StoragePool, storage_vol::StorageVol};

use super::{
    LibvirtError,
    connections::{Limit, Link},
    pool::{self, patiently},
    pools,
    xml::Element,
};
use crate::Outcome;

/// Makes a volume and fills it. One that is there already is only grown: its contents are the owner's.
pub(super) fn create(link: &Link<'_>, spec: &VolumeSpec, owner: OwnerId) -> Result<Outcome, LibvirtError> {
    let pool = pool::existing(link, &spec.pool)?;
    pool::activate(link, &pool)?;
    if lookup(link, &pool, &spec.name)?.is_none() {
        match &spec.contents {
            Some(VolumeContents::Copy { image, format }) => copy(link, &pool, spec, (image, *format), owner)?,
            Some(VolumeContents::Overlay { .. }) | None => {
                let document = write(spec).to_string();
                patiently(link, || link.write(Limit::Copy, |_| StorageVol::create_xml(&pool, &document, 0)))?;
            }
        }
    }
    grow(link, spec)
}

/// Grows a volume to its specified size.
pub(super) fn grow(link: &Link<'_>, spec: &VolumeSpec) -> Result<Outcome, LibvirtError> {
    let pool = pool::existing(link, &spec.pool)?;
    let volume = existing(link, &pool, spec)?;
    let now = read(&spec.pool, &document(link, &volume)?);
    if let (Some(wanted), Some(capacity)) = (spec.capacity, now.capacity) {
        if wanted < capacity {
            let reason = format!("it has {capacity} already, and volumes are never shrunk to {wanted}");
            return Err(LibvirtError::Impossible { reason });
        }
        if wanted > capacity {
            patiently(link, || link.write(Limit::Start, |_| volume.resize(wanted.get(), 0)))?;
        }
    }
    let after = read(&spec.pool, &document(link, &volume)?);
    if let Some(wanted) = spec.capacity.filter(|wanted| after.capacity < Some(*wanted)) {
        let difference = format!("its size is {:?}, not {wanted}", after.capacity.map(|c| c.to_string()));
        return Err(LibvirtError::NotTaken { difference });
    }
    if spec.format.is_some() && after.format != spec.format {
        let difference = format!("its format is {:?}, not {:?}", after.format, spec.format);
        return Err(LibvirtError::NotTaken { difference });
    }
    Ok(Outcome { fingerprint: Some(fingerprint(&after)), ..Outcome::default() })
}

/// Reads a volume that is to be ours from now on.
pub(super) fn adopt(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let (pool_name, volume_name) = split(name)?;
    let pool = pool::existing(link, pool_name)?;
    let spec = VolumeSpec { pool: pool_name.to_owned(), name: volume_name.to_owned(), ..VolumeSpec::default() };
    let volume = existing(link, &pool, &spec)?;
    let shown = read(pool_name, &document(link, &volume)?);
    Ok(Outcome { fingerprint: Some(fingerprint(&shown)), ..Outcome::default() })
}

/// Deletes a volume and what is in it.
pub(super) fn destroy(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let (pool_name, volume_name) = split(name)?;
    let Some(pool) = pool::lookup(link, pool_name)? else { return Ok(Outcome::default()) };
    pool::activate(link, &pool)?;
    if let Some(volume) = lookup(link, &pool, volume_name)? {
        match patiently(link, || link.write(Limit::Start, |_| volume.delete(0))) {
            Err(error) if !error.is_missing() => return Err(error),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(Outcome::default())
}

/// The size in bytes of the volume `pool/volume`, 0 where there is none.
pub(super) fn capacity(link: &Link<'_>, name: &str) -> Result<u64, LibvirtError> {
    let (pool_name, volume_name) = split(name)?;
    let Some(pool) = pool::lookup(link, pool_name)? else { return Ok(0) };
    match lookup(link, &pool, volume_name)? {
        Some(volume) => Ok(link.read(|_| volume.info())?.capacity),
        None => Ok(0),
    }
}

/// Whether there is a volume `pool/volume`.
pub(super) fn is_there(link: &Link<'_>, name: &str) -> Result<bool, LibvirtError> {
    let (pool_name, volume_name) = split(name)?;
    let Some(pool) = pool::lookup(link, pool_name)? else { return Ok(false) };
    // The volumes of a pool that is off cannot be looked up.
    if !link.read(|_| pool.is_active())? {
        return Ok(false);
    }
    Ok(lookup(link, &pool, volume_name)?.is_some())
}

/// Removes copies that were never finished: the file beside a volume that bears the owner's name.
pub(super) fn sweep(link: &Link<'_>, owner: OwnerId) -> Result<Vec<String>, LibvirtError> {
    let suffix = partial_suffix(owner);
    let mut swept = Vec::new();
    for directory in pools::paths(link)?.directories() {
        // A pool whose directory cannot be read is no matter of ours.
        let Ok(entries) = std::fs::read_dir(directory) else { continue };
        for path in entries.flatten().map(|entry| entry.path()) {
            if path.to_str().is_some_and(|path| path.ends_with(&suffix)) {
                let removed = std::fs::remove_file(&path);
                removed.map_err(|source| LibvirtError::File { verb: "remove", path: path.clone(), source })?;
                swept.push(path.display().to_string());
            }
        }
    }
    Ok(swept)
}

/// The volume's document.
pub(super) fn document(link: &Link<'_>, volume: &StorageVol) -> Result<Element, LibvirtError> {
    Ok(Element::parse(&link.read(|_| volume.xml_desc(0))?)?)
}

/// Writes a volume's document; it takes no space before it is written to.
pub(super) fn write(spec: &VolumeSpec) -> Element {
    let mut volume = Element::new("volume").holding(Element::with_text("name", &spec.name));
    if let Some(capacity) = spec.capacity {
        volume.push(Element::with_text("capacity", capacity.get().to_string()).with("unit", "bytes"));
    }
    volume.push(Element::with_text("allocation", "0").with("unit", "bytes"));
    let format = Element::new("format").with("type", word(spec.format.unwrap_or(VolumeFormat::Qcow2)));
    volume.push(Element::new("target").holding(format));
    if let Some(backing) = &spec.backing {
        let format = match &spec.contents {
            Some(VolumeContents::Overlay { format } | VolumeContents::Copy { format, .. }) => *format,
            None => VolumeFormat::Qcow2,
        };
        volume.push(
            Element::new("backingStore")
                .holding(Element::with_text("path", backing.display().to_string()))
                .holding(Element::new("format").with("type", word(format))),
        );
    }
    volume
}

/// Reads a volume's document.
pub(super) fn read(pool: &str, volume: &Element) -> VolumeSpec {
    let format = volume.attr_at(&["target", "format"], "type").map(|word| match word {
        "qcow2" => VolumeFormat::Qcow2,
        "raw" => VolumeFormat::Raw,
        _ => VolumeFormat::Other,
    });
    VolumeSpec {
        pool: pool.to_owned(),
        name: volume.text_of("name").unwrap_or_default(),
        capacity: volume.text_of("capacity").and_then(|text| text.parse().ok()).map(Bytes::new),
        format,
        backing: volume.at(&["backingStore", "path"]).map(|path| PathBuf::from(path.text())),
        contents: None,
    }
}

/// The fingerprint of a volume: of what we read, as the document also tells how full it is.
pub(super) fn fingerprint(spec: &VolumeSpec) -> Fingerprint {
    Fingerprint { config: pool::hash(&Spec::Volume(spec.clone())), live: String::new() }
}

/// The pool and the volume of `pool/volume`.
pub(super) fn split(name: &str) -> Result<(&str, &str), LibvirtError> {
    let refused = || LibvirtError::Impossible { reason: format!("`{name}` names no volume: expected POOL/VOLUME") };
    name.split_once('/').ok_or_else(refused)
}

fn lookup(link: &Link<'_>, pool: &StoragePool, name: &str) -> Result<Option<StorageVol>, LibvirtError> {
    link.find(|_| pool.lookup_storage_vol_by_name(name))
}

fn existing(link: &Link<'_>, pool: &StoragePool, spec: &VolumeSpec) -> Result<StorageVol, LibvirtError> {
    let missing = || LibvirtError::Missing { what: "volume", name: format!("{}/{}", spec.pool, spec.name) };
    lookup(link, pool, &spec.name)?.ok_or_else(missing)
}

/// Fills a new volume with an image. In a directory it is written beside and renamed, so that a volume of that
/// name is always whole.
fn copy(
    link: &Link<'_>,
    pool: &StoragePool,
    spec: &VolumeSpec,
    (image, from): (&Path, VolumeFormat),
    owner: OwnerId,
) -> Result<(), LibvirtError> {
    let shown = pool::read(&Element::parse(&link.read(|_| pool.xml_desc(0))?)?);
    let format = spec.format.unwrap_or(VolumeFormat::Qcow2);
    if !matches!(shown.kind, Some(PoolKind::Dir | PoolKind::Netfs)) {
        let document = write(spec).to_string();
        let volume = patiently(link, || link.write(Limit::Copy, |_| StorageVol::create_xml(pool, &document, 0)))?;
        let path = PathBuf::from(link.read(|_| volume.path())?);
        link.busy(Limit::Copy);
        return convert(image, from, &path, format, Target::Exists);
    }
    let Some(directory) = shown.path else {
        return Err(LibvirtError::Impossible { reason: format!("the pool `{}` has no directory", spec.pool) });
    };
    let (partial, whole) =
        (directory.join(format!(".{}{}", spec.name, partial_suffix(owner))), directory.join(&spec.name));
    link.busy(Limit::Copy);
    convert(image, from, &partial, format, Target::IsMade)?;
    private(&partial)?;
    let renamed = std::fs::rename(&partial, &whole);
    renamed.map_err(|source| LibvirtError::File { verb: "rename the copy to", path: whole, source })?;
    patiently(link, || link.write(Limit::Start, |_| pool.refresh(0)))
}

/// How the name of a copy ends that is still being made.
fn partial_suffix(owner: OwnerId) -> String {
    format!(".{}.hvnew", owner.0.simple())
}

/// Whether what is converted into is there already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// It is a device.
    Exists,
    /// It is a file that is made.
    IsMade,
}

fn convert(
    image: &Path,
    from: VolumeFormat,
    to: &Path,
    format: VolumeFormat,
    target: Target,
) -> Result<(), LibvirtError> {
    let mut command = Command::new("qemu-img");
    command.args(["convert", "-f", word(from), "-O", word(format)]);
    if target == Target::Exists {
        command.arg("-n");
    }
    let output = command.arg(image).arg(to).output();
    let output = output.map_err(|source| LibvirtError::File { verb: "run", path: "qemu-img".into(), source })?;
    if output.status.success() {
        return Ok(());
    }
    let output = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Err(LibvirtError::Program { program: "qemu-img convert", output })
}

/// Like the volumes that libvirt makes, a copy is nobody's business but its owner's.
fn private(path: &Path) -> Result<(), LibvirtError> {
    use std::os::unix::fs::PermissionsExt;
    let set = std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600));
    set.map_err(|source| LibvirtError::File { verb: "set the permissions of", path: path.to_owned(), source })
}

const fn word(format: VolumeFormat) -> &'static str {
    match format {
        VolumeFormat::Qcow2 => "qcow2",
        VolumeFormat::Raw | VolumeFormat::Other => "raw",
    }
}

#[cfg(test)]
mod tests;
