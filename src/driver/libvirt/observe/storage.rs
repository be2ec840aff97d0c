//! Pools, and the volumes of those pools that are ours or wanted.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::Arc,
};

use model::{
    Address, Kind, ObservedResource, Ownership, PowerState, Seen, Spec,
    spec::{PoolSpec, VolumeSpec},
    uuid_for,
};
use virt::{storage_pool::StoragePool, sys};

use super::{Question, derived};
use crate::libvirt::{
    LibvirtError,
    connections::{Connections, Link},
    pool,
    pools::PoolPaths,
    volume,
    xml::Element,
};

/// What was read.
#[derive(Default)]
pub(super) struct Storage {
    /// Pools and volumes.
    pub resources: BTreeMap<Address, ObservedResource>,
    directories: Vec<(String, PathBuf)>,
}

impl Storage {
    /// Where the pools are.
    pub(super) fn paths(&self) -> PoolPaths {
        self.directories.iter().cloned().collect()
    }
}

/// Reads every pool; their directories are needed even where only domains are asked for.
pub(super) async fn read(connections: &Connections, question: &Arc<Question>) -> Result<Storage, LibvirtError> {
    let asked = Arc::clone(question);
    connections
        .run(move |link| {
            let active = names(link, sys::VIR_CONNECT_LIST_STORAGE_POOLS_ACTIVE)?;
            let autostart = names(link, sys::VIR_CONNECT_LIST_STORAGE_POOLS_AUTOSTART)?;
            let mut storage = Storage::default();
            for found in link.read(|connect| connect.list_all_storage_pools(0))? {
                let name = found.name()?;
                let runs = active.contains(&name);
                read_pool(link, &asked, &found, &name, runs, autostart.contains(&name), &mut storage)?;
                if runs && asked.cares_for_pool(&name, &storage) {
                    read_volumes(link, &asked, &found, &name, &mut storage)?;
                }
            }
            Ok(storage)
        })
        .await
}

impl Question {
    /// Whether a pool's volumes are looked at.
    fn cares_for_pool(&self, name: &str, storage: &Storage) -> bool {
        let in_pool = |address: &Address| {
            address.kind == Kind::Volume && address.name.split_once('/').is_some_and(|(pool, _)| pool == name)
        };
        let address = Address::new(Kind::Pool, name);
        let ours = storage.resources.get(&address).is_some_and(|r| matches!(r.ownership, Ownership::Ours { .. }));
        let named = self.wanted.keys().chain(self.rows.keys()).any(in_pool);
        match &self.only {
            Some(only) => only.iter().any(in_pool),
            None => ours || named || self.wanted.contains_key(&address),
        }
    }

    /// Whether a volume is read: of the many that a plan is not about, the name is enough.
    fn cares_for_volume(&self, address: &Address) -> bool {
        let named = |only: &BTreeSet<Address>| only.contains(address);
        self.wanted.contains_key(address)
            || self.rows.contains_key(address)
            || self.only.as_ref().map_or(self.wants_nothing, named)
    }

    /// Whether a pool's identity alone makes it ours. It is our mark, but one that we let go of keeps it: that is
    /// known as long as anything is remembered.
    fn knows_by_identity(&self, address: &Address) -> bool {
        let nothing_known = self.only.is_none() && self.wants_nothing && self.remembers_nothing;
        nothing_known || self.wanted.contains_key(address)
    }
}

fn names(link: &Link<'_>, filter: sys::virConnectListAllStoragePoolsFlags) -> Result<BTreeSet<String>, LibvirtError> {
    let pools = link.read(|connect| connect.list_all_storage_pools(filter))?;
    Ok(pools.iter().map(StoragePool::name).collect::<Result<_, _>>()?)
}

fn read_pool(
    link: &Link<'_>,
    question: &Question,
    found: &StoragePool,
    name: &str,
    active: bool,
    autostart: bool,
    storage: &mut Storage,
) -> Result<(), LibvirtError> {
    let Some(text) = link.find(|_| found.xml_desc(sys::VIR_STORAGE_XML_INACTIVE))? else { return Ok(()) };
    let document = Element::parse(&text)?;
    let spec = PoolSpec { autostart: Some(autostart), ..pool::read(&document) };
    storage.directories.extend(spec.path.clone().map(|path| (name.to_owned(), path)));
    let address = Address::new(Kind::Pool, name);
    if !question.asks_for(&address) {
        return Ok(());
    }
    let remembered = question.by_row(&address);
    let ownership = match remembered {
        Ownership::Unmanaged
            if spec.uuid == Some(uuid_for(question.owner, &address)) && question.knows_by_identity(&address) =>
        {
            derived()
        }
        other => other,
    };
    let resource = resource(question, &address, ownership, pool::fingerprint(&spec), Spec::Pool(spec), active);
    storage.resources.insert(address, resource);
    Ok(())
}

fn read_volumes(
    link: &Link<'_>,
    question: &Question,
    found: &StoragePool,
    pool: &str,
    storage: &mut Storage,
) -> Result<(), LibvirtError> {
    for found in link.find(|_| found.list_all_volumes(0))?.unwrap_or_default() {
        let name = found.name()?;
        let address = Address::new(Kind::Volume, format!("{pool}/{name}"));
        if !question.asks_for(&address) {
            continue;
        }
        let spec = if question.cares_for_volume(&address) {
            match volume::document(link, &found) {
                Ok(document) => volume::read(pool, &document),
                // Its file was removed behind libvirt's back.
                Err(error) if error.is_missing() => continue,
                Err(error) => return Err(error),
            }
        } else {
            VolumeSpec { pool: pool.to_owned(), name, ..VolumeSpec::default() }
        };
        let (ownership, fingerprint) = (question.by_row(&address), volume::fingerprint(&spec));
        let resource = resource(question, &address, ownership, fingerprint, Spec::Volume(spec), false);
        storage.resources.insert(address, resource);
    }
    Ok(())
}

fn resource(
    question: &Question,
    address: &Address,
    ownership: Ownership,
    fingerprint: model::Fingerprint,
    spec: Spec,
    active: bool,
) -> ObservedResource {
    let unchanged = question.is_unchanged(address, &fingerprint);
    ObservedResource {
        ownership,
        seen: if unchanged { Seen::Unchanged } else { Seen::Parsed { config: spec, live: None } },
        power: if active { PowerState::Running } else { PowerState::Off },
        fingerprint,
        domain: None,
        foreign_users: BTreeSet::new(),
    }
}
