//! `hypernix export`

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

use clap::{Args, ValueHint};
use clap_complete::ArgValueCandidates;
use model::{Address, Observed, ObservedResource};
use serde_json::json;

use crate::{
    completion, export,
    failure::{Exit, Failure, Trouble},
    session::Session,
    target,
    world::{Sighted, World},
};

/// Writes what runs on this host as a Nix file.
///
/// Objects that are not managed yet get `adopt = true`, so that applying the file takes them over as they are.
#[derive(Debug, Args)]
pub struct Export {
    /// Names or addresses; with a unit go the networks, pools and volumes it uses. Everything unless given.
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completion::addresses))]
    names: Vec<String>,
    /// The file to write instead of standard output.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    output: Option<PathBuf>,
}

impl Export {
    /// Writes.
    ///
    /// # Errors
    /// When a name is unknown, or the file cannot be written.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let Sighted { observed, applied } = world.look().await?;
        let mut chosen = self.chosen(&observed)?;
        let volumes = world.volumes_of(&chosen, &applied).await?;
        chosen.extend(volumes);
        let text = export::write(&chosen, &applied);
        match self.output {
            None => session.output.answer(&json!({ "nix": text }), || text.clone())?,
            Some(path) => {
                fs::write(&path, &text)
                    .map_err(|source| Trouble::Write { what: path.display().to_string(), source })?;
                session.output.remark(&format!("written to {}", path.display()));
            }
        }
        Ok(Exit::Done)
    }

    /// The objects named, and what they use.
    fn chosen(&self, observed: &Observed) -> Result<BTreeMap<Address, ObservedResource>, Failure> {
        if self.names.is_empty() {
            return Ok(observed.resources.clone());
        }
        let mut chosen = BTreeSet::new();
        for name in &self.names {
            chosen.extend(export::with_uses(target::object(name, observed)?));
        }
        let resources = observed.resources.iter().filter(|(address, _)| chosen.contains(address));
        Ok(resources.map(|(address, resource)| (address.clone(), resource.clone())).collect())
    }
}
