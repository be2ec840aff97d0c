//! What steps do to a fake host. A step is one part, or several with a moment in between at which a process may
//! die and leave the object half-made.

mod change;
mod make;
mod power;
mod remove;

use model::{Address, Kind, OwnerId, Previous};
use plan::{Action, Step, StepId};

use super::World;
use crate::fault::Fault;

/// A part of a step.
pub(super) type Part = fn(&mut World, &Step) -> Result<(), Fault>;

/// What the name of a container ends with while it is to take another's place.
pub(super) const HALF_MADE: &str = ".hvnew";

/// The parts of a step.
pub(super) fn parts(step: &Step) -> Result<Vec<Part>, Fault> {
    let kind = step.address.kind;
    let parts: Vec<Part> = match (&step.action, kind) {
        (Action::Create { .. }, _) => vec![make::create],
        (Action::Configure { .. }, Kind::Network | Kind::Pool | Kind::Volume | Kind::Domain | Kind::Container) => {
            vec![change::configure]
        }
        (Action::ChangeLive { .. }, Kind::Domain) => vec![change::change_live],
        (Action::Replace { .. }, Kind::Container) => vec![make::beside, make::swap],
        (
            Action::Replace { .. },
            Kind::Network | Kind::DockerNetwork | Kind::Image | Kind::Seed | Kind::File | Kind::ContainerImage,
        ) => vec![make::anew],
        (Action::Rename { .. }, Kind::Domain | Kind::Container) => vec![change::rename],
        (Action::Adopt { .. }, Kind::Container | Kind::DockerNetwork | Kind::DockerVolume) => {
            return Err(Fault::Unsupported);
        }
        (Action::Adopt { .. }, _) => vec![change::adopt],
        (Action::Start, Kind::Network | Kind::Pool | Kind::Domain | Kind::Container) => vec![power::start],
        (Action::Resume, Kind::Domain | Kind::Container) => vec![power::resume],
        (Action::Stop { .. }, Kind::Domain | Kind::Container) => vec![power::stop],
        (Action::Pause, Kind::Domain | Kind::Container) => vec![power::pause],
        (Action::RunHook { .. } | Action::AwaitHealth { .. }, Kind::Domain | Kind::Container) => vec![power::script],
        (Action::Delete { .. }, _) => vec![remove::delete],
        (Action::Forget, _) => vec![remove::forget],
        _ => return Err(Fault::Unsupported),
    };
    Ok(parts)
}

/// What a domain is defined as before a step changes its configuration.
pub(super) fn previous(world: &World, step: &Step) -> Option<Previous> {
    let changed = matches!(step.action, Action::Configure { .. }) && step.address.kind == Kind::Domain;
    let object = world.objects.get(&step.address).filter(|_| changed)?;
    Some(Previous(serde_json::to_string(&(&object.config, &object.mark)).expect("it has string keys only")))
}

/// Gives a domain back what it was defined as, and starts it.
pub(super) fn restore(world: &mut World, address: &Address, previous: &Previous) -> Result<(), Fault> {
    let object = world.objects.get_mut(address).ok_or_else(|| absent(address))?;
    (object.config, object.mark) = serde_json::from_str(&previous.0).map_err(Fault::refused)?;
    world.note("restore", address);
    let start = Step { id: StepId(0), address: address.clone(), action: Action::Start, after: Default::default() };
    power::start(world, &start)
}

/// Removes what a killed replacement left beside the container it was for; returns the containers.
pub(super) fn sweep(world: &mut World, owner: OwnerId) -> Vec<String> {
    let left: Vec<Address> = world
        .objects
        .iter()
        .filter(|(address, object)| {
            address.name.ends_with(HALF_MADE) && object.mark.as_ref().is_some_and(|mark| mark.owner == owner)
        })
        .map(|(address, _)| address.clone())
        .collect();
    for address in &left {
        world.objects.remove(address);
        world.note("sweep", address);
    }
    left.iter().map(ToString::to_string).collect()
}

/// The address under which a container's successor is made.
fn successor(address: &Address) -> Address {
    Address::new(address.kind, format!("{}{HALF_MADE}", address.name))
}

fn absent(address: &Address) -> Fault {
    Fault::refused(format!("no {} with matching name '{}'", address.kind, address.name))
}
