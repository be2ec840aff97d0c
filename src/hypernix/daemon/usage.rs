//! What units use at the moment.

use std::{
    collections::{BTreeMap, HashMap},
    path::Path,
    sync::{Arc, Mutex, PoisonError},
};

use api::view::{StorageTotals, Usage};
use driver::libvirt::DomainUsage;
use futures::{StreamExt, stream};
use model::{Address, Bytes, Kind};
use tokio::time::Instant;

use crate::world::World;

/// Containers that are asked at once.
const AT_ONCE: usize = 8;
/// Units whose last figures are remembered.
const REMEMBERED: usize = 4096;

/// Asks the backends, and remembers the last CPU times.
pub(super) struct Meter {
    world: Arc<World>,
    // Guards the map alone, for a lookup at a time.
    last: Mutex<HashMap<Address, (Instant, u64)>>,
}

impl Meter {
    /// Makes it; nothing is known yet.
    pub(super) fn new(world: Arc<World>) -> Self {
        Self { world, last: Mutex::default() }
    }

    /// What these use; those that do not run are absent.
    pub(super) async fn usage(&self, units: Vec<Address>) -> BTreeMap<Address, Usage> {
        let (domains, containers): (Vec<_>, Vec<_>) =
            units.into_iter().partition(|address| address.kind == Kind::Domain);
        let (domains, containers) = tokio::join!(self.domains(domains), self.containers(containers));
        domains.into_iter().chain(containers).collect()
    }

    async fn domains(&self, units: Vec<Address>) -> Vec<(Address, Usage)> {
        if units.is_empty() {
            return Vec::new();
        }
        let names = units.iter().map(|address| address.name.clone()).collect();
        match self.world.libvirt.usage(names).await {
            Ok(usages) => usages.into_iter().map(|usage| self.domain(usage)).collect(),
            Err(error) => {
                tracing::debug!(%error, "what domains use is not known");
                Vec::new()
            }
        }
    }

    fn domain(&self, usage: DomainUsage) -> (Address, Usage) {
        let DomainUsage { name, cpu_ns, vcpus, memory, memory_used, disk, disk_used, received, sent } = usage;
        let address = Address::new(Kind::Domain, name);
        let cpu = self.cpu(&address, cpu_ns) / f64::from(vcpus.max(1));
        let usage = Usage { cpu, memory: percent(memory_used, memory), disk: percent(disk_used, disk), received, sent };
        (address, usage)
    }

    async fn containers(&self, units: Vec<Address>) -> Vec<(Address, Usage)> {
        let asked = units.into_iter().map(|address| async {
            match self.world.docker.usage(&address.name).await {
                Ok(usage) => Some((address, usage)),
                Err(error) => {
                    tracing::debug!(%error, %address, "what it uses is not known");
                    None
                }
            }
        });
        let found: Vec<_> =
            stream::iter(asked).buffer_unordered(AT_ONCE).filter_map(std::future::ready).collect().await;
        let usages = found.into_iter().map(|(address, usage)| {
            let cpu = self.cpu(&address, usage.cpu_ns);
            let memory = percent(usage.memory, usage.memory_limit);
            let usage = Usage { cpu, memory, disk: 0.0, received: usage.received, sent: usage.sent };
            (address, usage)
        });
        usages.collect()
    }

    /// The CPUs it used since it was last asked, in percent of one; nothing the first time.
    fn cpu(&self, address: &Address, cpu_ns: u64) -> f64 {
        let now = Instant::now();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.len() >= REMEMBERED {
            last.clear();
        }
        let Some((then, before)) = last.insert(address.clone(), (now, cpu_ns)) else { return 0.0 };
        let elapsed = now.duration_since(then).as_secs_f64();
        if elapsed <= 0.0 { 0.0 } else { cpu_ns.saturating_sub(before) as f64 / 1e9 / elapsed * 100.0 }
    }
}

/// The space of the file system that the state directory, and with it the volumes, is on.
pub(super) fn storage(state: &Path) -> StorageTotals {
    match rustix::fs::statvfs(state) {
        Ok(fs) => StorageTotals {
            used: Bytes::new((fs.f_blocks - fs.f_bfree) * fs.f_frsize),
            total: Bytes::new(fs.f_blocks * fs.f_frsize),
        },
        Err(error) => {
            tracing::debug!(%error, "the space is not known");
            StorageTotals::default()
        }
    }
}

fn percent(used: Bytes, of: Bytes) -> f64 {
    if of.get() == 0 { 0.0 } else { used.get() as f64 / of.get() as f64 * 100.0 }
}
