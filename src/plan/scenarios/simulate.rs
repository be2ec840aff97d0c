//! A world in which every step succeeds: what a plan leads to, by the letter of what its steps say.

use model::{Address, AppliedRow, Kind, ObservedResource, Ownership, PowerState, Seen, Spec, spec::DiskSource};

use super::build::{World, place};
use crate::{Action, Data, Mark, Plan, Step, Verb};

/// Carries out a plan.
pub(crate) fn simulate(plan: &Plan, world: &World) -> World {
    let mut world = world.clone();
    for step in &plan.steps {
        for earlier in &step.after {
            assert!(earlier < &step.id, "step {} waits for the later step {}", step.id.0, earlier.0);
        }
        carry_out(step, &mut world);
    }
    remember(plan, &mut world);
    world
}

fn carry_out(step: &Step, world: &mut World) {
    let address = &step.address;
    match &step.action {
        Action::Create { spec, mark } => create(address, spec, mark, world),
        Action::Configure { spec, fields, mark } => {
            let fields: Vec<_> = fields.iter().map(|field| field.segments()).collect();
            let seen = there(address, world);
            split(seen);
            if let Seen::Parsed { config, live } = &mut seen.seen {
                patch(config, spec, &fields);
                // What is not a domain takes its configuration at once, but for what a network does when it restarts.
                if address.kind != Kind::Domain {
                    *live = None;
                }
            }
            seen.ownership = owned(mark);
        }
        Action::ChangeLive { spec, fields } => {
            let fields: Vec<_> = fields.iter().map(|field| field.segments()).collect();
            let seen = there(address, world);
            if let Seen::Parsed { config, live } = &mut seen.seen {
                patch(live.as_mut().unwrap_or(config), spec, &fields);
            }
            grow(spec, &fields, world);
        }
        Action::Replace { spec, mark, start, .. } => {
            create(address, spec, mark, world);
            there(address, world).power = if *start { PowerState::Running } else { PowerState::Off };
        }
        Action::Rename { from } => {
            let seen = world.observed.resources.remove(&Address::new(address.kind, from)).expect("renamed from");
            world.observed.resources.insert(address.clone(), seen);
        }
        Action::Adopt { mark } => there(address, world).ownership = owned(mark),
        Action::Start => {
            let seen = there(address, world);
            assert!(!matches!(seen.power, PowerState::Running), "{address} is started twice");
            switch(seen, PowerState::Running);
        }
        Action::Stop { .. } => switch(there(address, world), PowerState::Off),
        Action::Pause => there(address, world).power = PowerState::Paused,
        Action::Resume => there(address, world).power = PowerState::Running,
        Action::RunHook { .. } | Action::AwaitHealth { .. } => {}
        Action::Delete { data } => {
            assert!(*data == Data::Keep || world.options.destroy == crate::Destroy::Allow, "{address} is destroyed");
            let seen = world.observed.resources.remove(address).expect("there");
            let runs = address.kind.is_unit() && seen.power == PowerState::Running;
            assert!(!runs, "{address} is removed while it runs");
        }
        Action::Forget => there(address, world).ownership = Ownership::Unmanaged,
    }
}

fn there<'w>(address: &Address, world: &'w mut World) -> &'w mut ObservedResource {
    world.observed.resources.get_mut(address).unwrap_or_else(|| panic!("{address} is not there"))
}

fn create(address: &Address, spec: &Spec, mark: &Mark, world: &mut World) {
    let mut config = spec.clone();
    match &mut config {
        Spec::ContainerImage(image) => image.id = Some(format!("sha256:{}", image.reference)),
        Spec::Container(container) => {
            let image = Address::new(Kind::ContainerImage, &container.image);
            if let Some(Seen::Parsed { config: Spec::ContainerImage(image), .. }) =
                world.observed.resources.get(&image).map(|seen| &seen.seen)
            {
                container.image_id.clone_from(&image.id);
            }
        }
        _ => {}
    }
    let active = matches!(address.kind, Kind::Network | Kind::DockerNetwork | Kind::Pool);
    let power = if active { PowerState::Running } else { PowerState::Off };
    let power = world.observed.resources.get(address).map_or(power, |seen| seen.power);
    let seen = ObservedResource { ownership: owned(mark), ..super::build::ours(config, power) };
    world.observed.resources.insert(address.clone(), seen);
}

