//! `hypernix health`

use clap::Args;
use driver::Driver;
use model::{HealthCheck, HealthProbe, Kind, Span};
use plan::{Action, Step, StepId};
use serde_json::json;

use super::options::Unit;
use crate::{
    failure::{Exit, Failure, Trouble},
    session::Session,
    target,
    world::World,
};

/// Runs a unit's health check once.
#[derive(Debug, Args)]
pub struct Health {
    #[command(flatten)]
    unit: Unit,
}

impl Health {
    /// Runs it. An unhealthy unit is exit code 1.
    ///
    /// # Errors
    /// When the unit is unknown or declares no health check.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let sighted = world.look().await?;
        let (address, _) = target::unit(&self.unit.name, &sighted.observed)?;
        let wishes = world.current_wishes()?;
        let declared = wishes.as_ref().and_then(|wishes| wishes.resources.get(address)?.health.clone());
        let Some(declared) = declared else {
            let help = "declare `lifecycle.healthCheck` on the unit and apply it".to_owned();
            return Err(Trouble::Request { message: format!("{address} declares no health check"), help }.into());
        };
        let check = HealthCheck { retries: 1, start_period: Span::seconds(0), ..declared };
        let driver: &dyn Driver = match (&check.probe, address.kind) {
            (HealthProbe::Script { .. }, Kind::Container) => world.docker.as_ref(),
            _ => world.host.as_ref(),
        };
        let action = Action::AwaitHealth { check };
        let step = Step { id: StepId(1), address: address.clone(), action, after: Default::default() };
        match driver.execute(&step).await {
            Ok(_) => {
                session.output.answer(&json!({ "healthy": true }), || format!("{address} is healthy"))?;
                Ok(Exit::Done)
            }
            Err(error) => {
                let why = with_causes(&error);
                let document = json!({ "healthy": false, "why": why });
                session.output.answer(&document, || format!("{address} is unhealthy: {why}"))?;
                Ok(Exit::Failed)
            }
        }
    }
}

/// The causes behind an error, the error itself left out where it has some: it only repeats the deed.
fn with_causes(error: &dyn std::error::Error) -> String {
    let causes: Vec<String> =
        std::iter::successors(error.source(), |cause| cause.source()).map(ToString::to_string).collect();
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}
