//! A host directory shared with the guest.

use std::path::PathBuf;

use model::spec::{Filesystem, FilesystemDriver};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Makes a shared directory that is not there yet.
pub(crate) fn new(spec: &Filesystem, scope: &Scope<'_>) -> Element {
    let mut filesystem = Element::new("filesystem").with("type", "mount").with("accessmode", "mapped");
    apply(&mut filesystem, spec, scope);
    filesystem
}

/// Writes the fields in scope into a shared directory.
pub(crate) fn apply(filesystem: &mut Element, spec: &Filesystem, scope: &Scope<'_>) {
    scope.edit("driver", spec.driver).apply(|driver| {
        filesystem.remove("driver");
        // With 9p, `mapped` keeps guest owners in extended attributes, so QEMU needs no privilege; virtiofs
        // knows pass-through only.
        if driver == Some(FilesystemDriver::Virtiofs) {
            filesystem.set("accessmode", "passthrough");
            filesystem.push(Element::new("driver").with("type", "virtiofs"));
        } else {
            filesystem.set("accessmode", "mapped");
        }
    });
    let source = spec.source.as_ref().map(|path| path.display());
    scope.edit("source", source).apply(|dir| put_dir(filesystem, "source", dir.map(|d| d.to_string())));
    scope.edit("target", spec.target.clone()).apply(|dir| put_dir(filesystem, "target", dir));
    scope.edit("readOnly", spec.read_only).apply(|read_only| {
        filesystem.remove("readonly");
        if read_only == Some(true) {
            filesystem.push(Element::new("readonly"));
        }
    });
}

/// Reads a shared directory.
pub(crate) fn read(filesystem: &Element) -> Filesystem {
    let virtiofs = filesystem.attr_at(&["driver"], "type") == Some("virtiofs");
    Filesystem {
        driver: Some(if virtiofs { FilesystemDriver::Virtiofs } else { FilesystemDriver::NineP }),
        source: filesystem.attr_at(&["source"], "dir").map(PathBuf::from),
        target: filesystem.attr_at(&["target"], "dir").map(str::to_owned),
        read_only: Some(filesystem.child("readonly").is_some()),
    }
}

fn put_dir(filesystem: &mut Element, name: &str, dir: Option<String>) {
    filesystem.remove(name);
    if let Some(dir) = dir {
        filesystem.push(Element::new(name).with("dir", dir));
    }
}
