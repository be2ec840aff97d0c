//! `hypernix activate`

use std::path::PathBuf;

use api::ReconcileRequest;
use clap::{Args, ValueHint};
use jiff::Timestamp;
use model::{Desired, HealthProbe, Hooks, Resource, Span};
use plan::{PlanOptions, Removals, Unreachable};
use reconcile::{ApplyOptions, Holder, OnFailure, Pending, digest};

use super::options::{Caution, Scope};
use crate::{
    confirm::Consent,
    declaration::Declaration,
    failure::{Exit, Failure, Trouble},
    handover::{Daemon, Handover},
    probation::{self, Probation},
    run,
    session::Session,
    world::World,
};

/// Makes the host match a system generation's manifest, as `nixos-rebuild switch` does.
///
/// Nothing is asked: the generation has been agreed to by switching to it. Another run is waited for.
///
/// Where the daemon runs, it carries the run out, and goes on with it if this command is stopped. It is done here where
/// no daemon of this program runs over the same state, where units have scripts, and where a run is to be confirmed.
#[derive(Debug, Args)]
pub struct Activate {
    /// The manifest.
    #[arg(
        value_name = "MANIFEST",
        default_value = "/run/current-system/hypervisor/manifest.json",
        value_hint = ValueHint::FilePath
    )]
    manifest: PathBuf,
    /// Prints what would be done, and changes nothing. A backend that does not run yet is left out.
    #[arg(long)]
    dry_run: bool,
    /// The socket of the daemon, which carries the run out where it runs.
    #[arg(
        long,
        value_name = "PATH",
        default_value = crate::daemon::SOCKET,
        value_hint = ValueHint::FilePath
    )]
    socket: PathBuf,
    /// How long another run is waited for.
    #[arg(long, default_value = "5m", value_name = "TIME")]
    wait: Span,
    /// Returns to the last generation that succeeded when a step fails.
    #[arg(long)]
    rollback_on_failure: bool,
    #[command(flatten)]
    caution: Caution,
    #[command(flatten)]
    scope: Scope,
}

