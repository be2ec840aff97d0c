//! The guest's memory and what is behind it.

use model::{
    Bytes,
    spec::{DomainMemory, DomainSpec, FilesystemDriver},
};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Writes it.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let virtiofs = spec.filesystems.values().any(|fs| fs.driver == Some(FilesystemDriver::Virtiofs));
    let shared = if virtiofs { Some(true) } else { spec.memory.shared };
    let shares = scope.touches("filesystems") && virtiofs;
    let scope = scope.below("memory");
    sizes(domain, &spec.memory, &scope);
    scope.edit("hugepages", spec.memory.hugepages).apply(|page| {
        let backing = domain.child_or_new("memoryBacking");
        backing.remove("hugepages");
        if let Some(page) = page {
            let page = Element::new("page").with("size", page.as_kib()).with("unit", "KiB");
            backing.push(Element::new("hugepages").holding(page));
        }
    });
    if shares || scope.touches("shared") {
        set_shared(domain, shared, scope.touches("shared"));
    }
    domain.remove_if_empty("memoryBacking");
}

/// Reads it.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    let backing = domain.child("memoryBacking");
    let maximum = domain.child("memory").and_then(size);
    spec.memory = DomainMemory {
        current: domain.child("currentMemory").and_then(size).or(maximum),
        maximum,
        hugepages: backing.and_then(|b| b.at(&["hugepages", "page"])).and_then(|page| {
            let count: u64 = page.attr("size")?.parse().ok()?;
            Some(Bytes::new(count.checked_mul(unit(page.attr("unit")))?))
        }),
        shared: backing.and_then(|b| b.attr_at(&["access"], "mode")).map(|mode| mode == "shared"),
    };
}

/// The size that an element with a unit says, in bytes.
pub(crate) fn size(element: &Element) -> Option<Bytes> {
    let count: u64 = element.text().parse().ok()?;
    Some(Bytes::new(count.checked_mul(unit(element.attr("unit")))?))
}

fn sizes(domain: &mut Element, memory: &DomainMemory, scope: &Scope<'_>) {
    if !scope.touches("current") && !scope.touches("maximum") {
        return;
    }
    let old = |name| domain.child(name).and_then(size);
    let (old_maximum, old_current) = (old("memory"), old("currentMemory"));
    let wanted = memory.maximum.or(old_maximum).or(memory.current);
    let Some(maximum) = wanted else { return };
    let maximum = maximum.max(memory.current.unwrap_or_default());
    let current = memory.current.or(old_current).unwrap_or(maximum).min(maximum);
    for (name, bytes) in [("memory", maximum), ("currentMemory", current)] {
        domain.put(Element::with_text(name, bytes.as_kib().to_string()).with("unit", "KiB"));
    }
}

/// QEMU shares memory only if it comes from a file descriptor.
fn set_shared(domain: &mut Element, shared: Option<bool>, named: bool) {
    match shared {
        Some(shared) => {
            let backing = domain.child_or_new("memoryBacking");
            if shared {
                backing.put(Element::new("source").with("type", "memfd"));
            }
            backing.put(Element::new("access").with("mode", if shared { "shared" } else { "private" }));
        }
        None if named => {
            if let Some(backing) = domain.child_mut("memoryBacking") {
                backing.remove("source");
                backing.remove("access");
            }
        }
        None => {}
    }
}

/// libvirt's units; without one it means KiB.
fn unit(name: Option<&str>) -> u64 {
    match name.unwrap_or("KiB") {
        "b" | "bytes" => 1,
        "KB" => 1000,
        "M" | "MiB" => Bytes::MIB,
        "MB" => 1_000_000,
        "G" | "GiB" => Bytes::GIB,
        "GB" => 1_000_000_000,
        "T" | "TiB" => Bytes::GIB << 10,
        "TB" => 1_000_000_000_000,
        _ => Bytes::KIB,
    }
}
