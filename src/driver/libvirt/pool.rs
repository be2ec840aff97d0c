//! Storage pools.

use std::{path::PathBuf, time::Duration};

use model::{
    Fingerprint, Spec,
    spec::{PoolKind, PoolSpec},
};
use plan::Data;
use sha2::{Digest, Sha256};
use virt::{storage_pool::StoragePool, sys};

use super::{
    LibvirtError,
    connections::{Limit, Link},
    xml::Element,
};
use crate::Outcome;

/// The pool types and their words.
const KINDS: [(PoolKind, &str); 4] =
    [(PoolKind::Dir, "dir"), (PoolKind::Logical, "logical"), (PoolKind::Netfs, "netfs"), (PoolKind::Zfs, "zfs")];

/// How often, and how long apart, a pool that is busy is asked again.
const BUSY: (u32, Duration) = (100, Duration::from_millis(200));

/// Makes a pool, with its directory, and starts it; one with our identity is brought to the specification.
pub(super) fn create(link: &Link<'_>, name: &str, spec: &PoolSpec) -> Result<Outcome, LibvirtError> {
    if let Some(pool) = lookup(link, name)? {
        let uuid = link.read(|_| pool.uuid())?;
        if spec.uuid != Some(uuid) {
            return Err(LibvirtError::Foreign { what: "pool", name: name.to_owned() });
        }
        return configure(link, name, spec);
    }
    let document = write(name, spec).to_string();
    let pool = link.write(Limit::Quick, |connect| connect.define_storage_pool_xml(&document, 0))?;
    // Building a volume group or a dataset would format devices: only directories are made.
    if matches!(spec.kind, Some(PoolKind::Dir | PoolKind::Netfs) | None) {
        link.write(Limit::Quick, |_| pool.build(0))?;
    }
    activate(link, &pool)?;
    finish(link, &pool, spec)
}

/// Redefines a pool and reads its volumes anew.
pub(super) fn configure(link: &Link<'_>, name: &str, spec: &PoolSpec) -> Result<Outcome, LibvirtError> {
    let pool = existing(link, name)?;
    let before = Element::parse(&link.read(|_| pool.xml_desc(sys::VIR_STORAGE_XML_INACTIVE))?)?;
    let shown = read(&before);
    let same = |wanted: &PoolSpec| PoolSpec { uuid: shown.uuid, autostart: shown.autostart, ..wanted.clone() } == shown;
    if !same(spec) {
        let wanted = PoolSpec { uuid: shown.uuid, ..spec.clone() };
        let document = write(name, &wanted).to_string();
        link.write(Limit::Quick, |connect| connect.define_storage_pool_xml(&document, 0))?;
    }
    activate(link, &pool)?;
    patiently(link, || link.write(Limit::Start, |_| pool.refresh(0)))?;
    finish(link, &pool, spec)
}

/// Starts a pool.
pub(super) fn start(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let pool = existing(link, name)?;
    activate(link, &pool)?;
    Ok(Outcome { fingerprint: Some(shown(link, &pool)?.1), ..Outcome::default() })
}

/// Pools carry no mark; adopting one is remembered beside libvirt, so this only reads it.
pub(super) fn adopt(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let pool = existing(link, name)?;
    Ok(Outcome { fingerprint: Some(shown(link, &pool)?.1), ..Outcome::default() })
}

/// Removes a pool; with its directory only where that is asked for and it is empty.
pub(super) fn delete(link: &Link<'_>, name: &str, data: Data) -> Result<Outcome, LibvirtError> {
    let Some(pool) = lookup(link, name)? else { return Ok(Outcome::default()) };
    let active = link.read(|_| pool.is_active())?;
    if data == Data::Destroy && active {
        patiently(link, || link.write(Limit::Start, |_| pool.refresh(0)))?;
        let volumes = link.read(|_| pool.list_all_volumes(0))?.len();
        if volumes > 0 {
            let reason = format!("it still holds {volumes} volumes, and only an empty pool is destroyed");
            return Err(LibvirtError::Impossible { reason });
        }
    }
    if active {
        patiently(link, || link.write(Limit::Start, |_| pool.destroy()))?;
    }
    if data == Data::Destroy {
        link.write(Limit::Start, |_| pool.delete(0))?;
    }
    link.write(Limit::Quick, |_| pool.undefine())?;
    Ok(Outcome::default())
}

/// The pool of that name, if there is one.
pub(super) fn lookup(link: &Link<'_>, name: &str) -> Result<Option<StoragePool>, LibvirtError> {
    link.find(|connect| connect.lookup_storage_pool_by_name(name))
}

/// The pool of that name.
pub(super) fn existing(link: &Link<'_>, name: &str) -> Result<StoragePool, LibvirtError> {
    lookup(link, name)?.ok_or_else(|| LibvirtError::Missing { what: "pool", name: name.to_owned() })
}

