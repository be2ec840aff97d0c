//! What a domain shows of itself at the moment: for lists and details, never for planning.

use std::{collections::BTreeSet, path::PathBuf};

use model::{Bytes, PowerState};
use serde::Serialize;
use virt::{domain::Domain, sys};

use super::{
    LibvirtError,
    connections::Link,
    domain::{define, read, xml::memory},
    ffi,
    pools::PoolPaths,
};

/// A domain at the moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DomainInfo {
    /// Its name.
    pub name: String,
    /// Whether it runs.
    pub power: PowerState,
    /// Virtual CPUs it has.
    pub vcpus: u32,
    /// Memory it may have.
    pub memory_maximum: Bytes,
    /// Memory it has: what the balloon leaves it.
    pub memory: Bytes,
    /// CPU time used since it was started, in nanoseconds.
    pub cpu_time_ns: u64,
    /// Whether it is configured to survive its stop.
    pub persistent: bool,
    /// IP addresses, from the networks' leases and from the agent in the guest where it answers.
    pub addresses: BTreeSet<String>,
    /// The file with what it printed on its serial console.
    pub console_log: Option<PathBuf>,
}

/// Reads one domain's numbers.
pub(super) fn read_info(link: &Link<'_>, name: &str) -> Result<DomainInfo, LibvirtError> {
    let domain = define::existing(link, name)?;
    let info = link.read(|_| domain.info())?;
    let power = match link.read(|_| ffi::state(&domain))? {
        sys::VIR_DOMAIN_RUNNING | sys::VIR_DOMAIN_BLOCKED => PowerState::Running,
        sys::VIR_DOMAIN_PAUSED | sys::VIR_DOMAIN_PMSUSPENDED => PowerState::Paused,
        sys::VIR_DOMAIN_SHUTDOWN => PowerState::Stopping,
        sys::VIR_DOMAIN_CRASHED => PowerState::Crashed,
        _ => PowerState::Off,
    };
    let document = define::active(link, &domain)?;
    let around = read::Surroundings { pools: &PoolPaths::default(), declared: None, snapshots: 0 };
    let spec = read::read(&document, &around).spec;
    Ok(DomainInfo {
        name: name.to_owned(),
        power,
        vcpus: info.nr_virt_cpu,
        memory_maximum: Bytes::kib(info.max_mem),
        memory: document.child("currentMemory").and_then(memory::size).unwrap_or(Bytes::kib(info.memory)),
        cpu_time_ns: info.cpu_time,
        persistent: link.read(|_| domain.is_persistent())?,
        addresses: if power == PowerState::Running { addresses(link, &domain) } else { BTreeSet::new() },
        console_log: spec.console.log,
    })
}

/// Addresses by each source that answers; none of them has to.
fn addresses(link: &Link<'_>, domain: &Domain) -> BTreeSet<String> {
    let sources = [sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_LEASE, sys::VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_AGENT];
    let interfaces = sources.into_iter().filter_map(|source| link.read(|_| domain.interface_addresses(source, 0)).ok());
    let addresses = interfaces.flatten().flat_map(|interface| interface.addrs);
    addresses.map(|address| address.addr).filter(|address| address != "127.0.0.1" && address != "::1").collect()
}
