//! The host itself, as the kernel tells.

use model::{Bytes, HostFacts};

/// Architecture, CPUs and memory.
pub(super) fn read() -> HostFacts {
    let file = |path| std::fs::read_to_string(path).unwrap_or_default();
    HostFacts {
        arch: std::env::consts::ARCH.to_owned(),
        cpus: cpus(&file("/proc/cpuinfo")),
        memory: memory(&file("/proc/meminfo")),
        ..HostFacts::default()
    }
}

fn cpus(cpuinfo: &str) -> u32 {
    let processors = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    u32::try_from(processors).unwrap_or(u32::MAX)
}

fn memory(meminfo: &str) -> Bytes {
    let total =
        meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:")?.split_whitespace().next()?.parse().ok());
    Bytes::kib(total.unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use model::Bytes;

    use super::{cpus, memory};

    #[test]
    fn the_kernels_tables_are_read() {
        assert_eq!(cpus("processor\t: 0\nmodel name\t: x\n\nprocessor\t: 1\n"), 2);
        assert_eq!(memory("MemTotal:        2048 kB\nMemFree: 1 kB\n"), Bytes::mib(2));
    }
}