/// Starts the pool where it is not.
pub(super) fn activate(link: &Link<'_>, pool: &StoragePool) -> Result<(), LibvirtError> {
    if link.read(|_| pool.is_active())? {
        return Ok(());
    }
    match link.write(Limit::Start, |_| pool.create(0)) {
        Err(error) if error.is(sys::VIR_ERR_OPERATION_INVALID) && link.read(|_| pool.is_active())? => Ok(()),
        other => other,
    }
}

/// Makes a call on a pool again while libvirt says that another one is under way in it.
pub(super) fn patiently<T>(link: &Link<'_>, call: impl Fn() -> Result<T, LibvirtError>) -> Result<T, LibvirtError> {
    link.again_while(BUSY, |message| message.contains("asynchronous jobs running"), call)
}

/// Writes a pool's document.
pub(super) fn write(name: &str, spec: &PoolSpec) -> Element {
    let kind = spec.kind.unwrap_or(PoolKind::Dir);
    let word = KINDS.into_iter().find(|row| row.0 == kind).map_or("dir", |row| row.1);
    let mut pool = Element::new("pool").with("type", word).holding(Element::with_text("name", name));
    if let Some(uuid) = spec.uuid {
        pool.push(Element::with_text("uuid", uuid.to_string()));
    }
    let mut source = Element::new("source");
    if let Some(host) = &spec.source_host {
        source.push(Element::new("host").with("name", host));
    }
    if let Some(dir) = &spec.source_dir {
        source.push(Element::new("dir").with("path", dir.display()));
    }
    if let Some(name) = &spec.source_name {
        source.push(Element::with_text("name", name));
    }
    if kind == PoolKind::Netfs {
        source.push(Element::new("format").with("type", "auto"));
    }
    if source.elements().next().is_some() {
        pool.push(source);
    }
    // A volume group and a dataset are where they are; the other kinds need a directory.
    let path = spec.path.clone().or_else(|| match (kind, &spec.source_name) {
        (PoolKind::Logical, Some(group)) => Some(PathBuf::from("/dev").join(group)),
        _ => None,
    });
    if let Some(path) = path {
        pool.push(Element::new("target").holding(Element::with_text("path", path.display().to_string())));
    }
    pool
}

/// Reads a pool's document; whether it starts by itself is not in it.
pub(super) fn read(pool: &Element) -> PoolSpec {
    let kind =
        pool.attr("type").map(|word| KINDS.into_iter().find(|row| row.1 == word).map_or(PoolKind::Other, |row| row.0));
    let text = |path: &[&str]| pool.at(path).map(Element::text);
    PoolSpec {
        uuid: pool.text_of("uuid").and_then(|text| text.parse().ok()),
        kind,
        path: text(&["target", "path"]).map(PathBuf::from),
        source_name: text(&["source", "name"]).filter(|_| !matches!(kind, Some(PoolKind::Dir))),
        source_host: pool.attr_at(&["source", "host"], "name").map(str::to_owned),
        source_dir: pool.attr_at(&["source", "dir"], "path").map(PathBuf::from),
        autostart: None,
    }
}

/// The fingerprint of a pool: of what we read, as the document also tells how full it is.
pub(super) fn fingerprint(spec: &PoolSpec) -> Fingerprint {
    Fingerprint { config: hash(&Spec::Pool(spec.clone())), live: String::new() }
}

/// SHA-256 of a specification, hex.
pub(super) fn hash(spec: &Spec) -> String {
    hex::encode(Sha256::digest(spec.hash()))
}

fn finish(link: &Link<'_>, pool: &StoragePool, spec: &PoolSpec) -> Result<Outcome, LibvirtError> {
    if let Some(wanted) = spec.autostart
        && link.read(|_| pool.autostart())? != wanted
    {
        link.write(Limit::Quick, |_| pool.set_autostart(wanted))?;
    }
    let (shown, fingerprint) = shown(link, pool)?;
    if spec.path.is_some() && shown.path != spec.path {
        let difference = format!("its path is {:?}, not {:?}", shown.path, spec.path);
        return Err(LibvirtError::NotTaken { difference });
    }
    Ok(Outcome { fingerprint: Some(fingerprint), ..Outcome::default() })
}

fn shown(link: &Link<'_>, pool: &StoragePool) -> Result<(PoolSpec, Fingerprint), LibvirtError> {
    let document = Element::parse(&link.read(|_| pool.xml_desc(sys::VIR_STORAGE_XML_INACTIVE))?)?;
    let spec = PoolSpec { autostart: Some(link.read(|_| pool.autostart())?), ..read(&document) };
    let fingerprint = fingerprint(&spec);
    Ok((spec, fingerprint))
}

#[cfg(test)]
mod tests;
