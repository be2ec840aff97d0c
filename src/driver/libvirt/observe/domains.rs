//! Domains: listed with a constant number of calls, then one or two documents each.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use jiff::Timestamp;
use model::{
    Address, DomainFacts, Fingerprint, Kind, ObservedResource, Ownership, PowerState, Seen, Spec,
    spec::{DiskSource, DomainSpec},
};
use virt::{domain::Domain, sys};

use super::{by_row, is_unchanged};
use crate::ObserveRequest;
use crate::libvirt::{
    LibvirtError,
    connections::{Connections, Link},
    domain::{Named, define, devices, fingerprint, read, xml::ports},
    ffi, mark,
    pools::PoolPaths,
    volume,
    xml::Element,
};

/// How many connections read at the same time: libvirtd is the bottleneck, and each has to list for itself first.
const WORKERS: usize = 4;

/// Up to this many domains one connection reads alone; beyond, all of them share the work.
const ALONE: usize = 24;

/// A domain as it arrived.
#[derive(Debug)]
pub(super) struct Raw {
    address: Address,
    power: PowerState,
    facts: DomainFacts,
    autostart: bool,
    fingerprint: Fingerprint,
    config: String,
    live: Option<String>,
}

/// A disk whose size is not known yet, and its source where the domain is off.
type Unsized = (String, Option<DiskSource>);

/// What lists with filters tell of all domains at once.
#[derive(Clone, Debug, Default)]
struct Lists {
    paused: BTreeSet<String>,
    odd: BTreeSet<String>,
    autostart: BTreeSet<String>,
    saved: BTreeSet<String>,
    snapshots: BTreeSet<String>,
    transient: BTreeSet<String>,
}

/// The names of the domains to read; `None` reads all of them.
pub(super) type Names = Option<BTreeSet<String>>;

/// Reads the domains that are asked for.
pub(super) async fn read(connections: &Connections, names: Names) -> Result<Vec<Raw>, LibvirtError> {
    if names.as_ref().is_some_and(BTreeSet::is_empty) {
        return Ok(Vec::new());
    }
    let names = Arc::new(names);
    let asked = Arc::clone(&names);
    let (lists, count, read) = connections
        .run(move |link| {
            let lists = Lists::read(link)?;
            let domains = link.read(|connect| connect.list_all_domains(0))?;
            let few = domains.len() <= ALONE;
            let read = if few { Some(share(link, &asked, &lists, &domains, 0, 1)?) } else { None };
            Ok((lists, domains.len(), read))
        })
        .await?;
    if let Some(read) = read {
        return Ok(read);
    }
    let workers = connections.size().min(count.div_ceil(ALONE)).min(WORKERS);
    let lists = Arc::new(lists);
    let shares = (0..workers).map(|worker| {
        let (asked, lists) = (Arc::clone(&names), Arc::clone(&lists));
        connections.run(move |link| {
            let domains = link.read(|connect| connect.list_all_domains(0))?;
            share(link, &asked, &lists, &domains, worker, workers)
        })
    });
    Ok(futures::future::try_join_all(shares).await?.into_iter().flatten().collect())
}

/// Parses what has to be.
pub(super) fn parse(
    raw: Vec<Raw>,
    request: &ObserveRequest<'_>,
    pools: &PoolPaths,
) -> Result<BTreeMap<Address, ObservedResource>, LibvirtError> {
    raw.into_iter().map(|raw| parse_one(raw, request, pools)).collect()
}

/// Adds the sizes that disks show, for the domains that were parsed and are ours or wanted.
pub(super) async fn add_capacities(
    connections: &Connections,
    domains: &mut BTreeMap<Address, ObservedResource>,
    others: &BTreeMap<Address, ObservedResource>,
    request: &ObserveRequest<'_>,
) -> Result<(), LibvirtError> {
    let mut asked: Vec<(String, Vec<Unsized>)> = Vec::new();
    for (address, resource) in domains.iter_mut() {
        let cared_for = request.wanted.contains_key(address) || matches!(resource.ownership, Ownership::Ours { .. });
        let Seen::Parsed { config: Spec::Domain(config), live } = &mut resource.seen else { continue };
        if !cared_for {
            continue;
        }
        let unknown = fill_from_volumes(config, others);
        let unknown = match live {
            Some(Spec::Domain(live)) => live.disks.keys().map(|disk| (disk.clone(), None)).collect(),
            _ => unknown,
        };
        if !unknown.is_empty() {
            asked.push((address.name.clone(), unknown));
        }
    }
    if asked.is_empty() {
        return Ok(());
    }
    let asked = Arc::new(asked);
    let sizes =
        connections.run(move |link| asked.iter().map(|(name, disks)| shown_sizes(link, name, disks)).collect()).await?;
    let sizes: Vec<(String, BTreeMap<String, u64>)> = sizes;
    for (name, sizes) in sizes {
        let Some(resource) = domains.get_mut(&Address::new(Kind::Domain, name)) else { continue };
        let Seen::Parsed { config: Spec::Domain(config), live } = &mut resource.seen else { continue };
        for (disk, size) in sizes {
            let size = Some(model::Bytes::new(size));
            if let Some(Spec::Domain(live)) = live
                && let Some(disk) = live.disks.get_mut(&disk)
            {
                disk.capacity = size;
            }
            if let Some(disk) = config.disks.get_mut(&disk) {
                disk.capacity = disk.capacity.or(size);
            }
        }
    }
    Ok(())
}

