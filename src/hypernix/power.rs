//! Starting, stopping, pausing: the steps of a deed on a unit, with its scripts and its health check around it in
//! the same order as in a plan.

use model::{Address, AppliedRow, HealthCheck, Hooks, ObservedResource, PowerState, Shutdown, Span};
use plan::{Action, HookPhase, Step, StepId};
use reconcile::ApplyOptions;

use crate::{
    failure::{Exit, Failure, Trouble},
    inventory::power_word,
    run,
    session::Session,
    target,
    world::World,
};

/// What is done to a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// It is started, or resumed where it is paused.
    Start,
    /// It is stopped.
    Stop(Patience),
    /// It is stopped and started.
    Restart(Patience),
    /// It is suspended in memory.
    Pause,
    /// It is resumed.
    Resume,
}

/// How a unit is stopped, where that is to differ from its declaration.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Patience {
    /// How long it may take to stop by itself.
    pub timeout: Option<Span>,
    /// Whether its power is cut after that.
    pub force: Option<bool>,
}

/// A unit with what a deed on it needs to know.
#[derive(Clone, Copy, Debug)]
struct Unit<'a> {
    address: &'a Address,
    power: PowerState,
    hooks: &'a Hooks,
    shutdown: Shutdown,
    health: Option<&'a HealthCheck>,
}

/// What a deed comes to.
#[derive(Clone, Debug, PartialEq)]
enum Course {
    /// These actions, one after the other.
    Act(Vec<Action>),
    /// The unit is that way already.
    Already(&'static str),
    /// The unit is in no state for it.
    Impossible { deed: &'static str, help: String },
}

/// Does `deed` to the units called `names`, side by side. A unit that is that way already is left alone.
///
/// # Errors
/// When a unit is unknown, not ours or in no state for the deed; then nothing is done to any.
pub async fn switch(session: &Session, names: &[String], deed: Deed) -> Result<Exit, Failure> {
    let world = World::open(session)?;
    let sighted = world.look().await?;
    let wanted = world.current_wishes()?;
    let (mut steps, mut already) = (Vec::new(), Vec::new());
    for name in names {
        let (address, resource) = target::managed_unit(name, &sighted.observed)?;
        let health = wanted.as_ref().and_then(|wanted| wanted.resources.get(address)?.health.as_ref());
        let unit = Unit::of(address, resource, sighted.applied.rows.get(address), health);
        match unit.course(deed) {
            Course::Act(actions) => chain(address, actions, &mut steps),
            Course::Already(how) => already.push((address.clone(), how)),
            Course::Impossible { deed, help } => {
                let state = power_word(resource.power).to_owned();
                return Err(Trouble::WrongState { address: address.clone(), state, deed, help }.into());
            }
        }
    }
    for (address, how) in &already {
        session.output.remark(&format!("{address} is already {how}"));
    }
    run::perform(session, &world, steps, ApplyOptions::default()).await
}

/// What brings a unit down that was applied as `row` says.
pub fn stopping(address: &Address, resource: &ObservedResource, row: Option<&AppliedRow>) -> Vec<Action> {
    Unit::of(address, resource, row, None).stop(Patience::default())
}

impl<'a> Unit<'a> {
    fn of(
        address: &'a Address,
        resource: &ObservedResource,
        row: Option<&'a AppliedRow>,
        health: Option<&'a HealthCheck>,
    ) -> Self {
        static NO_HOOKS: Hooks = Hooks {
            pre_start: String::new(),
            post_start: String::new(),
            pre_stop: String::new(),
            post_stop: String::new(),
        };
        Self {
            address,
            power: resource.power,
            hooks: row.map_or(&NO_HOOKS, |row| &row.hooks),
            shutdown: row.map_or_else(Shutdown::default, |row| row.policy.shutdown),
            health,
        }
    }

    fn course(&self, deed: Deed) -> Course {
        use PowerState::{Crashed, Finished, Off, Paused, Restarting, Running, Stopping};
        let up = matches!(self.power, Running | Restarting);
        match (deed, self.power) {
            (Deed::Start, _) if up => Course::Already("running"),
            (Deed::Start | Deed::Resume, Paused) => Course::Act(vec![Action::Resume]),
            (Deed::Start, Stopping) => self.impossible("be started", "wait until it is off, or stop it with --force"),
            (Deed::Start, _) => Course::Act(self.start()),
            (Deed::Stop(_), Off | Crashed | Finished) => Course::Already("off"),
            (Deed::Stop(patience), _) => Course::Act(self.stop(patience)),
            (Deed::Restart(_), Off | Crashed | Finished) => Course::Act(self.start()),
            (Deed::Restart(patience), _) => Course::Act([self.stop(patience), self.start()].concat()),
            (Deed::Pause, Paused) => Course::Already("paused"),
            (Deed::Pause, _) if up => Course::Act(vec![Action::Pause]),
            (Deed::Pause, _) => self.impossible("be paused", "only what runs can be paused"),
            (Deed::Resume, _) if up => Course::Already("running"),
            (Deed::Resume, _) => {
                self.impossible("be resumed", &format!("`hypernix start {}` starts it", self.address.name))
            }
        }
    }

    fn impossible(&self, deed: &'static str, help: &str) -> Course {
        Course::Impossible { deed, help: help.to_owned() }
    }

    fn start(&self) -> Vec<Action> {
        let health = self.health.map(|check| Action::AwaitHealth { check: check.clone() });
        let actions = [self.hook(HookPhase::PreStart), Some(Action::Start), health, self.hook(HookPhase::PostStart)];
        actions.into_iter().flatten().collect()
    }

    fn stop(&self, patience: Patience) -> Vec<Action> {
        let shutdown = Shutdown {
            timeout: patience.timeout.unwrap_or(self.shutdown.timeout),
            force: patience.force.unwrap_or(self.shutdown.force),
        };
        let actions = [self.hook(HookPhase::PreStop), Some(Action::Stop { shutdown }), self.hook(HookPhase::PostStop)];
        actions.into_iter().flatten().collect()
    }

    fn hook(&self, phase: HookPhase) -> Option<Action> {
        let script = match phase {
            HookPhase::PreStart => &self.hooks.pre_start,
            HookPhase::PostStart => &self.hooks.post_start,
            HookPhase::PreStop => &self.hooks.pre_stop,
            HookPhase::PostStop => &self.hooks.post_stop,
        };
        (!script.trim().is_empty()).then(|| Action::RunHook { phase, script: script.clone() })
    }
}

/// Adds `actions` on a unit to the steps, each after the one before it.
fn chain(address: &Address, actions: Vec<Action>, steps: &mut Vec<Step>) {
    let mut before = None;
    for action in actions {
        let number = u32::try_from(steps.len() + 1).expect("a command line does not name so many units");
        let id = StepId(number);
        steps.push(Step { id, address: address.clone(), action, after: before.into_iter().collect() });
        before = Some(id);
    }
}

#[cfg(test)]
mod tests;
