//! `hypernix destroy`

use std::{collections::BTreeSet, path::Path};

use clap::{Args, ValueHint};
use clap_complete::ArgValueCandidates;
use model::{Address, Desired};
use plan::{Destroy as Data, PlanError, PlanInput, PlanOptions, Prune};
use reconcile::{ApplyOptions, Planned, PlanningError};
use serde_json::json;

use crate::{
    completion,
    confirm::Consent,
    declaration::Declaration,
    failure::{Exit, Failure},
    removal::{Removal, as_if_deletable, with_belongings},
    run,
    session::Session,
    target,
    world::{Sighted, World},
};

/// Removes what a file declares, or units by name.
///
/// Volumes, with the pools and images they need, stay and stay managed, unless --allow-destroy. What was protected
/// when it was applied is never removed.
#[derive(Debug, Args)]
pub struct Destroy {
    /// A file whose declarations are removed, or names of units.
    #[arg(
        value_name = "FILE|NAME",
        required_unless_present = "all",
        value_hint = ValueHint::FilePath,
        add = ArgValueCandidates::new(completion::units)
    )]
    targets: Vec<String>,
    /// Removes everything that is managed here.
    #[arg(long, conflicts_with = "targets")]
    all: bool,
    /// Destroys the data as well: volumes, firmware variables, TPM state.
    #[arg(long)]
    allow_destroy: bool,
    /// Goes ahead without asking.
    #[arg(short, long)]
    yes: bool,
}

impl Destroy {
    /// Removes.
    ///
    /// # Errors
    /// When a name is unknown, a backend cannot be read, or nobody agrees.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        world.recover(&session.output).await?;
        let current = world.current_wishes()?.unwrap_or_default();
        let sighted = world.look().await?;
        let named = self.named(&world, &current, &sighted).await?;
        let protected = sighted.protected_units(&named);
        let removal = Removal::of(named, &current, self.data(), &protected);
        let kept: Vec<String> = protected.iter().map(|unit| format!("kept: protected {unit}")).collect();
        if removal.removed.is_empty() && !protected.is_empty() {
            let text = || format!("{}\napply it with `protect = false` first", kept.join("\n"));
            session.output.answer(&json!({ "kept": protected }), text)?;
            return Ok(Exit::Failed);
        }
        let planned = self.plan(&world, &removal).await?;
        let options = ApplyOptions::default();
        let exit = run::apply(session, &world, &planned, &removal.remaining, options, Consent::from(self.yes)).await?;
        kept.iter().for_each(|line| session.output.remark(line));
        Ok(if protected.is_empty() { exit } else { Exit::Failed })
    }

    /// What the command line names.
    async fn named(&self, world: &World, current: &Desired, sighted: &Sighted) -> Result<BTreeSet<Address>, Failure> {
        if self.all {
            return Ok(sighted.managed().cloned().collect());
        }
        if let [file] = self.targets.as_slice()
            && is_file(file)
        {
            let declaration = Declaration::load(world, Path::new(file)).await?;
            return Ok(declaration.desired.resources.into_keys().collect());
        }
        let mut units = BTreeSet::new();
        for name in &self.targets {
            units.insert(target::managed_unit(name, &sighted.observed)?.0.clone());
        }
        Ok(with_belongings(units, current))
    }

    /// Plans the removal. The limit on removals at once is for accidents, and this is none: the person names what goes
    /// and is asked once more.
    async fn plan(&self, world: &World, removal: &Removal) -> Result<Planned, Failure> {
        let options = PlanOptions {
            destroy: self.data(),
            prune: Prune::Now,
            only: Some(removal.removed.clone()),
            ..PlanOptions::default()
        };
        let desired = &removal.remaining;
        let planned = agreeing(options, async |options| world.reconciler.plan(desired, options).await).await;
        let planned = planned.map_err(|error| world.refused(error, desired))?;
        if self.data() == Data::Refuse {
            return Ok(planned);
        }
        let applied = as_if_deletable(&planned.applied, &removal.removed);
        let owner = world.reconciler.owner();
        let options = PlanOptions { allow_prune: None, ..planned.options.clone() };
        let replanned = agreeing(options, async |options| {
            let input = PlanInput { desired, observed: &planned.observed, applied: &applied, owner, options };
            Ok((plan::plan(&input)?, options.clone()))
        });
        let (plan, options) = replanned.await.map_err(|error| world.refused(error, desired))?;
        Ok(Planned { plan, options, ..planned })
    }

    fn data(&self) -> Data {
        if self.allow_destroy { Data::Allow } else { Data::Refuse }
    }
}

/// Plans, and where only the number of removals is in the way, plans again with consent to just that plan.
async fn agreeing<T>(
    options: PlanOptions,
    plan: impl AsyncFn(&PlanOptions) -> Result<T, PlanningError>,
) -> Result<T, PlanningError> {
    match plan(&options).await {
        Err(PlanningError::Refused(refusal)) => match refusal.errors.as_slice() {
            [PlanError::EmptyDeclaration { hash, .. } | PlanError::TooManyPruned { hash, .. }] => {
                plan(&PlanOptions { allow_prune: Some(hash.clone()), ..options }).await
            }
            _ => Err(PlanningError::Refused(refusal)),
        },
        planned => planned,
    }
}

/// Whether the word is a file rather than a unit's name.
fn is_file(word: &str) -> bool {
    word.contains('/') && word.parse::<Address>().is_err() || Path::new(word).exists()
}
