//! The domain's XML by subject: each file writes and reads one subject, side by side.

pub(crate) mod boot;
pub(crate) mod console;
pub(crate) mod cpu;
pub(crate) mod disk;
pub(crate) mod extras;
pub(crate) mod filesystem;
pub(crate) mod firmware;
pub(crate) mod graphics;
pub(crate) mod hostdev;
pub(crate) mod interface;
pub(crate) mod machine;
pub(crate) mod memory;
pub(crate) mod metadata;
pub(crate) mod ports;

/// What libvirt writes for a flag.
pub(crate) const fn yes_no(flag: bool) -> &'static str {
    if flag { "yes" } else { "no" }
}
