//! Making objects.

use model::{Address, Kind, Spec, spec::DiskSource};
use plan::{Action, Mark, Step};

use super::{absent, power, successor};
use crate::{
    fake::{Object, World, defaults, read::bears_mark},
    fault::Fault,
};

/// Makes an object; one of ours that is there is brought to the specification.
pub(super) fn create(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Create { spec, mark } = &step.action else { return Err(Fault::Unsupported) };
    let address = &step.address;
    if let Some(twin) = world.identity_taken(address, spec) {
        return Err(Fault::refused(format!("{} '{}' is already defined with that uuid", twin.kind, twin.name)));
    }
    what_it_needs(world, spec)?;
    match world.objects.get(address) {
        None => {
            let object = world.new_object(address, spec.clone(), on_object(address, mark));
            world.objects.insert(address.clone(), object);
            world.note("create", address);
        }
        Some(there) => bring_to(world, address, &there.clone(), spec, mark)?,
    }
    world.objects.remove(&successor(address));
    Ok(())
}

/// Makes a container's successor beside it.
pub(super) fn beside(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Replace { spec, mark, .. } = &step.action else { return Err(Fault::Unsupported) };
    what_it_needs(world, spec)?;
    let successor = successor(&step.address);
    let object = world.new_object(&step.address, spec.clone(), Some(mark.clone()));
    world.objects.insert(successor, object);
    Ok(())
}

/// Puts the successor in the container's place.
pub(super) fn swap(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Replace { start, health, .. } = &step.action else { return Err(Fault::Unsupported) };
    let next = successor(&step.address);
    let Some(new) = world.objects.remove(&next) else { return Err(absent(&next)) };
    let old = world.objects.insert(step.address.clone(), new);
    if *start {
        let started = power::start(world, step).and_then(|()| power::check_health(health.as_ref()));
        if let Err(fault) = started {
            // The good one is not taken down for one that does not come up.
            world.objects.remove(&step.address);
            world.objects.extend(old.map(|old| (step.address.clone(), old)));
            return Err(fault);
        }
    }
    world.note("replace", &step.address);
    Ok(())
}

/// Puts a new object in the place of the old one, or makes it.
pub(super) fn anew(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Replace { spec, mark, .. } = &step.action else { return Err(Fault::Unsupported) };
    let object = world.new_object(&step.address, spec.clone(), on_object(&step.address, mark));
    world.objects.insert(step.address.clone(), object);
    world.note("replace", &step.address);
    Ok(())
}

/// A mark on what has a place for one.
fn on_object(address: &Address, mark: &Mark) -> Option<Mark> {
    bears_mark(address.kind).then(|| mark.clone())
}

fn bring_to(world: &mut World, address: &Address, there: &Object, spec: &Spec, mark: &Mark) -> Result<(), Fault> {
    let foreign = bears_mark(address.kind) && there.mark.as_ref().is_none_or(|theirs| theirs.owner != mark.owner);
    if foreign {
        return Err(Fault::refused(format!("{} '{}' already exists", address.kind, address.name)));
    }
    let config = defaults::filled_in(world, address, spec.clone());
    let mut object = there.clone();
    // What a volume or an image holds is not made again for being asked for twice.
    if !matches!(address.kind, Kind::Volume | Kind::DockerVolume | Kind::ContainerImage) {
        object.config = config;
    }
    object.mark = on_object(address, mark);
    if let Some(facts) = &mut object.domain {
        facts.transient = false;
    }
    if crate::fake::world::is_always_on(address.kind) {
        object.power = model::PowerState::Running;
    }
    world.objects.insert(address.clone(), object);
    world.note("create again", address);
    Ok(())
}

/// Refuses what lacks something.
fn what_it_needs(world: &World, spec: &Spec) -> Result<(), Fault> {
    let there = |kind, name: &str| world.objects.contains_key(&Address::new(kind, name));
    match spec {
        Spec::Volume(volume) if !there(Kind::Pool, &volume.pool) => {
            Err(Fault::refused(format!("Storage pool not found: no storage pool with matching name '{}'", volume.pool)))
        }
        Spec::Container(container) if !there(Kind::ContainerImage, &container.image) => {
            Err(Fault::refused(format!("No such image: {}", container.image)))
        }
        Spec::Domain(domain) => domain.disks.values().try_for_each(|disk| match &disk.source {
            Some(DiskSource::Volume(name)) if !there(Kind::Volume, name) => {
                Err(Fault::refused(format!("Storage volume not found: no storage vol with matching path '{name}'")))
            }
            _ => Ok(()),
        }),
        _ => Ok(()),
    }
}
