//! How long a step may take before it counts as hung. Drivers have deadlines of their own for each call; these are
//! the last resort, so that no step holds up a run for ever.

use std::time::Duration;

use model::{HealthCheck, Kind, Shutdown};
use plan::{Action, Step};

const MINUTE: Duration = Duration::from_secs(60);

/// How long `step` may take.
pub(crate) fn deadline(step: &Step) -> Duration {
    match &step.action {
        Action::Create { .. } | Action::Replace { .. } if moves_data(step.address.kind) => 60 * MINUTE,
        Action::Replace { shutdown, health, .. } => 5 * MINUTE + stop(*shutdown) + health.as_ref().map_or(MINUTE, wait),
        Action::Stop { shutdown } => stop(*shutdown),
        Action::AwaitHealth { check } => wait(check),
        Action::RunHook { .. } => 10 * MINUTE,
        Action::Start => 3 * MINUTE,
        Action::Create { .. }
        | Action::Configure { .. }
        | Action::ChangeLive { .. }
        | Action::Rename { .. }
        | Action::Adopt { .. }
        | Action::Pause
        | Action::Resume
        | Action::Delete { .. }
        | Action::Forget => 2 * MINUTE,
    }
}

/// Whether making an object of the kind moves data that may be large and far away.
const fn moves_data(kind: Kind) -> bool {
    matches!(kind, Kind::Image | Kind::Volume | Kind::ContainerImage | Kind::Seed)
}

fn stop(shutdown: Shutdown) -> Duration {
    shutdown.timeout.get() + MINUTE
}

fn wait(check: &HealthCheck) -> Duration {
    let tries = check.retries.saturating_add(1);
    check.start_period.get() + (check.interval.get() + check.timeout.get()).saturating_mul(tries) + MINUTE
}
