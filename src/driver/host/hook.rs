//! A unit's scripts around start and stop. They run on the host with `HYPERNIX_UNIT` (the unit's name),
//! `HYPERNIX_ADDRESS` (`domain/web`) and `HYPERNIX_PHASE` (`pre-start`, `post-start`, `pre-stop`, `post-stop`).

use std::time::Duration;

use model::Address;
use plan::HookPhase;

use super::shell::{self, ScriptError};

/// How long a hook may take.
const DEADLINE: Duration = Duration::from_secs(300);

/// A hook failed.
#[derive(Debug, thiserror::Error)]
#[error("the {phase} hook of `{unit}` failed")]
pub struct HookFailed {
    phase: &'static str,
    unit: String,
    source: ScriptError,
}

/// Runs a hook.
pub(super) async fn run(address: &Address, phase: HookPhase, script: &str) -> Result<(), HookFailed> {
    let phase = word(phase);
    let full = address.to_string();
    let env = [("HYPERNIX_UNIT", address.name.as_str()), ("HYPERNIX_ADDRESS", &full), ("HYPERNIX_PHASE", phase)];
    let ran = shell::run(script, &env, DEADLINE).await;
    ran.map_err(|source| HookFailed { phase, unit: address.name.clone(), source })
}

const fn word(phase: HookPhase) -> &'static str {
    match phase {
        HookPhase::PreStart => "pre-start",
        HookPhase::PostStart => "post-start",
        HookPhase::PreStop => "pre-stop",
        HookPhase::PostStop => "post-stop",
    }
}

#[cfg(test)]
mod tests;
