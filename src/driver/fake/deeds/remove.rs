//! Removing objects, and letting go of them.

use model::{
    Address, Kind, Spec,
    spec::{DiskSource, MountKind},
};
use plan::{Action, Data, Step};

use super::successor;
use crate::{fake::World, fault::Fault};

/// Removes an object, unless something uses it.
pub(super) fn delete(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Delete { data } = &step.action else { return Err(Fault::Unsupported) };
    let address = &step.address;
    let Some(object) = world.objects.get(address) else { return Ok(()) };
    if address.kind.is_unit() && object.is_active() {
        return Err(Fault::refused(format!("cannot remove '{}' while it runs", address.name)));
    }
    if address.kind == Kind::Volume && *data == Data::Keep {
        return Err(Fault::Unsupported);
    }
    if let Some(user) = user_of(world, address, *data) {
        return Err(Fault::refused(format!("'{}' is in use by {user}", address.name)));
    }
    world.objects.remove(address);
    world.objects.remove(&successor(address));
    world.note(if *data == Data::Destroy { "destroy" } else { "delete" }, address);
    Ok(())
}

/// Takes our mark off.
pub(super) fn forget(world: &mut World, step: &Step) -> Result<(), Fault> {
    if let Some(object) = world.objects.get_mut(&step.address) {
        // The engine cannot take labels off what it made.
        if !matches!(step.address.kind, Kind::DockerNetwork | Kind::DockerVolume) {
            object.mark = None;
        }
        world.note("forget", &step.address);
    }
    Ok(())
}

/// Something that keeps the object from being removed.
fn user_of(world: &World, address: &Address, data: Data) -> Option<Address> {
    let mut others = world.objects.iter().filter(|(other, _)| *other != address);
    let user = others.find(|(other, object)| match (&object.config, address.kind) {
        (Spec::Domain(domain), Kind::Volume) => {
            let volume = DiskSource::Volume(address.name.clone());
            object.is_active() && domain.disks.values().any(|disk| disk.source.as_ref() == Some(&volume))
        }
        (Spec::Volume(volume), Kind::Pool) => data == Data::Destroy && volume.pool == address.name,
        (Spec::Container(container), Kind::DockerNetwork) => {
            object.is_active() && container.networks.contains_key(&address.name)
        }
        (Spec::Container(container), Kind::DockerVolume) => {
            let mounts = container.mounts.values();
            mounts.filter(|mount| mount.kind == MountKind::Volume).any(|mount| mount.source == address.name)
        }
        (Spec::Container(container), Kind::ContainerImage) => {
            other.kind == Kind::Container && container.image == address.name
        }
        _ => false,
    });
    user.map(|(address, _)| address.clone())
}
