//! A libvirt domain in our terms. Devices are maps keyed by our own names, never positions: the name travels in
//! the domain XML as the device's user alias `ua-<name>`.

use std::{collections::BTreeMap, path::PathBuf};

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;
use uuid::Uuid;

use crate::Bytes;

/// A domain. Source: libvirt's domain XML format, <https://libvirt.org/formatdomain.html>.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DomainSpec {
    /// The domain's identity; derived from owner and name unless the domain was adopted.
    pub uuid: Option<Uuid>,
    /// `<title>`.
    pub title: Option<String>,
    /// `<description>`.
    pub description: Option<String>,
    /// The unit's labels, kept in our metadata element.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub labels: BTreeMap<String, String>,
    /// `domain/@type`.
    pub domain_type: Option<DomainType>,
    /// `os/type/@arch`.
    pub arch: Option<String>,
    /// `os/type/@machine`, an alias (`q35`) or a version (`pc-q35-7.2`).
    pub machine: Option<String>,
    /// `devices/emulator`.
    pub emulator: Option<PathBuf>,
    /// BIOS or UEFI.
    pub firmware: Option<Firmware>,
    /// What the domain boots.
    pub boot: Boot,
    /// How many virtual CPUs.
    pub vcpus: Vcpus,
    /// `<cpu>`.
    pub cpu: Cpu,
    /// `<cputune>`.
    pub cpu_tune: CpuTune,
    /// `<memory>` and its kin.
    pub memory: DomainMemory,
    /// Disks by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub disks: BTreeMap<String, Disk>,
    /// Network interfaces by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub interfaces: BTreeMap<String, Interface>,
    /// Host directories shared with the guest, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub filesystems: BTreeMap<String, Filesystem>,
    /// Host devices passed through, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub host_devices: BTreeMap<String, HostDevice>,
    /// The serial console.
    pub console: Console,
    /// A display, where one is wanted.
    pub graphics: Option<Graphics>,
    /// Whether a channel for the QEMU guest agent exists.
    pub guest_agent: Option<bool>,
    /// Whether a virtio random number generator exists.
    pub rng: Option<bool>,
    /// Whether an emulated TPM 2.0 exists.
    pub tpm: Option<bool>,
    /// Spare PCIe root ports for hot-plug.
    pub hotplug_slots: Option<u32>,
    /// Whether libvirt starts the domain with itself.
    pub autostart: Option<bool>,
}

/// `domain/@type`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DomainType {
    /// Hardware virtualisation.
    Kvm,
    /// Software emulation (TCG).
    Qemu,
}

/// The guest's firmware.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Firmware {
    /// SeaBIOS, or what the machine type has by itself.
    Bios,
    /// UEFI.
    Uefi,
    /// UEFI with secure boot enforced.
    UefiSecure,
}

/// What the domain boots.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Boot {
    /// A kernel on the host (direct kernel boot).
    pub kernel: Option<PathBuf>,
    /// Its initial RAM disk.
    pub initrd: Option<PathBuf>,
    /// Its command line.
    pub cmdline: Option<String>,
    /// Names of disks and interfaces in boot order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub order: Vec<String>,
}

/// Virtual CPUs, counted.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Vcpus {
    /// How many the guest has.
    pub current: Option<u32>,
    /// How many it can be given while it runs.
    pub maximum: Option<u32>,
}

/// `<cpu>`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Cpu {
    /// `cpu/@mode`: `host-passthrough`, `host-model`, `maximum`, `custom`.
    pub mode: Option<String>,
    /// `cpu/model`, for the mode `custom`.
    pub model: Option<String>,
    /// Feature policies (`require`, `disable`, …) by feature name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub features: BTreeMap<String, String>,
    /// `topology/@sockets`.
    pub sockets: Option<u32>,
    /// `topology/@cores`.
    pub cores: Option<u32>,
    /// `topology/@threads`.
    pub threads: Option<u32>,
}

/// `<cputune>`.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct CpuTune {
    /// Relative weight.
    pub shares: Option<u64>,
    /// Microseconds of CPU per period and vCPU.
    pub quota_us: Option<u64>,
    /// The period in microseconds.
    pub period_us: Option<u64>,
    /// Host CPU sets by vCPU number.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub pins: BTreeMap<String, String>,
}

