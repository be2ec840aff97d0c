//! What a VM boots, and the machine around it.

use std::{collections::BTreeMap, path::PathBuf};

use serde::Deserialize;

use super::text_map;

/// `boot`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Boot {
    /// A kernel on the host.
    pub kernel: Option<PathBuf>,
    /// Its initial RAM disk.
    pub initrd: Option<PathBuf>,
    /// Its command line.
    pub cmdline: String,
    /// The firmware.
    pub firmware: FirmwareKind,
    /// Whether only signed boot loaders start.
    pub secure_boot: bool,
    /// The machine type; chosen by architecture where unset.
    pub machine: Option<String>,
    /// Names of disks and interfaces in boot order.
    pub order: Vec<String>,
}

/// A firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FirmwareKind {
    /// What the machine has by itself.
    Bios,
    /// UEFI.
    Uefi,
}

/// `cpu`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Cpu {
    /// How it relates to the host's.
    pub mode: Option<String>,
    /// The model for the mode `custom`.
    pub model: Option<String>,
    /// Sockets.
    pub sockets: Option<u32>,
    /// Cores a socket.
    pub cores: Option<u32>,
    /// Threads a core.
    pub threads: Option<u32>,
    /// Host CPUs by vCPU.
    #[serde(deserialize_with = "text_map")]
    pub pin: BTreeMap<String, String>,
}

/// `console`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Console {
    /// Whether what the guest prints is kept in a file.
    pub log: bool,
}

/// `graphics`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Graphics {
    /// Which display.
    #[serde(rename = "type")]
    pub kind: GraphicsKind,
    /// The address it listens on.
    pub listen: String,
}

/// A kind of display.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum GraphicsKind {
    /// None.
    None,
    /// VNC.
    Vnc,
    /// SPICE.
    Spice,
}
