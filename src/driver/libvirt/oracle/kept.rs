//! The shapes that libvirt has agreed to, kept in the oracle's root. They hold for one version of libvirt and QEMU.

use std::{collections::BTreeSet, fs, path::Path};

/// More shapes than this are not kept; the file starts anew.
const MOST: usize = 4096;

/// The kept shapes; none where they cannot be read.
pub(super) fn read(root: &Path) -> BTreeSet<String> {
    let Ok(text) = fs::read_to_string(root.join("accepted")) else { return BTreeSet::new() };
    let mut lines = text.lines();
    if lines.next() != Some(versions().as_str()) {
        return BTreeSet::new();
    }
    lines.map(str::to_owned).collect()
}

/// Keeps more shapes. It only saves questions, so that it cannot be written is not an error.
pub(super) fn add(root: &Path, shapes: BTreeSet<String>) {
    let mut all = read(root);
    if all.len() + shapes.len() > MOST {
        all.clear();
    }
    all.extend(shapes);
    let lines: Vec<String> = std::iter::once(versions()).chain(all).collect();
    if let Err(error) = fs::write(root.join("accepted"), lines.join("\n")) {
        tracing::debug!(%error, "libvirt's answers are not kept");
    }
}

/// What is looked at in an answer; another number makes all kept ones void.
const SCRUTINY: u32 = 2;

/// What the answers depend on: our scrutiny, libvirt's version, and when QEMU's program was installed.
fn versions() -> String {
    let libvirt = virt::connect::Connect::version().unwrap_or_default();
    let qemu = ["x86_64", "aarch64", "riscv64"].map(|arch| {
        let installed = fs::metadata(format!("/usr/bin/qemu-system-{arch}")).and_then(|file| file.modified()).ok();
        let since = installed.and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok());
        since.map_or(0, |since| since.as_secs()).to_string()
    });
    format!("scrutiny {SCRUTINY} libvirt {libvirt} qemu {}", qemu.join(" "))
}
