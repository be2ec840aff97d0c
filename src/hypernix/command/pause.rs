//! `hypernix pause`

use clap::Args;

use super::options::Units;
use crate::{
    failure::{Exit, Failure},
    power::{self, Deed},
    session::Session,
};

/// Suspends units in memory.
#[derive(Debug, Args)]
pub struct Pause {
    #[command(flatten)]
    units: Units,
}

impl Pause {
    /// Suspends them.
    ///
    /// # Errors
    /// When a unit is unknown, not ours or off, or another apply is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        power::switch(session, &self.units.names, Deed::Pause).await
    }
}
