//! `hypernix plan`

use std::{collections::BTreeSet, path::PathBuf};

use clap::{Args, ValueHint};
use clap_complete::ArgValueCandidates;
use jiff::Timestamp;
use model::Address;
use plan::print;
use reconcile::{Planned, SavedPlan};
use serde_json::json;

use super::options::{File, Scope};
use crate::{
    completion,
    declaration::Declaration,
    failure::{Exit, Failure, Trouble},
    run,
    session::Session,
    target,
    world::World,
};

/// Shows what applying a file would do, and what it would disturb.
#[derive(Debug, Args)]
pub struct Plan {
    #[command(flatten)]
    file: File,
    /// Writes the plan to a file that `hypernix apply` carries out exactly, or refuses.
    #[arg(short, long, value_name = "PLANFILE", value_hint = ValueHint::FilePath)]
    out: Option<PathBuf>,
    /// Exits with 0 where nothing would change, 2 where something would, 1 on errors.
    #[arg(long)]
    detailed_exitcode: bool,
    /// Says of one resource (KIND/NAME, or a unit's name) why it is disturbed, or is not.
    #[arg(long, value_name = "ADDRESS", add = ArgValueCandidates::new(completion::addresses))]
    explain: Option<String>,
    /// Only says whether there is a plan, and every reason why not.
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    scope: Scope,
}

impl Plan {
    /// Plans.
    ///
    /// # Errors
    /// When the file is wrong, a backend cannot be read, or the plan is refused.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let declaration = Declaration::load(&world, &self.file.path).await?;
        let options = self.scope.plan_options(&world, &declaration.desired)?;
        let planned = world.plan(&declaration.desired, &options).await?;
        let mut known = world.known(&declaration.desired)?;
        known.extend(planned.observed.resources.keys().cloned());
        self.show(session, &planned, &known)?;
        let is_empty = planned.plan.is_empty();
        if let Some(path) = &self.out {
            let source = Some(declaration.source.clone());
            let saved =
                SavedPlan::new(world.reconciler.owner(), Timestamp::now(), source, &planned, declaration.desired);
            saved.write(path).map_err(|source| Trouble::SavedPlan { source })?;
            session.output.remark(&format!("plan written to {}", path.display()));
        }
        Ok(if self.detailed_exitcode && !is_empty { Exit::Changes } else { Exit::Done })
    }

    fn show(&self, session: &Session, planned: &Planned, known: &BTreeSet<Address>) -> Result<(), Failure> {
        let output = &session.output;
        if self.check {
            let steps = planned.plan.steps.len();
            return output.answer(&json!({ "ok": true, "steps": steps }), || format!("ok: {steps} steps"));
        }
        match &self.explain {
            Some(word) => {
                let address = target::address(word, known)?;
                let text = || print::explain(&planned.plan, &address);
                match planned.plan.change_of(&address) {
                    Some(change) => output.answer(change, text),
                    None => output.answer(&json!({ "address": address, "effect": "none", "fields": [] }), text),
                }
            }
            None => output.answer(&run::with_warnings(planned), || run::plan_text(planned, output)),
        }
    }
}
