//! `hypernix adopt`

use std::collections::BTreeSet;

use clap::Args;
use model::Address;
use plan::PlanOptions;
use reconcile::ApplyOptions;

use super::options::{Execution, File};
use crate::{
    declaration::Declaration,
    failure::{Exit, Failure, Trouble},
    nearest::nearest,
    run,
    session::Session,
    world::World,
};

/// Takes over an object that was made by hand, as a file declares it.
///
/// The plan shows what differs. Only this object, and what it depends on, is touched; `hypernix export NAME` writes
/// a declaration to begin with.
#[derive(Debug, Args)]
pub struct Adopt {
    #[command(flatten)]
    file: File,
    /// The object's name, or its address (KIND/NAME).
    #[arg(value_name = "NAME")]
    name: String,
    #[command(flatten)]
    execution: Execution,
}

impl Adopt {
    /// Adopts.
    ///
    /// # Errors
    /// When the file does not declare it, or the plan is refused or not agreed to.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        world.recover(&session.output).await?;
        let mut declaration = Declaration::load(&world, &self.file.path).await?;
        let adopted = self.declared(&declaration)?;
        for address in &adopted {
            if let Some(resource) = declaration.desired.resources.get_mut(address) {
                resource.policy.adopt = true;
            }
        }
        let planned =
            world.plan(&declaration.desired, &PlanOptions { only: Some(adopted), ..PlanOptions::default() }).await?;
        let options = ApplyOptions {
            source: Some(declaration.source.clone()),
            manifest: Some(declaration.manifest.clone()),
            ..self.execution.apply_options()
        };
        run::apply(session, &world, &planned, &declaration.desired, options, self.execution.consent()).await
    }

    fn declared(&self, declaration: &Declaration) -> Result<BTreeSet<Address>, Failure> {
        let resources = &declaration.desired.resources;
        let wanted = self.name.parse::<Address>().ok();
        let found: BTreeSet<Address> = resources
            .keys()
            .filter(|address| address.name == self.name || wanted.as_ref() == Some(address))
            .cloned()
            .collect();
        if found.is_empty() {
            let help = match nearest(&self.name, resources.keys().map(|address| address.name.as_str())) {
                Some(near) => {
                    format!("did you mean `{near}`? Or declare it: `hypernix export {}` writes how", self.name)
                }
                None => format!("declare it: `hypernix export {}` writes how", self.name),
            };
            return Err(Trouble::Unknown { what: "declaration of", name: self.name.clone(), help }.into());
        }
        Ok(found)
    }
}