impl Activate {
    /// Activates.
    ///
    /// # Errors
    /// When the manifest is wrong, the plan is refused, or another run does not end in time.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        if self.dry_run {
            return self.rehearse(session, &world).await;
        }
        match self.hand_over(session, &world).await? {
            Handover::Taken(exit) => Ok(exit),
            Handover::Declined => self.apply(session, &world).await,
        }
    }

    /// Has the daemon do it, where it can: see [`is_for_daemon`].
    async fn hand_over(&self, session: &Session, world: &World) -> Result<Handover, Failure> {
        if !self.scope.only.is_empty() || self.caution.confirm_within.is_some() {
            return Ok(Handover::Declined);
        }
        let Some(daemon) = Daemon::find(session, world, &self.socket).await else { return Ok(Handover::Declined) };
        world.recover_within(self.wait.get(), &session.output).await?;
        // Nothing is read ahead: the daemon may change the host before anything is planned here.
        let declaration = Declaration::load_beside(world, &self.manifest).await?;
        if !is_for_daemon(world, &declaration)? || unconfirmed(world, &declaration.desired).await?.is_some() {
            return Ok(Handover::Declined);
        }
        daemon.carry_out(&self.request()?).await
    }

    fn request(&self) -> Result<ReconcileRequest, Failure> {
        let Scope { allow_destroy, prune, allow_prune, restart_pending, partial, only: _ } = self.scope.clone();
        let unreadable = |source| Trouble::ReadFile { path: self.manifest.clone(), source };
        Ok(ReconcileRequest {
            manifest: std::path::absolute(&self.manifest).map_err(unreadable)?,
            allow_destroy,
            prune,
            allow_prune,
            restart_pending,
            partial,
            rollback_on_failure: self.rollback_on_failure,
            caller: Some(Holder::this_process(Timestamp::now())),
        })
    }

    /// Does it here.
    async fn apply(&self, session: &Session, world: &World) -> Result<Exit, Failure> {
        world.recover_within(self.wait.get(), &session.output).await?;
        let declaration = Declaration::load(world, &self.manifest).await?;
        let Declaration { desired, activation, .. } = &declaration;
        let plan_options = self.plan_options(world, &declaration)?;
        if let Some(pending) = unconfirmed(world, desired).await? {
            return probation::undo(session, world, &plan_options, pending).await;
        }
        let planned = world.plan(desired, &plan_options).await?;
        let options = self.apply_options(&declaration);
        let probation = Probation::begin(world, self.caution.confirm_within.or(activation.confirm_within))?;
        let exit = run::apply_following(session, world, planned, desired, options, Consent::Given).await?;
        probation.end(session, world, &plan_options, exit).await
    }

    async fn rehearse(&self, session: &Session, world: &World) -> Result<Exit, Failure> {
        let declaration = Declaration::load(world, &self.manifest).await?;
        let plan_options = self.plan_options(world, &declaration)?;
        let plan_options = PlanOptions { unreachable: Unreachable::LeaveOut, ..plan_options };
        let planned = world.plan(&declaration.desired, &plan_options).await?;
        session.output.answer(&run::with_warnings(&planned), || run::plan_text(&planned, &session.output))?;
        Ok(Exit::Done)
    }

    /// What the command line allows, and what the declaration itself does.
    fn plan_options(&self, world: &World, declaration: &Declaration) -> Result<PlanOptions, Failure> {
        let allow_destroy = self.scope.allow_destroy || declaration.activation.allow_destroy;
        let removals = if self.rolls_back(declaration) { Removals::Last } else { Removals::WhenUnneeded };
        let options = Scope { allow_destroy, ..self.scope.clone() }.plan_options(world, &declaration.desired)?;
        Ok(PlanOptions { removals, ..options })
    }

    fn rolls_back(&self, declaration: &Declaration) -> bool {
        self.rollback_on_failure || declaration.activation.rollback_on_failure
    }

    fn apply_options(&self, declaration: &Declaration) -> ApplyOptions {
        let roll_back = self.rolls_back(declaration);
        ApplyOptions {
            source: Some(declaration.source.clone()),
            manifest: Some(declaration.manifest.clone()),
            on_failure: OnFailure::rolling_back(roll_back),
            patience: self.wait.get(),
            ..ApplyOptions::default()
        }
    }
}

/// Whether a daemon can do it as well as this process. One that is confined may not do everything that a unit's
/// scripts do; and who waits for a word afterwards must be there from the beginning.
fn is_for_daemon(world: &World, declaration: &Declaration) -> Result<bool, Failure> {
    let applied = world.reconciler.state().rows().load().map_err(|source| Trouble::State { source })?.applied;
    let has_script = |resource: &Resource| {
        let probe = resource.health.as_ref().map(|check| &check.probe);
        resource.hooks != Hooks::default() || matches!(probe, Some(HealthProbe::Script { .. }))
    };
    let has_scripts = declaration.desired.resources.values().any(has_script)
        || applied.rows.values().any(|row| row.hooks != Hooks::default());
    Ok(!has_scripts && declaration.activation.confirm_within.is_none())
}

/// The run that made the host match `desired` before, where nobody has confirmed it and nobody waits for that any
/// more: the host went down meanwhile, perhaps because of it.
async fn unconfirmed(world: &World, desired: &Desired) -> Result<Option<Pending>, Failure> {
    let state = world.reconciler.state();
    let confirmation = state.confirmation();
    let Some(pending) = confirmation.pending().map_err(|source| Trouble::Confirm { source })? else { return Ok(None) };
    let generations = state.generations().list().map_err(|source| Trouble::Generation { source })?;
    let wanted = digest(desired);
    let is_the_same =
        generations.iter().any(|generation| generation.number == pending.generation && generation.digest == wanted);
    Ok((is_the_same && !confirmation.is_attended().await).then_some(pending))
}
