//! `hypernix start`

use clap::Args;

use super::options::Units;
use crate::{
    failure::{Exit, Failure},
    power::{self, Deed},
    session::Session,
};

/// Starts units.
#[derive(Debug, Args)]
pub struct Start {
    #[command(flatten)]
    units: Units,
}

impl Start {
    /// Starts them, with their scripts and health checks around it.
    ///
    /// # Errors
    /// When a unit is unknown or not ours, or another apply is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        power::switch(session, &self.units.names, Deed::Start).await
    }
}
