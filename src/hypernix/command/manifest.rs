//! `hypernix manifest`

use clap::Args;

use super::options::File;
use crate::{
    declaration,
    failure::{Exit, Failure},
    session::Session,
};

/// Prints the manifest that a file evaluates to.
///
/// This is the JSON in which declarations travel: the NixOS module emits the same, and every command takes it in the
/// place of a Nix file.
#[derive(Debug, Args)]
pub struct Manifest {
    #[command(flatten)]
    file: File,
}

impl Manifest {
    /// Prints it.
    ///
    /// # Errors
    /// When the file cannot be evaluated.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        session.output.document(&declaration::manifest(&self.file.path).await?)?;
        Ok(Exit::Done)
    }
}
