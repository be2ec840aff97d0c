//! What running domains use: for lists and charts, by one call for all of them.

use model::Bytes;
use virt::{domain::Domain, sys};

use super::{LibvirtError, connections::Link, domain::define::existing, ffi};

/// What a running domain uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DomainUsage {
    /// Its name.
    pub name: String,
    /// CPU time since it was started, in nanoseconds.
    pub cpu_ns: u64,
    /// Its virtual CPUs.
    pub vcpus: u32,
    /// The memory that it has.
    pub memory: Bytes,
    /// The memory that it uses: what its guest says, else what its process holds.
    pub memory_used: Bytes,
    /// The size of its disks.
    pub disk: Bytes,
    /// What is written on them.
    pub disk_used: Bytes,
    /// Bytes received since it was started.
    pub received: u64,
    /// Bytes sent since it was started.
    pub sent: u64,
}

/// What is asked for of each domain.
const KINDS: sys::virDomainStatsTypes = sys::VIR_DOMAIN_STATS_CPU_TOTAL
    | sys::VIR_DOMAIN_STATS_BALLOON
    | sys::VIR_DOMAIN_STATS_VCPU
    | sys::VIR_DOMAIN_STATS_INTERFACE
    | sys::VIR_DOMAIN_STATS_BLOCK;

/// Reads what these domains use; those that do not run or are not there are absent.
pub(super) fn read(link: &Link<'_>, names: &[String]) -> Result<Vec<DomainUsage>, LibvirtError> {
    let found = names.iter().filter_map(|name| existing(link, name).ok());
    let running: Vec<Domain> = found.filter(|domain| domain.is_active().unwrap_or(false)).collect();
    let stats = link.read(|_| ffi::stats(&running, KINDS))?;
    Ok(stats.into_iter().map(|(name, figures)| usage(name, &figures)).collect())
}

fn usage(name: String, figures: &ffi::Figures) -> DomainUsage {
    let figure = |name: &str| figures.get(name).copied();
    let sum = |of: &str, what: &str| -> u64 {
        let count = figure(&format!("{of}.count")).unwrap_or(0);
        (0..count).filter_map(|number| figure(&format!("{of}.{number}.{what}"))).sum()
    };
    let memory = figure("balloon.current").unwrap_or(0);
    let by_guest = figure("balloon.available").zip(figure("balloon.unused"));
    let used = by_guest.map(|(available, unused)| available.saturating_sub(unused));
    DomainUsage {
        cpu_ns: figure("cpu.time").unwrap_or(0),
        vcpus: figure("vcpu.current").and_then(|number| u32::try_from(number).ok()).unwrap_or(1),
        memory: Bytes::kib(memory),
        memory_used: Bytes::kib(used.or(figure("balloon.rss")).unwrap_or(0).min(memory)),
        disk: Bytes::new(sum("block", "capacity")),
        disk_used: Bytes::new(sum("block", "allocation")),
        received: sum("net", "rx.bytes"),
        sent: sum("net", "tx.bytes"),
        name,
    }
}

#[cfg(test)]
mod tests {
    use super::{DomainUsage, usage};

    #[test]
    fn figures_of_all_disks_and_interfaces_add_up() {
        let figures = [
            ("cpu.time", 5_000_000_000),
            ("vcpu.current", 2),
            ("balloon.current", 1024),
            ("balloon.rss", 4096),
            ("block.count", 2),
            ("block.0.capacity", 100),
            ("block.0.allocation", 10),
            ("block.1.capacity", 50),
            ("block.1.allocation", 5),
            ("net.count", 2),
            ("net.0.rx.bytes", 7),
            ("net.1.rx.bytes", 3),
            ("net.0.tx.bytes", 1),
        ];
        let figures = figures.into_iter().map(|(name, number)| (name.to_owned(), number)).collect();
        let expected = DomainUsage {
            name: "web".to_owned(),
            cpu_ns: 5_000_000_000,
            vcpus: 2,
            memory: model::Bytes::kib(1024),
            memory_used: model::Bytes::kib(1024),
            disk: model::Bytes::new(150),
            disk_used: model::Bytes::new(15),
            received: 10,
            sent: 1,
        };
        assert_eq!(usage("web".to_owned(), &figures), expected);
    }
}
