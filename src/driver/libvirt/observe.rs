//! Reads what is there. The fast path: the documents of all domains, spread over the connections, are hashed
//! where they arrive, and parsed only where a hash is not the one of the last apply.

mod ahead;
mod domains;
mod networks;
mod storage;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{
    Address, AppliedRow, Backend, DeletionPolicy, Fingerprint, Kind, ObservedResource, OwnerId, Ownership, Seen, Spec,
};

pub(super) use ahead::Ahead;

use super::{LibvirtError, connections::Connections};
use crate::{Observation, ObserveRequest};

/// What is asked for, in a form that the connections' threads can hold. Of domains, the many, they need to know
/// nothing: these are looked at where the request is.
pub(super) struct Question {
    owner: OwnerId,
    rows: BTreeMap<Address, AppliedRow>,
    wanted: BTreeMap<Address, String>,
    only: Option<BTreeSet<Address>>,
    /// Whether nothing at all is wanted, of whatever kind.
    wants_nothing: bool,
    /// Whether nothing at all is remembered.
    remembers_nothing: bool,
}

/// Reads everything that is asked for.
pub(super) async fn observe(
    connections: &Connections,
    ahead: &Ahead,
    request: &ObserveRequest<'_>,
) -> Result<Observation, LibvirtError> {
    let question = Arc::new(Question::new(request));
    let (domains, storage, networks) = tokio::try_join!(
        read_domains(connections, ahead, &question),
        storage::read(connections, &question),
        networks::read(connections, &question),
    )?;
    let paths = storage.paths();
    let mut resources = BTreeMap::new();
    resources.extend(storage.resources);
    resources.extend(networks);
    let mut read = domains::parse(domains, request, &paths)?;
    domains::add_capacities(connections, &mut read, &resources, request).await?;
    resources.extend(read);
    add_foreign_users(&mut resources);
    Ok(Observation { resources })
}

/// What was read ahead serves one observation of everything.
async fn read_domains(
    connections: &Connections,
    ahead: &Ahead,
    question: &Question,
) -> Result<Vec<domains::Raw>, LibvirtError> {
    match (question.names(Kind::Domain), ahead.take().await) {
        (None, Some(read)) => Ok(read),
        (names, _) => domains::read(connections, names).await,
    }
}

impl Question {
    fn new(request: &ObserveRequest<'_>) -> Self {
        let needed = |address: &Address| address.kind.backend() == Backend::Libvirt && address.kind != Kind::Domain;
        let rows = request.applied.rows.iter().filter(|(address, _)| needed(address));
        let wanted = request.wanted.iter().filter(|(address, _)| needed(address));
        Self {
            owner: request.owner,
            rows: rows.map(|(address, row)| (address.clone(), row.clone())).collect(),
            wanted: wanted.map(|(address, hash)| (address.clone(), hash.clone())).collect(),
            only: request.only.cloned(),
            wants_nothing: request.wanted.is_empty(),
            remembers_nothing: request.applied.rows.is_empty(),
        }
    }

    fn asks_for(&self, address: &Address) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(address))
    }

    /// The names of the kind that are asked for; `None` where everything is.
    fn names(&self, kind: Kind) -> Option<BTreeSet<String>> {
        let only = self.only.as_ref()?;
        Some(only.iter().filter(|address| address.kind == kind).map(|address| address.name.clone()).collect())
    }

    /// Whether anything of the kind is asked for.
    fn asks_for_kind(&self, kind: Kind) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|address| address.kind == kind))
    }

    /// Whether nothing about the object needs to be parsed.
    fn is_unchanged(&self, address: &Address, shown: &Fingerprint) -> bool {
        is_unchanged(self.rows.get(address), self.wanted.get(address), shown)
    }

    /// Whose an object without a mark of its own is: ours by what we remember of it.
    fn by_row(&self, address: &Address) -> Ownership {
        by_row(self.rows.get(address))
    }
}

/// Whether an object is what was applied, and that is what is wanted.
fn is_unchanged(row: Option<&AppliedRow>, wanted: Option<&String>, shown: &Fingerprint) -> bool {
    let Some(row) = row else { return false };
    // What does not run shows its configuration only.
    wanted == Some(&row.spec_hash)
        && row.fingerprint.config == shown.config
        && (shown.live.is_empty() || row.fingerprint.live == shown.live)
}

/// Whose an object is by what we remember of it.
fn by_row(row: Option<&AppliedRow>) -> Ownership {
    row.map_or(Ownership::Unmanaged, |row| Ownership::Ours {
        spec: Some(row.spec_hash.clone()),
        protect: row.policy.protect,
        deletion: row.policy.deletion,
    })
}

/// Notes which networks, pools and volumes are used by domains that are not ours.
fn add_foreign_users(resources: &mut BTreeMap<Address, ObservedResource>) {
    let mut uses: Vec<(Address, String)> = Vec::new();
    for (address, resource) in resources.iter().filter(|(address, _)| address.kind == Kind::Domain) {
        if matches!(resource.ownership, Ownership::Ours { .. }) {
            continue;
        }
        let Seen::Parsed { config: Spec::Domain(spec), .. } = &resource.seen else { continue };
        for interface in spec.interfaces.values() {
            if let Some(model::spec::InterfaceSource::Network(name)) = &interface.source {
                uses.push((Address::new(Kind::Network, name), address.name.clone()));
            }
        }
        for disk in spec.disks.values() {
            if let Some(model::spec::DiskSource::Volume(name)) = &disk.source {
                let pool = name.split_once('/').map_or(name.as_str(), |(pool, _)| pool);
                uses.push((Address::new(Kind::Volume, name), address.name.clone()));
                uses.push((Address::new(Kind::Pool, pool), address.name.clone()));
            }
        }
    }
    for (used, user) in uses {
        if let Some(resource) = resources.get_mut(&used) {
            resource.foreign_users.insert(user);
        }
    }
}

/// What an object whose uuid is the one that we would derive is, where no row remembers it.
const fn derived() -> Ownership {
    Ownership::Ours { spec: None, protect: false, deletion: DeletionPolicy::Retain }
}
