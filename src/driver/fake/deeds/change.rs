//! Changing objects.

use model::{Address, Spec, spec::DiskSource};
use plan::{Action, Step};

use super::absent;
use crate::{
    fake::{World, defaults, patch, read::bears_mark},
    fault::Fault,
};

/// Changes the configuration that the next start uses.
pub(super) fn configure(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Configure { spec, fields, mark } = &step.action else { return Err(Fault::Unsupported) };
    let there = world.objects.get(&step.address).ok_or_else(|| absent(&step.address))?;
    let patched = patch::with_fields(&there.config, spec, fields);
    if let (Spec::Volume(old), Spec::Volume(new)) = (&there.config, &patched)
        && new.capacity < old.capacity
    {
        return Err(Fault::refused("Can't shrink capacity below current capacity unless shrink flag is specified"));
    }
    let config = defaults::filled_in(world, &step.address, patched);
    if let Some(object) = world.objects.get_mut(&step.address) {
        object.config = config;
        if bears_mark(step.address.kind) && step.address.kind != model::Kind::Container {
            object.mark = Some(mark.clone());
        }
    }
    world.note("configure", &step.address);
    Ok(())
}

/// Changes a running domain.
pub(super) fn change_live(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::ChangeLive { spec, fields } = &step.action else { return Err(Fault::Unsupported) };
    let there = world.objects.get(&step.address).ok_or_else(|| absent(&step.address))?;
    let Some(live) = &there.live else { return Err(Fault::refused("domain is not running")) };
    let changed = patch::with_fields(live, spec, fields);
    let changed = defaults::filled_in(world, &step.address, changed);
    grow_volumes(world, spec, fields);
    if let Some(object) = world.objects.get_mut(&step.address) {
        object.live = Some(changed);
    }
    world.note("change live", &step.address);
    Ok(())
}

/// Gives a domain that is off, or a container, another name.
pub(super) fn rename(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Rename { from } = &step.action else { return Err(Fault::Unsupported) };
    let old = Address::new(step.address.kind, from);
    match (world.objects.get(&old), world.objects.contains_key(&step.address)) {
        (None, true) => return Ok(()),
        (None, false) => return Err(absent(&old)),
        (Some(_), true) => return Err(Fault::refused(format!("'{}' already exists", step.address.name))),
        (Some(object), false) if object.live.is_some() => return Err(Fault::refused("cannot rename active domain")),
        (Some(_), false) => {}
    }
    if let Some(object) = world.objects.remove(&old) {
        world.objects.insert(step.address.clone(), object);
    }
    world.note("rename", &step.address);
    Ok(())
}

/// Marks what nobody has marked.
pub(super) fn adopt(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Action::Adopt { mark } = &step.action else { return Err(Fault::Unsupported) };
    let object = world.objects.get_mut(&step.address).ok_or_else(|| absent(&step.address))?;
    if bears_mark(step.address.kind) {
        object.mark = Some(mark.clone());
    }
    world.note("adopt", &step.address);
    Ok(())
}

/// A disk that grows while the domain runs is its volume that grows.
fn grow_volumes(world: &mut World, spec: &Spec, fields: &[model::FieldPath]) {
    let Spec::Domain(domain) = spec else { return };
    for (name, disk) in &domain.disks {
        let path = model::FieldPath::from_segments(["disks", name, "capacity"]);
        let (Some(DiskSource::Volume(volume)), Some(capacity), true) =
            (&disk.source, disk.capacity, fields.contains(&path))
        else {
            continue;
        };
        let address = Address::new(model::Kind::Volume, volume.as_str());
        if let Some(Spec::Volume(volume)) = world.objects.get_mut(&address).map(|object| &mut object.config) {
            volume.capacity = volume.capacity.max(Some(capacity));
        }
    }
}