impl Lists {
    fn read(link: &Link<'_>) -> Result<Self, LibvirtError> {
        let names = |filter| -> Result<BTreeSet<String>, LibvirtError> {
            let domains = link.read(|connect| connect.list_all_domains(filter))?;
            Ok(domains.iter().map(Domain::name).collect::<Result<_, _>>()?)
        };
        Ok(Self {
            paused: names(sys::VIR_CONNECT_LIST_DOMAINS_PAUSED)?,
            odd: names(sys::VIR_CONNECT_LIST_DOMAINS_OTHER)?,
            autostart: names(sys::VIR_CONNECT_LIST_DOMAINS_AUTOSTART)?,
            saved: names(sys::VIR_CONNECT_LIST_DOMAINS_MANAGEDSAVE)?,
            snapshots: names(sys::VIR_CONNECT_LIST_DOMAINS_HAS_SNAPSHOT)?,
            transient: names(sys::VIR_CONNECT_LIST_DOMAINS_TRANSIENT)?,
        })
    }
}

/// Reads the domains that fall to `worker`. Each connection lists for itself, and domains come and go in between:
/// so the share is a matter of the name, not of the place in the list.
fn share(
    link: &Link<'_>,
    names: &Names,
    lists: &Lists,
    domains: &[Domain],
    worker: usize,
    workers: usize,
) -> Result<Vec<Raw>, LibvirtError> {
    let mut read = Vec::with_capacity(domains.len() / workers + 1);
    for domain in domains {
        let address = Address::new(Kind::Domain, domain.name()?);
        let asked_for = names.as_ref().is_none_or(|names| names.contains(&address.name));
        if falls_to(&address.name, workers) != worker || !asked_for {
            continue;
        }
        match read_one(link, lists, address, domain) {
            Ok(raw) => read.push(raw),
            // It was removed since it was listed.
            Err(error) if error.is_missing() => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

/// Which of the workers reads the domain of that name (FNV-1a).
fn falls_to(name: &str, workers: usize) -> usize {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3));
    // The low bits of the sum alone follow the last bytes of the name.
    ((hash ^ (hash >> 32)) % workers as u64) as usize
}

fn read_one(link: &Link<'_>, lists: &Lists, address: Address, domain: &Domain) -> Result<Raw, LibvirtError> {
    let name = &address.name;
    let autostart = lists.autostart.contains(name);
    let config = link.read(|_| domain.xml_desc(sys::VIR_DOMAIN_XML_INACTIVE))?;
    let active = domain.id().is_some();
    let live = if active { Some(link.read(|_| domain.xml_desc(0))?) } else { None };
    let fingerprint = Fingerprint {
        config: fingerprint::config(&config, autostart),
        live: live.as_deref().map(fingerprint::live).unwrap_or_default(),
    };
    let power = if lists.odd.contains(name) {
        power(link.read(|_| ffi::state(domain))?)
    } else if lists.paused.contains(name) {
        PowerState::Paused
    } else if active {
        PowerState::Running
    } else {
        PowerState::Off
    };
    let has_snapshots = lists.snapshots.contains(name);
    let facts = DomainFacts {
        managed_save: lists.saved.contains(name),
        snapshots: if has_snapshots { link.read(|_| domain.num_snapshots(0))? } else { 0 },
        overlays: BTreeMap::new(),
        transient: lists.transient.contains(name),
        free_slots: 0,
        started: if active { started(name) } else { None },
    };
    Ok(Raw { address, power, facts, autostart, fingerprint, config, live })
}

fn parse_one(
    raw: Raw,
    request: &ObserveRequest<'_>,
    pools: &PoolPaths,
) -> Result<(Address, ObservedResource), LibvirtError> {
    let Raw { address, power, mut facts, autostart, fingerprint, config, live } = raw;
    let row = request.applied.rows.get(&address);
    if is_unchanged(row, request.wanted.get(&address), &fingerprint) {
        let resource = ObservedResource {
            ownership: by_row(row),
            seen: Seen::Unchanged,
            power,
            fingerprint,
            domain: Some(facts),
            foreign_users: BTreeSet::new(),
        };
        return Ok((address, resource));
    }
    let declared = row.and_then(|row| match &row.spec {
        Spec::Domain(spec) => Some(spec),
        _ => None,
    });
    let around = read::Surroundings { pools, declared, snapshots: facts.snapshots };
    let document = Element::parse(&config)?;
    let found = mark::read(&document);
    let mut config = read::read(&document, &around);
    config.spec.autostart = Some(autostart);
    facts.overlays = config.overlays;
    facts.free_slots = ports::free_slots(&document);
    let live = match live {
        None => None,
        Some(live) => {
            let document = Element::parse(&live)?;
            facts.free_slots = ports::free_slots(&document);
            let mut live = read::read(&document, &around);
            read::as_configured(&mut live.spec, &config.spec);
            facts.overlays.extend(live.overlays);
            Some(Spec::Domain(live.spec))
        }
    };
    let resource = ObservedResource {
        ownership: mark::ownership(found.as_ref(), request.owner),
        seen: Seen::Parsed { config: Spec::Domain(config.spec), live },
        power,
        fingerprint,
        domain: Some(facts),
        foreign_users: BTreeSet::new(),
    };
    Ok((address, resource))
}

/// Fills in the sizes of volumes that were read; the disks that are still without.
fn fill_from_volumes(spec: &mut DomainSpec, others: &BTreeMap<Address, ObservedResource>) -> Vec<Unsized> {
    let mut unknown = Vec::new();
    for (name, disk) in &mut spec.disks {
        if let Some(DiskSource::Volume(volume)) = &disk.source
            && let Some(resource) = others.get(&Address::new(Kind::Volume, volume))
            && let Seen::Parsed { config: Spec::Volume(volume), .. } = &resource.seen
        {
            disk.capacity = volume.capacity;
        }
        if disk.capacity.is_none() && disk.source.is_some() {
            unknown.push((name.clone(), disk.source.clone()));
        }
    }
    unknown
}

/// The sizes of a domain's disks; one that cannot be told (its file is gone) is left out.
fn shown_sizes(
    link: &Link<'_>,
    name: &str,
    disks: &[Unsized],
) -> Result<(String, BTreeMap<String, u64>), LibvirtError> {
    let mut sizes = BTreeMap::new();
    let Some(domain) = define::lookup(link, name)? else { return Ok((name.to_owned(), sizes)) };
    let document = define::active(link, &domain)?;
    for (disk, source) in disks {
        // libvirt looks a volume up at the start only, and tells no size of it before.
        let size = match source {
            Some(DiskSource::Volume(name)) => volume::capacity(link, name),
            _ => block_size(link, &domain, &document, disk),
        };
        match size {
            Ok(0) => {}
            Ok(size) => {
                sizes.insert(disk.clone(), size);
            }
            Err(error) => tracing::debug!(domain = name, disk, %error, "the size of a disk cannot be told"),
        }
    }
    Ok((name.to_owned(), sizes))
}

fn block_size(link: &Link<'_>, domain: &Domain, document: &Element, disk: &str) -> Result<u64, LibvirtError> {
    let device = devices::find(document, Named::Disk, disk);
    match device.and_then(|device| device.attr_at(&["target"], "dev")) {
        Some(target) => Ok(link.read(|_| domain.block_info(target, 0))?.capacity),
        None => Ok(0),
    }
}

const fn power(state: sys::virDomainState) -> PowerState {
    match state {
        sys::VIR_DOMAIN_RUNNING | sys::VIR_DOMAIN_BLOCKED => PowerState::Running,
        sys::VIR_DOMAIN_PAUSED | sys::VIR_DOMAIN_PMSUSPENDED => PowerState::Paused,
        sys::VIR_DOMAIN_SHUTDOWN => PowerState::Stopping,
        sys::VIR_DOMAIN_CRASHED => PowerState::Crashed,
        _ => PowerState::Off,
    }
}

/// When a domain of this host was started: libvirt itself does not tell, but it writes QEMU's process number then.
fn started(name: &str) -> Option<Timestamp> {
    let written = std::fs::metadata(format!("/run/libvirt/qemu/{name}.pid")).ok()?.modified().ok()?;
    Timestamp::try_from(written).ok()
}

#[cfg(test)]
mod tests {
    use super::falls_to;

    #[test]
    fn the_work_is_shared_evenly() {
        let mut shares = [0; 8];
        for number in 0..1000 {
            shares[falls_to(&format!("vm-{number:04}"), 8)] += 1;
        }
        assert!(shares.iter().all(|share| (90..=160).contains(share)), "{shares:?}");
    }
}
