//! CPU, memory, accelerators.

use async_graphql::SimpleObject;
use config::unit::{Accelerator, Compute, Memory};
use model::Bytes;

use super::{
    super::enums::{AcceleratorType, Architecture},
    int,
};
use crate::view::Unit;

/// CPU, memory, accelerators.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ComputeResources {
    compute: ComputeSpec,
    memory: MemorySpec,
    accelerators: Vec<AcceleratorSpec>,
}

/// CPU.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ComputeSpec {
    /// Virtual CPUs, rounded up.
    units: i32,
    /// Hundredths of a virtual CPU, exact.
    shares: i32,
    /// Virtual CPUs that it may have for a while.
    burst: Option<i32>,
    architecture: Architecture,
    features: Vec<String>,
}

/// Memory.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct MemorySpec {
    /// How much: `4Gi`.
    size: String,
    /// The size of its pages, where they are huge.
    hugepages: Option<String>,
    bandwidth: Option<i32>,
}

/// A device beside the CPU.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct AcceleratorSpec {
    #[graphql(name = "type")]
    kind: AcceleratorType,
    model: Option<String>,
    count: i32,
    capabilities: Vec<String>,
}

impl ComputeResources {
    pub(super) fn of(unit: &Unit) -> Self {
        match &unit.declared {
            Some(declared) => {
                let resources = &declared.unit.resources;
                Self {
                    compute: ComputeSpec::of(&resources.compute),
                    memory: MemorySpec::of(&resources.memory),
                    accelerators: resources.accelerators.iter().map(AcceleratorSpec::of).collect(),
                }
            }
            None => Self {
                compute: ComputeSpec {
                    units: int(unit.size.shares.div_ceil(100)),
                    shares: int(unit.size.shares),
                    burst: None,
                    architecture: Architecture::X86_64,
                    features: Vec::new(),
                },
                memory: MemorySpec { size: size(unit.size.memory), hugepages: None, bandwidth: None },
                accelerators: Vec::new(),
            },
        }
    }
}

impl ComputeSpec {
    fn of(compute: &Compute) -> Self {
        let Compute { units, max_units: _, architecture, features, burst } = compute;
        Self {
            units: int(units.vcpus()),
            shares: int(units.0),
            burst: burst.map(|burst| int(burst.vcpus())),
            architecture: (*architecture).into(),
            features: features.clone(),
        }
    }
}

impl MemorySpec {
    fn of(memory: &Memory) -> Self {
        let Memory { size: bytes, maximum: _, hugepages, bandwidth } = memory;
        Self { size: size(bytes.0), hugepages: hugepages.map(|pages| size(pages.0)), bandwidth: bandwidth.map(int) }
    }
}

impl AcceleratorSpec {
    fn of(accelerator: &Accelerator) -> Self {
        let Accelerator { kind, model, count, capabilities, address: _ } = accelerator;
        Self { kind: (*kind).into(), model: model.clone(), count: int(*count), capabilities: capabilities.clone() }
    }
}

/// A size as the options write it: exact, in the unit that makes it shortest.
pub(super) fn size(bytes: Bytes) -> String {
    let units = [("Ti", 1 << 40), ("Gi", 1 << 30), ("Mi", 1 << 20), ("Ki", 1 << 10)];
    let decimal = [("T", 1_000_000_000_000), ("G", 1_000_000_000), ("M", 1_000_000), ("K", 1_000), ("", 1_u64)];
    let exact = units.into_iter().chain(decimal).filter(|(_, unit)| bytes.get().is_multiple_of(*unit));
    let texts = exact.map(|(name, unit)| format!("{}{name}", bytes.get() / unit));
    texts.min_by_key(String::len).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use model::Bytes;

    use super::size;

    #[test]
    fn a_size_is_written_as_it_would_be_declared() {
        for text in ["4Gi", "4G", "512Mi", "1500M", "1Ti", "123"] {
            assert_eq!(size(text.parse::<Bytes>().expect("a size")), text);
        }
    }
}
