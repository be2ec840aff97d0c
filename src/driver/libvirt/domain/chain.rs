//! What lies below a disk's image: as the running domain shows it, else as the qcow2 headers say.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom},
    os::unix::ffi::OsStringExt,
    path::{Path, PathBuf},
};

use super::xml::disk;
use crate::libvirt::{pools::PoolPaths, xml::Element};

/// No sane chain is longer; one that is in a circle ends here.
const LONGEST: usize = 32;

/// The images below `path`, the source of `element`, nearest first.
pub(crate) fn below(element: &Element, path: &Path, pools: &PoolPaths) -> Vec<PathBuf> {
    let mut shown = Vec::new();
    let mut store = element.child("backingStore");
    while let Some(backing) = store {
        shown.extend(disk::source(backing).and_then(|source| pools.path_of(&source)));
        store = backing.child("backingStore");
    }
    if shown.is_empty() { from_headers(path) } else { shown }
}

fn from_headers(path: &Path) -> Vec<PathBuf> {
    let mut chain = Vec::new();
    let mut above = path.to_owned();
    while let (true, Ok(Some(backing))) = (chain.len() < LONGEST, backing_file(&above)) {
        chain.push(backing.clone());
        above = backing;
    }
    chain
}

/// The backing file that a qcow2 image names; `None` for other images and such without one.
/// Source: QEMU's docs/interop/qcow2.rst.
fn backing_file(image: &Path) -> io::Result<Option<PathBuf>> {
    let mut file = File::open(image)?;
    let mut header = [0_u8; 20];
    file.read_exact(&mut header)?;
    let offset = u64::from_be_bytes(header[8..16].try_into().expect("eight bytes"));
    let length = u32::from_be_bytes(header[16..20].try_into().expect("four bytes"));
    if &header[..4] != b"QFI\xfb" || offset == 0 || length == 0 || length > 1023 {
        return Ok(None);
    }
    let mut name = vec![0; length as usize];
    file.seek(SeekFrom::Start(offset))?;
    file.read_exact(&mut name)?;
    let name = PathBuf::from(std::ffi::OsString::from_vec(name));
    Ok(Some(image.parent().map_or_else(|| name.clone(), |directory| directory.join(&name))))
}
