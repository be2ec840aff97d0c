//! The contract between a NixOS switch and hypernix, on a machine with a real systemd, libvirtd and dockerd: the units
//! of the NixOS module are installed as the module renders them, and switched as NixOS switches them.
//!
//! ```text
//! tests/nixos/host.nix ──evaluated──► System (unit files, manifest, scripts) ──installed──► Machine ──switch──► Switched
//! ```
//!
//! `tests/setup systemd` makes the machine's image.

mod activation;
mod daemon;
mod guests;
mod machine;
#[path = "../ran.rs"]
mod ran;
mod switch;
mod system;
