//! A disk or CD-ROM drive.

use std::path::PathBuf;

use model::{
    Bytes,
    spec::{Disk, DiskBus, DiskKind, DiskSource, DiskTune},
};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// The buses and their words, with the prefix of the target's name that belongs to each.
const BUSES: [(DiskBus, &str, &str); 5] = [
    (DiskBus::Virtio, "virtio", "vd"),
    (DiskBus::Scsi, "scsi", "sd"),
    (DiskBus::Sata, "sata", "sd"),
    (DiskBus::Usb, "usb", "sd"),
    (DiskBus::Ide, "ide", "hd"),
];

/// Makes a disk that is not there yet; `taken` holds the target names of the others.
pub(crate) fn new(spec: &Disk, scope: &Scope<'_>, taken: &[String]) -> Element {
    let bus = bus_of(spec);
    let (_, word, prefix) = row(bus);
    let mut disk = Element::new("disk")
        .with("type", "file")
        .with("device", if spec.device == Some(DiskKind::Cdrom) { "cdrom" } else { "disk" })
        .holding(Element::new("driver").with("name", "qemu").with("type", spec.format.as_deref().unwrap_or("raw")))
        .holding(Element::new("target").with("dev", free_target(prefix, taken)).with("bus", word));
    apply(&mut disk, spec, scope, taken, SourceEdit::Allowed);
    disk
}

/// Whether a disk's source may be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum SourceEdit {
    /// It may.
    Allowed,
    /// It is a snapshot's overlay over the wanted source: pointing it back would lose what was written since.
    KeptOverlay,
}

/// Writes the fields in scope into a disk.
pub(crate) fn apply(disk: &mut Element, spec: &Disk, scope: &Scope<'_>, taken: &[String], source: SourceEdit) {
    scope.edit("device", spec.device).apply(|device| {
        disk.set("device", if device == Some(DiskKind::Cdrom) { "cdrom" } else { "disk" });
    });
    if source == SourceEdit::Allowed {
        scope.edit("source", spec.source.as_ref()).apply(|source| set_source(disk, source));
        scope.edit("format", spec.format.as_ref()).apply(|format| {
            disk.child_or_new("driver").set("type", format.map_or("raw", String::as_str));
        });
    }
    scope.edit("bus", spec.bus).apply(|_| set_bus(disk, bus_of(spec), taken));
    for (field, attribute, value) in [("cache", "cache", &spec.cache), ("discard", "discard", &spec.discard)] {
        scope.edit(field, value.as_ref()).apply(|value| disk.child_or_new("driver").set_or_remove(attribute, value));
    }
    scope.edit("serial", spec.serial.as_ref()).apply(|serial| disk.put_text("serial", serial));
    scope.edit("readOnly", spec.read_only).apply(|read_only| {
        disk.remove("readonly");
        if read_only == Some(true) {
            disk.push(Element::new("readonly"));
        }
    });
    tune(disk, &spec.tune, &scope.below("tune"));
}

/// Reads a disk; its source is as the document says, not yet resolved to a pool's volume.
pub(crate) fn read(disk: &Element) -> Disk {
    let driver = |name| disk.attr_at(&["driver"], name).map(str::to_owned);
    let number = |name| disk.at(&["iotune", name]).and_then(|e| e.text().parse::<u64>().ok());
    let cdrom = disk.attr("device") == Some("cdrom");
    Disk {
        device: Some(if cdrom { DiskKind::Cdrom } else { DiskKind::Disk }),
        source: source(disk),
        format: driver("type"),
        bus: disk
            .attr_at(&["target"], "bus")
            .and_then(|word| BUSES.into_iter().find(|row| row.1 == word).map(|row| row.0)),
        cache: driver("cache"),
        discard: driver("discard"),
        serial: disk.child("serial").map(Element::whole_text),
        // libvirt marks every CD-ROM drive read-only by itself.
        read_only: Some(disk.child("readonly").is_some()),
        capacity: None,
        tune: DiskTune { iops: number("total_iops_sec"), throughput: number("total_bytes_sec").map(Bytes::new) },
    }
}

/// The source that a `<disk>` or `<backingStore>` says.
pub(crate) fn source(disk: &Element) -> Option<DiskSource> {
    let source = disk.child("source")?;
    match disk.attr("type") {
        Some("volume") => Some(DiskSource::Volume(format!("{}/{}", source.attr("pool")?, source.attr("volume")?))),
        Some("block") => source.attr("dev").map(|dev| DiskSource::Block(PathBuf::from(dev))),
        _ => source.attr("file").map(|file| DiskSource::File(PathBuf::from(file))),
    }
}

/// The target's name, `vda`.
pub(crate) fn target(disk: &Element) -> Option<&str> {
    disk.attr_at(&["target"], "dev")
}

fn set_source(disk: &mut Element, source: Option<&DiskSource>) {
    let (kind, element) = match source {
        None => {
            disk.remove("source");
            return;
        }
        Some(DiskSource::Volume(name)) => {
            let (pool, volume) = name.split_once('/').unwrap_or(("default", name));
            ("volume", Element::new("source").with("pool", pool).with("volume", volume))
        }
        Some(DiskSource::File(path)) => ("file", Element::new("source").with("file", path.display())),
        Some(DiskSource::Block(path)) => ("block", Element::new("source").with("dev", path.display())),
    };
    disk.set("type", kind);
    // What is known of the old source's chain does not hold for the new one.
    disk.remove("backingStore");
    disk.put(element);
}

fn set_bus(disk: &mut Element, bus: DiskBus, taken: &[String]) {
    let (_, word, prefix) = row(bus);
    if disk.attr_at(&["target"], "bus") == Some(word) {
        return;
    }
    // The address is one on the old bus.
    disk.remove("address");
    let keeps_name = target(disk).is_some_and(|dev| dev.starts_with(prefix));
    let dev = if keeps_name { target(disk).unwrap_or(prefix).to_owned() } else { free_target(prefix, taken) };
    disk.put(Element::new("target").with("dev", dev).with("bus", word));
}

fn tune(disk: &mut Element, spec: &DiskTune, scope: &Scope<'_>) {
    let rows =
        [("iops", "total_iops_sec", spec.iops), ("throughput", "total_bytes_sec", spec.throughput.map(Bytes::get))];
    for (field, name, value) in rows {
        scope.edit(field, value).apply(|value| disk.child_or_new("iotune").put_text(name, value));
    }
    disk.remove_if_empty("iotune");
}

/// The bus that a specification means: CD-ROM drives are on SATA unless it says otherwise.
fn bus_of(spec: &Disk) -> DiskBus {
    let default = if spec.device == Some(DiskKind::Cdrom) { DiskBus::Sata } else { DiskBus::Virtio };
    spec.bus.unwrap_or(default)
}

fn row(bus: DiskBus) -> (DiskBus, &'static str, &'static str) {
    BUSES.into_iter().find(|row| row.0 == bus).expect("every bus has a row")
}

/// The first free target name: `vda` … `vdz`, `vdaa` ….
fn free_target(prefix: &str, taken: &[String]) -> String {
    let letters = |n: usize| {
        let letter = |n: usize| char::from(b'a' + u8::try_from(n % 26).expect("below 26"));
        if n < 26 { letter(n).to_string() } else { format!("{}{}", letter(n / 26 - 1), letter(n)) }
    };
    let names = (0..26 * 27).map(|n| format!("{prefix}{}", letters(n)));
    names.into_iter().find(|name| !taken.contains(name)).unwrap_or_else(|| format!("{prefix}a"))
}
