//! Derivations written and read back.

use super::{Derivation, Output};
use crate::hash::{Algorithm, Hash};
use crate::store::content::{ContentAddress, Method};
use crate::store::path::{StoreDir, StorePath};

fn path(name: &str) -> StorePath {
    StorePath::parse(format!("ffffffffffffffffffffffffffffffff-{name}").as_bytes()).expect("it is well formed")
}

#[test]
fn what_is_written_is_read_back() {
    let dir = StoreDir::new("/nix/store");
    let hash = Hash { algorithm: Algorithm::Md5, digest: vec![7; 16] };
    let address = ContentAddress { method: Method::Nar, hash };
    let mut drv = Derivation { name: "a".to_owned(), ..Derivation::default() };
    drv.outputs.insert("out".to_owned(), Output::Fixed(path("a"), address));
    drv.outputs.insert("dev".to_owned(), Output::ByInputs(Some(path("a-dev"))));
    drv.input_drvs.entry(path("b.drv")).or_default().insert("out".to_owned());
    drv.input_srcs.insert(path("c"));
    drv.platform = b"x86_64-linux".to_vec();
    drv.builder = b"/bin/sh".to_vec();
    drv.args = vec![b"-c".to_vec(), b"echo \"$a\\b\"\n\t\r".to_vec()];
    drv.env.insert(b"k".to_vec(), vec![0xff, b'"']);
    let file = drv.file(&dir);
    assert_eq!(Derivation::read(&dir, &path("a.drv"), &file), Some(drv));
    assert_eq!(Derivation::read(&dir, &path("a.drv"), &file[..file.len() - 1]), None);
}
