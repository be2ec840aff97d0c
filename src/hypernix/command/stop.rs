//! `hypernix stop`

use clap::Args;
use model::Span;

use super::options::Units;
use crate::{
    failure::{Exit, Failure},
    power::{self, Deed, Patience},
    session::Session,
};

/// Stops units: asks first, cuts the power only where that is allowed.
#[derive(Debug, Args)]
pub struct Stop {
    #[command(flatten)]
    units: Units,
    #[command(flatten)]
    wait: Wait,
}

/// How long a unit may take to stop.
#[derive(Clone, Debug, Args)]
pub struct Wait {
    /// How long it may take to stop by itself, as in 30s or 5m; as declared unless given.
    #[arg(short, long, value_name = "SPAN")]
    timeout: Option<Span>,
    /// Cuts the power when that time is over; with --timeout 0s at once.
    #[arg(long)]
    force: bool,
}

impl Wait {
    /// The patience that was asked for.
    pub fn patience(&self) -> Patience {
        Patience { timeout: self.timeout, force: self.force.then_some(true) }
    }
}

impl Stop {
    /// Stops them, with their scripts around it.
    ///
    /// # Errors
    /// When a unit is unknown or not ours, or another apply is under way.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        power::switch(session, &self.units.names, Deed::Stop(self.wait.patience())).await
    }
}
