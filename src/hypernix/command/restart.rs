//! `hypernix restart`

use clap::Args;

use super::{options::Units, stop::Wait};
use crate::{
    failure::{Exit, Failure},
    power::{self, Deed},
    session::Session,
};

/// Stops units and starts them again; changes that wait for a cold start take effect.
#[derive(Debug, Args)]
pub struct Restart {
    #[command(flatten)]
    units: Units,
    #[command(flatten)]
    wait: Wait,
}

impl Restart {
    /// Restarts them, with their scripts and health checks around it. One that is off is started.
    ///
    /// # Errors
    /// When a unit is unknown or not ours, or another apply is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        power::switch(session, &self.units.names, Deed::Restart(self.wait.patience())).await
    }
}
