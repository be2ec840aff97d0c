//! What brings a unit up and down, in order, with its scripts and its health check around it.

use model::{Address, HealthCheck, Hooks, Power, PowerState, Shutdown};

use crate::{Action, HookPhase, decide::Deed};

/// A unit whose power is decided.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unit<'a> {
    /// The unit.
    pub(crate) address: &'a Address,
    /// Its scripts.
    pub(crate) hooks: &'a Hooks,
    /// What says that it works.
    pub(crate) health: Option<&'a HealthCheck>,
    /// How it is stopped.
    pub(crate) shutdown: Shutdown,
}

/// What a unit's power needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Switch {
    /// Nothing.
    Nothing,
    /// To be started.
    On,
    /// To be woken.
    Wake,
    /// To be stopped.
    Off,
    /// To be waited for on its way down, then started.
    Cycle,
}

/// What it takes to get from `state` to `power`.
pub(crate) const fn switch(power: Power, state: PowerState) -> Switch {
    match (power, state) {
        (Power::Running, PowerState::Off | PowerState::Crashed) => Switch::On,
        (Power::Running, PowerState::Paused) => Switch::Wake,
        (Power::Running, PowerState::Stopping) => Switch::Cycle,
        (Power::Stopped, PowerState::Running | PowerState::Paused | PowerState::Restarting | PowerState::Stopping) => {
            Switch::Off
        }
        (Power::Running, PowerState::Running | PowerState::Restarting)
        | (Power::Stopped, PowerState::Off | PowerState::Crashed)
        // It ran, and did what it was to do.
        | (_, PowerState::Finished) => Switch::Nothing,
    }
}

/// Whether an object in this state holds a running configuration beside the one of its next start.
pub(crate) const fn is_active(state: PowerState) -> bool {
    !matches!(state, PowerState::Off | PowerState::Crashed | PowerState::Finished)
}

impl Unit<'_> {
    /// The script before, the start, the health check, the script after.
    pub(crate) fn start(&self) -> Vec<Deed> {
        let health = self.health.map(|check| Action::AwaitHealth { check: check.clone() });
        let actions = [self.hook(HookPhase::PreStart), Some(Action::Start), health, self.hook(HookPhase::PostStart)];
        self.deeds(actions)
    }

    /// What comes after a start: the health check, the script after.
    pub(crate) fn check(&self) -> Vec<Deed> {
        let health = self.health.map(|check| Action::AwaitHealth { check: check.clone() });
        self.deeds([health, self.hook(HookPhase::PostStart)])
    }

    /// The script before, the stop, the script after.
    pub(crate) fn stop(&self) -> Vec<Deed> {
        let stop = Action::Stop { shutdown: self.shutdown };
        self.deeds([self.hook(HookPhase::PreStop), Some(stop), self.hook(HookPhase::PostStop)])
    }

    /// What carries out a switch.
    pub(crate) fn switched(&self, switch: Switch) -> Vec<Deed> {
        match switch {
            Switch::Nothing => Vec::new(),
            Switch::On => self.start(),
            Switch::Wake => self.deeds([Some(Action::Resume)]),
            Switch::Off => self.stop(),
            Switch::Cycle => {
                let mut deeds = self.deeds([Some(Action::Stop { shutdown: self.shutdown })]);
                deeds.extend(self.start());
                deeds
            }
        }
    }

    /// A script's step, where there is a script.
    pub(crate) fn hook(&self, phase: HookPhase) -> Option<Action> {
        let script = match phase {
            HookPhase::PreStart => &self.hooks.pre_start,
            HookPhase::PostStart => &self.hooks.post_start,
            HookPhase::PreStop => &self.hooks.pre_stop,
            HookPhase::PostStop => &self.hooks.post_stop,
        };
        (!script.trim().is_empty()).then(|| Action::RunHook { phase, script: script.clone() })
    }

    fn deeds<const N: usize>(&self, actions: [Option<Action>; N]) -> Vec<Deed> {
        actions.into_iter().flatten().map(|action| Deed { address: self.address.clone(), action }).collect()
    }
}