fn owned(mark: &Mark) -> Ownership {
    Ownership::Ours { spec: Some(mark.spec.clone()), protect: mark.protect, deletion: mark.deletion }
}

/// Gives a running domain a running state of its own before its configuration changes.
fn split(seen: &mut ObservedResource) {
    let runs = seen.power != PowerState::Off && seen.power != PowerState::Crashed;
    if let Seen::Parsed { config: config @ Spec::Domain(_), live } = &mut seen.seen
        && runs
    {
        live.get_or_insert_with(|| config.clone());
    }
}

fn switch(seen: &mut ObservedResource, power: PowerState) {
    seen.power = power;
    if let Seen::Parsed { live, .. } = &mut seen.seen {
        *live = None;
    }
}

/// Takes over the fields, and nothing else.
fn patch(into: &mut Spec, from: &Spec, fields: &[Vec<String>]) {
    let from = serde_json::to_value(from).expect("serialises");
    let mut text = serde_json::to_value(&*into).expect("serialises");
    for field in fields {
        let mut value = &from["spec"];
        for segment in field {
            value = &value[segment.as_str()];
        }
        place(&mut text["spec"], field, value);
    }
    *into = serde_json::from_value(text).expect("patched specifications parse");
}

/// A disk that grows under a running domain grows its volume.
fn grow(spec: &Spec, fields: &[Vec<String>], world: &mut World) {
    let Spec::Domain(spec) = spec else { return };
    for disk in fields.iter().filter(|field| field.last().is_some_and(|last| last == "capacity")) {
        let disk = &spec.disks[&disk[1]];
        let Some(DiskSource::Volume(name)) = &disk.source else { continue };
        let volume = world.observed.resources.get_mut(&Address::new(Kind::Volume, name));
        if let Some(Seen::Parsed { config: Spec::Volume(volume), .. }) = volume.map(|seen| &mut seen.seen) {
            volume.capacity = disk.capacity;
        }
    }
}

/// What is written down after the run.
fn remember(plan: &Plan, world: &mut World) {
    let stepped = plan.steps.iter().map(|step| (&step.address, &step.action));
    let mut shaped: Vec<Address> = plan.settled.iter().cloned().collect();
    for (address, action) in stepped {
        match action {
            Action::Delete { .. } => {
                world.applied.rows.remove(address);
            }
            Action::Forget => world.applied.release(address),
            Action::Rename { from } => {
                world.applied.rows.remove(&Address::new(address.kind, from));
                shaped.push(address.clone());
            }
            Action::Create { .. }
            | Action::Configure { .. }
            | Action::ChangeLive { .. }
            | Action::Replace { .. }
            | Action::Adopt { .. } => shaped.push(address.clone()),
            _ => {}
        }
    }
    for address in shaped {
        let orphan = plan.change_of(&address).is_some_and(|change| change.verb == Verb::Orphan);
        match world.desired.resources.get(&address).cloned() {
            Some(resource) => {
                let row = world.remembers(&address, resource.spec);
                (row.policy, row.hooks) = (resource.policy, resource.hooks);
            }
            None if orphan => tombstone(&address, world),
            None => {
                world.applied.rows.remove(&address);
            }
        }
    }
}

fn tombstone(address: &Address, world: &mut World) {
    let at = world.observed.at;
    if !world.applied.rows.contains_key(address) {
        let Seen::Parsed { config, .. } = there(address, world).seen.clone() else { panic!("parsed") };
        world.remembers(address, config).policy.prune_grace = model::Span::seconds(86_400);
    }
    let row: &mut AppliedRow = world.applied.rows.get_mut(address).expect("there by now");
    row.orphaned_since.get_or_insert(at);
}
