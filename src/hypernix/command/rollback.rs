//! `hypernix rollback`

use clap::Args;
use reconcile::ApplyOptions;

use super::options::{Execution, Scope};
use crate::{
    failure::{Exit, Failure, Trouble},
    run,
    session::Session,
    world::World,
};

/// Applies an earlier generation again.
///
/// The plan is shown first. What cannot be taken back, such as a grown disk or a deleted volume, is named in it and
/// never undone silently.
#[derive(Debug, Args)]
pub struct Rollback {
    /// The generation's number, as `hypernix generations` lists it.
    #[arg(value_name = "N")]
    number: u64,
    #[command(flatten)]
    execution: Execution,
    #[command(flatten)]
    scope: Scope,
}

impl Rollback {
    /// Rolls back.
    ///
    /// # Errors
    /// When there is no such generation, or the plan is refused or not agreed to.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let desired = world.reconciler.state().generations().desired(self.number);
        let desired = desired.map_err(|source| Trouble::Generation { source })?;
        world.recover(&session.output).await?;
        let planned = world.plan(&desired, &self.scope.plan_options(&world, &desired)?).await?;
        let options = ApplyOptions { rollback_to: Some(self.number), ..self.execution.apply_options() };
        run::apply(session, &world, &planned, &desired, options, self.execution.consent()).await
    }
}
