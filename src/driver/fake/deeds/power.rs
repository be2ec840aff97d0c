//! Starting, stopping, and what goes with it.

use model::{Address, HealthCheck, HealthProbe, Kind, PowerState, Spec, spec::InterfaceSource};
use plan::{Action, HookPhase, Step};

use super::absent;
use crate::{fake::World, fault::Fault};

/// Starts what is off, resumes what is paused.
pub(super) fn start(world: &mut World, step: &Step) -> Result<(), Fault> {
    let object = world.objects.get(&step.address).ok_or_else(|| absent(&step.address))?;
    match object.power {
        PowerState::Running | PowerState::Restarting => return Ok(()),
        PowerState::Paused => {
            if let Some(object) = world.objects.get_mut(&step.address) {
                object.power = PowerState::Running;
            }
            world.note("resume", &step.address);
            return Ok(());
        }
        PowerState::Off | PowerState::Crashed | PowerState::Finished | PowerState::Stopping => {}
    }
    may_start(world, &step.address, &object.config.clone())?;
    world.switch_on(&step.address);
    world.note("start", &step.address);
    Ok(())
}

/// Resumes what is paused.
pub(super) fn resume(world: &mut World, step: &Step) -> Result<(), Fault> {
    let object = world.objects.get(&step.address).ok_or_else(|| absent(&step.address))?;
    if object.is_active() { start(world, step) } else { Err(Fault::refused("domain is not running")) }
}

/// Stops what runs.
pub(super) fn stop(world: &mut World, step: &Step) -> Result<(), Fault> {
    let Some(object) = world.objects.get_mut(&step.address) else { return Ok(()) };
    if object.is_active() {
        object.power = PowerState::Off;
        object.live = None;
        world.note("stop", &step.address);
    }
    Ok(())
}

/// Suspends what runs.
pub(super) fn pause(world: &mut World, step: &Step) -> Result<(), Fault> {
    let object = world.objects.get_mut(&step.address).ok_or_else(|| absent(&step.address))?;
    if !object.is_active() {
        return Err(Fault::refused("domain is not running"));
    }
    object.power = PowerState::Paused;
    world.note("pause", &step.address);
    Ok(())
}

/// Runs a hook or a health check; the script `false` fails.
pub(super) fn script(world: &mut World, step: &Step) -> Result<(), Fault> {
    match &step.action {
        Action::RunHook { phase, script } => {
            let phase = match phase {
                HookPhase::PreStart => "pre-start of",
                HookPhase::PostStart => "post-start of",
                HookPhase::PreStop => "pre-stop of",
                HookPhase::PostStop => "post-stop of",
            };
            if script.trim() == "false" {
                return Err(Fault::refused("the script exited with 1"));
            }
            world.note(phase, &step.address);
        }
        Action::AwaitHealth { check } => {
            check_health(Some(check))?;
            world.note("health of", &step.address);
        }
        _ => return Err(Fault::Unsupported),
    }
    Ok(())
}

pub(super) fn check_health(check: Option<&HealthCheck>) -> Result<(), Fault> {
    match check.map(|check| &check.probe) {
        Some(HealthProbe::Script { script }) if script.trim() == "false" => {
            Err(Fault::refused("it did not become healthy: the script exited with 1"))
        }
        _ => Ok(()),
    }
}

/// Refuses to start what lacks a network or would take another's port.
fn may_start(world: &World, address: &Address, spec: &Spec) -> Result<(), Fault> {
    let there = |kind, name: &str| {
        let object = world.objects.get(&Address::new(kind, name));
        object.is_some_and(|object| kind != Kind::Network || object.is_active())
    };
    match spec {
        Spec::Domain(domain) => domain.interfaces.values().try_for_each(|interface| match &interface.source {
            Some(InterfaceSource::Network(name)) if !there(Kind::Network, name) => {
                Err(Fault::refused(format!("Network not found: no network with matching name '{name}'")))
            }
            _ => Ok(()),
        }),
        Spec::Container(container) => {
            if let Some(missing) = container.networks.keys().find(|name| !there(Kind::DockerNetwork, name)) {
                return Err(Fault::refused(format!("network {missing} not found")));
            }
            match port_taken(world, address, container) {
                Some(port) => Err(Fault::refused(format!("Bind for {port} failed: port is already allocated"))),
                None => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

fn port_taken(world: &World, address: &Address, wanted: &model::spec::ContainerSpec) -> Option<u16> {
    let ports = |spec: &model::spec::ContainerSpec| -> Vec<u16> {
        spec.ports.values().flatten().filter_map(|binding| binding.port).collect()
    };
    let taken: Vec<u16> = world
        .objects
        .iter()
        .filter(|(other, object)| *other != address && object.is_active())
        .filter_map(|(_, object)| if let Spec::Container(spec) = &object.config { Some(ports(spec)) } else { None })
        .flatten()
        .collect();
    ports(wanted).into_iter().find(|port| taken.contains(port))
}
