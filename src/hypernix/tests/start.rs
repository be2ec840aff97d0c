//! What the program costs before it does anything.

use std::process::Command;

#[test]
fn libvirt_is_not_loaded_before_it_is_called() {
    let loaded = Command::new(env!("CARGO_BIN_EXE_hypernix"))
        .env("LD_TRACE_LOADED_OBJECTS", "1")
        .output()
        .expect("the loader lists what it would load");
    let loaded = String::from_utf8_lossy(&loaded.stdout).into_owned();
    assert!(loaded.contains("libc.so"), "{loaded}");
    let missing = "a function of libvirt is called that src/driver/libvirt/library.rs does not have";
    assert!(!loaded.contains("libvirt"), "{missing}:\n{loaded}");
}
