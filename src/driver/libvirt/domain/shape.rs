//! The shape of a domain: what libvirt's assent depends on.

use std::path::PathBuf;

use model::{
    Bytes, Spec,
    spec::{DiskSource, DomainMemory, DomainSpec},
};

/// A hash that is the same for domains which differ in names, identities and paths only.
pub(crate) fn of(spec: &DomainSpec) -> String {
    let mut shape = spec.clone();
    shape.uuid = None;
    shape.title = None;
    shape.description = None;
    shape.labels.clear();
    shape.autostart = None;
    for path in [&mut shape.boot.kernel, &mut shape.boot.initrd, &mut shape.console.log] {
        *path = path.as_ref().map(|_| PathBuf::from("/path"));
    }
    let DomainMemory { maximum, current, hugepages, .. } = &mut shape.memory;
    // How much it is matters only where it has to fit pages.
    if hugepages.is_none() {
        let less = current.zip(*maximum).is_some_and(|(current, maximum)| current < maximum);
        *maximum = maximum.map(|_| Bytes::gib(2));
        *current = current.map(|_| Bytes::gib(if less { 1 } else { 2 }));
    }
    shape.boot.cmdline = shape.boot.cmdline.map(|_| String::new());
    for disk in shape.disks.values_mut() {
        disk.capacity = None;
        disk.source = disk.source.take().map(|source| match source {
            DiskSource::Volume(_) => DiskSource::Volume("pool/volume".to_owned()),
            DiskSource::File(_) => DiskSource::File("/path".into()),
            DiskSource::Block(_) => DiskSource::Block("/path".into()),
        });
    }
    for interface in shape.interfaces.values_mut() {
        interface.mac = None;
    }
    Spec::Domain(shape).hash()
}

#[cfg(test)]
mod tests {
    use model::{
        Bytes,
        spec::{DomainMemory, DomainSpec, Interface},
    };

    use super::of;

    #[test]
    fn identities_do_not_shape_a_domain_but_its_devices_do() {
        let with_mac = |mac: &str| {
            let mut spec = DomainSpec { title: Some(mac.to_owned()), ..DomainSpec::default() };
            spec.interfaces.insert("lan".to_owned(), Interface { mac: Some(mac.to_owned()), ..Interface::default() });
            spec
        };
        assert_eq!(of(&with_mac("52:54:00:00:00:01")), of(&with_mac("52:54:00:00:00:02")));
        assert_ne!(of(&with_mac("52:54:00:00:00:01")), of(&DomainSpec::default()));
    }

    #[test]
    fn the_amount_of_memory_does_not_shape_a_domain_but_a_balloon_does() {
        let with = |maximum: u64, current: u64| {
            let (maximum, current) = (Some(Bytes::mib(maximum)), Some(Bytes::mib(current)));
            of(&DomainSpec {
                memory: DomainMemory { maximum, current, ..DomainMemory::default() },
                ..DomainSpec::default()
            })
        };
        assert_eq!(with(64, 64), with(96, 96));
        assert_ne!(with(96, 64), with(96, 96));
    }
}
