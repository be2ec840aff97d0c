//! `hypernix apply`

use std::{fs, path::Path};

use clap::Args;
use plan::{PlanOptions, Removals};
use reconcile::{ApplyOptions, OnFailure, SavedPlan};

use super::options::{Caution, Execution, File, Scope};
use crate::{
    declaration::Declaration,
    failure::{Exit, Failure, Trouble},
    probation::Probation,
    run,
    session::Session,
    world::World,
};

/// Makes the host match a file, or carries out a saved plan.
///
/// Where the host changes between the plan and its apply, it is planned again; with --yes the new plan is carried out
/// unless it removes what the first did not.
///
/// A plan that `hypernix plan --out` saved is carried out exactly as it was shown, or refused where anything it
/// changes has moved since.
#[derive(Debug, Args)]
pub struct Apply {
    #[command(flatten)]
    file: File,
    #[command(flatten)]
    execution: Execution,
    #[command(flatten)]
    caution: Caution,
    #[command(flatten)]
    scope: Scope,
}

impl Apply {
    /// Applies.
    ///
    /// # Errors
    /// When the file is wrong, the plan is refused or not agreed to, or another run is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        if is_saved_plan(&self.file.path) {
            return self.apply_saved(session, &world).await;
        }
        world.recover(&session.output).await?;
        let declaration = Declaration::load(&world, &self.file.path).await?;
        let plan_options = PlanOptions {
            removals: if self.execution.rollback_on_failure { Removals::Last } else { Removals::WhenUnneeded },
            ..self.scope.plan_options(&world, &declaration.desired)?
        };
        let planned = world.plan(&declaration.desired, &plan_options).await?;
        let options = ApplyOptions {
            source: Some(declaration.source.clone()),
            manifest: Some(declaration.manifest.clone()),
            ..self.execution.apply_options()
        };
        let Declaration { desired, .. } = &declaration;
        let probation = Probation::begin(&world, self.caution.confirm_within)?;
        let exit = run::apply_following(session, &world, planned, desired, options, self.execution.consent()).await?;
        probation.end(session, &world, &plan_options, exit).await
    }

    async fn apply_saved(self, session: &Session, world: &World) -> Result<Exit, Failure> {
        let saved = SavedPlan::read(&self.file.path, world.reconciler.owner());
        let saved = saved.map_err(|source| Trouble::SavedPlan { source })?;
        world.recover(&session.output).await?;
        let planned = world.reconciler.resume(&saved).await.map_err(|source| Trouble::Plan { source })?;
        let options = ApplyOptions { source: saved.source.clone(), ..self.execution.apply_options() };
        run::apply(session, world, &planned, &saved.desired, options, self.execution.consent()).await
    }
}

impl Execution {
    /// What the reconciler is told of how to go about it.
    pub fn apply_options(&self) -> ApplyOptions {
        ApplyOptions {
            parallelism: self.parallelism.map(usize::from),
            on_failure: OnFailure::rolling_back(self.rollback_on_failure),
            ..ApplyOptions::default()
        }
    }
}

/// Whether the file is what `plan --out` writes, rather than a declaration: JSON with its envelope.
fn is_saved_plan(path: &Path) -> bool {
    #[derive(serde::Deserialize)]
    struct Envelope {
        #[serde(rename = "savedPlan")]
        _saved_plan: serde::de::IgnoredAny,
    }
    fs::read(path).is_ok_and(|bytes| serde_json::from_slice::<Envelope>(&bytes).is_ok())
}
