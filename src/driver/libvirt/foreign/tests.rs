//! Documents in, objects out, with what is lost.

use std::path::Path;

use expect_test::{Expect, expect};
use model::{Kind, Spec, spec::DiskSource};

use super::{ForeignError, read_document};

#[track_caller]
fn check(document: &str, expected: Expect) {
    let mut lines = String::new();
    for object in read_document(document).expect("it is a document of libvirt's") {
        lines.push_str(&format!("{}\n", object.address));
        object.unread.iter().for_each(|line| lines.push_str(&format!("  {line}\n")));
    }
    expected.assert_eq(&lines);
}

#[test]
fn what_has_no_word_of_ours_is_told() {
    check(
        include_str!("../domain/tests/corpus/hand-made.xml"),
        expect![[r#"
            domain/lv-hand
              disk vda: /pools/default/hand.qcow2 is not on this host
              <metadata> <libosinfo:libosinfo> is not carried over
              <metadata> <other:note other:by="somebody"> is not carried over
              <sysinfo type="smbios"> is not carried over
              <os> <boot dev="hd"> is not carried over
              <os> <smbios mode="sysinfo"> is not carried over
              <watchdog model="i6300esb" action="reset"> is not carried over
              <qemu:commandline> is not carried over
        "#]],
    );
}

#[test]
fn a_network_is_read_with_what_is_lost() {
    check(
        "<network><name>lan</name><forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>\
         <bridge name='virbr7' zone='trusted'/><ip address='10.0.0.1' netmask='255.255.255.0'>\
         <dhcp><range start='10.0.0.2' end='10.0.0.9'/></dhcp></ip><portgroup name='fast'/></network>",
        expect![[r#"
            network/lan
              <forward> <nat> is not carried over
              zone="trusted" of <bridge> is not carried over
              netmask="255.255.255.0" of <ip> is not carried over
              <portgroup name="fast"> is not carried over
        "#]],
    );
}

#[test]
fn a_disk_that_is_a_file_here_becomes_a_volume() {
    let directory = tempfile::tempdir().expect("a directory");
    let image = directory.path().join("web.qcow2");
    let mut header = vec![0; 64];
    header[..4].copy_from_slice(b"QFI\xfb");
    header[24..32].copy_from_slice(&(20_u64 << 30).to_be_bytes());
    std::fs::write(&image, header).expect("written");
    let objects = read_document(&domain(&image)).expect("it is a domain");
    let [pool, volume, domain] = objects.as_slice() else { panic!("{objects:?}") };
    assert_eq!((pool.address.kind, volume.address.kind), (Kind::Pool, Kind::Volume));
    let Spec::Volume(volume) = &volume.spec else { panic!("{volume:?}") };
    assert_eq!(volume.capacity.map(|capacity| capacity.get()), Some(20 << 30));
    let Spec::Domain(domain) = &domain.spec else { panic!("{domain:?}") };
    let source = domain.disks["vda"].source.clone();
    assert_eq!(domain.interfaces.keys().collect::<Vec<_>>(), ["nic0"], "it has no MAC address to be known by");
    assert_eq!(source, Some(DiskSource::Volume(format!("{}/web.qcow2", pool.address.name))));
}

#[test]
fn a_disk_whose_file_is_elsewhere_is_told() {
    check(
        &domain(Path::new("/nowhere/web.qcow2")),
        expect![[r#"
            domain/web
              disk vda: /nowhere/web.qcow2 is not on this host
        "#]],
    );
}

#[test]
fn what_is_no_document_is_refused() {
    assert!(matches!(read_document("<domain"), Err(ForeignError::Xml { .. })));
    assert!(matches!(read_document("<volume/>"), Err(ForeignError::Kind { .. })));
    assert!(matches!(read_document("<domain/>"), Err(ForeignError::Nameless { .. })));
}

fn domain(image: &Path) -> String {
    format!(
        "<domain type='kvm'><name>web</name><memory unit='GiB'>1</memory><vcpu>2</vcpu>\
         <os><type arch='x86_64'>hvm</type></os><devices><disk type='file' device='disk'>\
         <driver name='qemu' type='qcow2'/><source file='{}'/><target dev='vda' bus='virtio'/></disk>\
         <interface type='user'><model type='virtio'/></interface></devices></domain>",
        image.display()
    )
}
