//! `hypernix explain`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::options::Unit;
use crate::{
    declaration,
    failure::{Exit, Failure},
    session::Session,
    world::World,
};

/// Shows where each value of a unit came from, and what it overrode.
#[derive(Debug, Args)]
pub struct Explain {
    #[command(flatten)]
    unit: Unit,
    /// An option of the unit, as in resources.memory.size; all that are set unless given.
    #[arg(value_name = "FIELD")]
    field: Option<String>,
    /// The file; that of the newest generation unless given.
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
}

impl Explain {
    /// Explains.
    ///
    /// # Errors
    /// When the file is wrong, or has no such unit or field.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let file = match self.file {
            Some(file) => file,
            None => World::open(session)?.current_file()?,
        };
        let explanation = declaration::explain(&file, &self.unit.name, self.field.as_deref()).await?;
        session.output.answer(&explanation, || explanation.to_string())?;
        Ok(Exit::Done)
    }
}
