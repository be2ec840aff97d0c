//! What a fake host shows.

use std::collections::BTreeMap;

use model::{
    Address, AppliedRow, Backend, DomainFacts, Kind, ObservedResource, OwnerId, Ownership, Seen, Spec, uuid_for,
};

use super::{Object, World, deeds::HALF_MADE, defaults};
use crate::{Finding, ObserveRequest, Severity};

/// What one backend of the host shows.
pub(super) fn read(
    world: &World,
    backend: Backend,
    request: &ObserveRequest<'_>,
) -> BTreeMap<Address, ObservedResource> {
    let shown = world.objects.iter().filter(|(address, _)| {
        address.kind.backend() == backend
            && request.only.is_none_or(|only| only.contains(*address))
            && !address.name.ends_with(HALF_MADE)
            && pool_is_there(world, address)
    });
    shown.map(|(address, object)| (address.clone(), observed(world, address, object, request))).collect()
}

/// What the backend would say to a specification: one of no memory at all is refused.
pub(super) fn finding(address: &Address, spec: &Spec) -> Option<Finding> {
    match spec {
        Spec::Domain(domain) if domain.memory.maximum.is_some_and(|memory| memory.get() == 0) => Some(Finding {
            address: address.clone(),
            severity: Severity::Error,
            text: "XML error: Memory size must be specified via <memory>".to_owned(),
        }),
        _ => None,
    }
}

fn observed(world: &World, address: &Address, object: &Object, request: &ObserveRequest<'_>) -> ObservedResource {
    let row = request.applied.rows.get(address);
    let fingerprint = fingerprint(world, object);
    let unchanged =
        row.is_some_and(|row| request.wanted.get(address) == Some(&row.spec_hash) && row.fingerprint == fingerprint);
    let seen = if unchanged {
        Seen::Unchanged
    } else {
        let live = object.live.clone().map(|live| defaults::sized(world, live));
        Seen::Parsed { config: defaults::sized(world, object.config.clone()), live }
    };
    ObservedResource {
        ownership: ownership(address, object, row, request.owner),
        seen,
        power: object.power,
        fingerprint,
        domain: object.domain.as_ref().map(|facts| DomainFacts { free_slots: free_slots(object), ..facts.clone() }),
        foreign_users: object.foreign_users.clone(),
    }
}

/// A domain shows the sizes of its disks too.
fn fingerprint(world: &World, object: &Object) -> model::Fingerprint {
    let config = defaults::sized(world, object.config.clone());
    let live = object.live.clone().map(|live| defaults::sized(world, live));
    Object { config, live, ..object.clone() }.fingerprint()
}

fn ownership(address: &Address, object: &Object, row: Option<&AppliedRow>, owner: OwnerId) -> Ownership {
    let by_row = |row: &AppliedRow| Ownership::Ours {
        spec: Some(row.spec_hash.clone()),
        protect: row.policy.protect,
        deletion: row.policy.deletion,
    };
    match (&object.mark, row) {
        (Some(mark), _) if mark.owner != owner => Ownership::OtherOwner(mark.owner),
        (Some(mark), _) => {
            Ownership::Ours { spec: Some(mark.spec.clone()), protect: mark.protect, deletion: mark.deletion }
        }
        (None, Some(row)) if !bears_mark(address.kind) => by_row(row),
        (None, None) if is_our_pool(address, object, owner) => {
            Ownership::Ours { spec: None, protect: false, deletion: model::DeletionPolicy::Retain }
        }
        (None, _) => Ownership::Unmanaged,
    }
}

/// Pools have no place for a mark but their identity.
fn is_our_pool(address: &Address, object: &Object, owner: OwnerId) -> bool {
    matches!(&object.config, Spec::Pool(pool) if pool.uuid == Some(uuid_for(owner, address)))
}

pub(super) const fn bears_mark(kind: Kind) -> bool {
    matches!(kind, Kind::Network | Kind::DockerNetwork | Kind::DockerVolume | Kind::Domain | Kind::Container)
}

/// The volumes of a pool that is not defined are not to be seen.
fn pool_is_there(world: &World, address: &Address) -> bool {
    let pool = (address.kind == Kind::Volume).then(|| address.name.split_once('/')).flatten();
    pool.is_none_or(|(pool, _)| world.objects.contains_key(&Address::new(Kind::Pool, pool)))
}

fn free_slots(object: &Object) -> u32 {
    let devices = |spec: &Spec| match spec {
        Spec::Domain(domain) => domain.disks.len() + domain.interfaces.len(),
        _ => 0,
    };
    let declared = match &object.config {
        Spec::Domain(domain) => domain.hotplug_slots.unwrap_or(4),
        _ => 0,
    };
    let plugged = object.live.as_ref().map_or(0, devices).saturating_sub(devices(&object.config));
    declared.saturating_sub(u32::try_from(plugged).unwrap_or(u32::MAX))
}
