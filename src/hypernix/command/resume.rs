//! `hypernix resume`

use clap::Args;

use super::options::Units;
use crate::{
    failure::{Exit, Failure},
    power::{self, Deed},
    session::Session,
};

/// Resumes suspended units.
#[derive(Debug, Args)]
pub struct Resume {
    #[command(flatten)]
    units: Units,
}

impl Resume {
    /// Resumes them.
    ///
    /// # Errors
    /// When a unit is unknown, not ours or off, or another apply is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        power::switch(session, &self.units.names, Deed::Resume).await
    }
}
