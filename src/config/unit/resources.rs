//! CPU, memory, accelerators.

use std::fmt;

use model::CpuShares;
use serde::Deserialize;

use super::Size;

/// `resources`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Resources {
    /// CPU.
    pub compute: Compute,
    /// Memory.
    pub memory: Memory,
    /// Devices of the host for this unit alone.
    pub accelerators: Vec<Accelerator>,
}

/// `resources.compute`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Compute {
    /// Capacity, in hundredths of a vCPU.
    pub units: CpuShares,
    /// How far it can be raised while the unit runs.
    pub max_units: Option<CpuShares>,
    /// The instruction set.
    pub architecture: Architecture,
    /// CPU features; with a leading `-`, ones that are taken away.
    pub features: Vec<String>,
    /// Capacity beyond `units` while the host is idle.
    pub burst: Option<CpuShares>,
}

/// `resources.memory`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Memory {
    /// How much.
    pub size: Size,
    /// How far it can be raised while the unit runs.
    pub maximum: Option<Size>,
    /// The size of the huge pages behind it.
    pub hugepages: Option<Size>,
    /// Bandwidth in GB/s; for placement.
    pub bandwidth: Option<u64>,
}

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Architecture {
    /// 64-bit x86.
    #[serde(rename = "x86_64")]
    X86_64,
    /// 64-bit ARM.
    #[serde(rename = "aarch64")]
    Aarch64,
    /// 64-bit RISC-V.
    #[serde(rename = "riscv64")]
    Riscv64,
    /// WebAssembly.
    #[serde(rename = "wasm")]
    Wasm,
}

/// A device of the host for one unit alone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Accelerator {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: AcceleratorType,
    /// Its model, where that matters.
    #[serde(default)]
    pub model: Option<String>,
    /// How many.
    #[serde(default = "one")]
    pub count: u32,
    /// What it has to be able to do.
    #[serde(default)]
    pub capabilities: Vec<String>,
    /// The PCI address or the UUID of a mediated device.
    #[serde(default)]
    pub address: Option<String>,
}

/// What an accelerator is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AcceleratorType {
    /// A graphics processor.
    Gpu,
    /// A gate array.
    Fpga,
    /// A tensor processor.
    Tpu,
    /// A data processing unit.
    Dpu,
}

impl Architecture {
    /// The word libvirt and QEMU use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::X86_64 => "x86_64",
            Self::Aarch64 => "aarch64",
            Self::Riscv64 => "riscv64",
            Self::Wasm => "wasm",
        }
    }
}

impl AcceleratorType {
    /// The word the options use.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Gpu => "gpu",
            Self::Fpga => "fpga",
            Self::Tpu => "tpu",
            Self::Dpu => "dpu",
        }
    }
}

impl fmt::Display for Architecture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

fn one() -> u32 {
    1
}
