//! `hypernix confirm`

use clap::Args;

use crate::{
    failure::{Exit, Failure, Trouble},
    session::Session,
    world::World,
};

/// Says that all is well after an apply with --confirm-within, so that it is not undone.
#[derive(Debug, Args)]
pub struct Confirm {}

impl Confirm {
    /// Confirms.
    ///
    /// # Errors
    /// When no run waits to be confirmed, or the word comes too late.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let pending = world.reconciler.state().confirmation().confirm().await;
        let pending = pending.map_err(|source| Trouble::Confirm { source })?;
        session.output.answer(&pending, || format!("generation {} is confirmed", pending.generation))?;
        Ok(Exit::Done)
    }
}
