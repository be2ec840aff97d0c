//! End-to-end: the built `hypernix` on real libvirt, QEMU and Docker. `tests/setup` makes the machine ready.
//!
//! Each test has a [`site::Site`]: a state directory and a name prefix of its own, so tests run side by side on one
//! host, and everything is removed when it ends.

mod crash;
mod daemon;
mod drift;
mod import;
mod quickstart;
#[path = "../ran.rs"]
mod ran;
mod safety;
mod serving;
mod site;
mod updates;