/// Memory, in bytes; libvirt rounds to KiB and so do we.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DomainMemory {
    /// What the guest has now: the balloon's target.
    pub current: Option<Bytes>,
    /// What it boots with and can be given back up to.
    pub maximum: Option<Bytes>,
    /// The size of the huge pages behind it.
    pub hugepages: Option<Bytes>,
    /// Whether the memory is shared with other host processes, as virtiofs needs.
    pub shared: Option<bool>,
}

/// A disk.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Disk {
    /// Disk or CD-ROM.
    pub device: Option<DiskKind>,
    /// Where its contents are.
    pub source: Option<DiskSource>,
    /// `driver/@type`: `qcow2`, `raw`.
    pub format: Option<String>,
    /// The bus it is on.
    pub bus: Option<DiskBus>,
    /// `driver/@cache`.
    pub cache: Option<String>,
    /// `driver/@discard`.
    pub discard: Option<String>,
    /// `<serial>`.
    pub serial: Option<String>,
    /// Whether the guest may only read.
    pub read_only: Option<bool>,
    /// The size that the guest sees, in bytes; a declaration's volume says it, and growing it is live.
    pub capacity: Option<Bytes>,
    /// I/O limits.
    pub tune: DiskTune,
}

/// What a disk is to the guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskKind {
    /// A hard disk.
    Disk,
    /// A CD-ROM drive.
    Cdrom,
}

/// Where a disk's contents are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskSource {
    /// A volume of a pool: `pool/volume`.
    Volume(String),
    /// A file on the host.
    File(PathBuf),
    /// A block device on the host.
    Block(PathBuf),
}

/// The bus a disk is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DiskBus {
    /// virtio-blk.
    Virtio,
    /// virtio-scsi.
    Scsi,
    /// AHCI; no hot-plug.
    Sata,
    /// USB storage.
    Usb,
    /// IDE; no hot-plug.
    Ide,
}

/// `<iotune>`.
#[skip_serializing_none]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct DiskTune {
    /// Operations a second.
    pub iops: Option<u64>,
    /// Bytes a second.
    pub throughput: Option<Bytes>,
}

/// A network interface.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Interface {
    /// What it is plugged into.
    pub source: Option<InterfaceSource>,
    /// Its address, lower case with colons; derived from its name unless declared.
    pub mac: Option<String>,
    /// `model/@type`.
    pub model: Option<String>,
    /// Whether the cable is plugged in.
    pub link_up: Option<bool>,
    /// Average bytes a second, each way; libvirt keeps whole KiB/s.
    pub bandwidth: Option<Bytes>,
    /// `mtu/@size`.
    pub mtu: Option<u32>,
}

/// What an interface is plugged into.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum InterfaceSource {
    /// A libvirt network.
    Network(String),
    /// A bridge on the host.
    Bridge(String),
    /// QEMU's user-mode network.
    User,
    /// Another kind that we do not declare (`direct`, `hostdev`, `ethernet`, …), by its `interface/@type`.
    Other(String),
}

/// A host directory shared with the guest.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Filesystem {
    /// 9p or virtiofs.
    pub driver: Option<FilesystemDriver>,
    /// The directory on the host.
    pub source: Option<PathBuf>,
    /// The mount tag in the guest.
    pub target: Option<String>,
    /// Whether the guest may only read.
    pub read_only: Option<bool>,
}

/// How a directory is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FilesystemDriver {
    /// 9p over virtio.
    #[serde(rename = "9p")]
    NineP,
    /// virtiofsd; needs shared memory.
    Virtiofs,
}

/// A host device passed through.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct HostDevice {
    /// PCI function or mediated device.
    pub device: Option<HostDeviceKind>,
    /// `0000:01:00.0` for PCI, the UUID for a mediated device.
    pub address: Option<String>,
}

/// What a passed-through device is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum HostDeviceKind {
    /// A PCI function; libvirt binds it to vfio (`managed='yes'`).
    Pci,
    /// A mediated device.
    Mdev,
}

/// The serial console.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Console {
    /// The file to which virtlogd writes what the guest prints.
    pub log: Option<PathBuf>,
}

/// A display.
#[skip_serializing_none]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Graphics {
    /// `vnc` or `spice`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    /// The address it listens on.
    pub listen: Option<String>,
}
