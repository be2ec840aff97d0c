//! `hypernix generations`

use clap::Args;
use jiff::Timestamp;
use reconcile::{Generation, GenerationResult};

use crate::{
    failure::{Exit, Failure, Trouble},
    inventory::moment,
    output::Output,
    session::Session,
    table::{Listing, Tone, plain},
    world::World,
};

/// Lists the applied declarations that can be returned to.
#[derive(Debug, Args)]
pub struct Generations {
    /// Shows what this generation wanted, as JSON.
    #[arg(value_name = "N")]
    number: Option<u64>,
}

impl Generations {
    /// Lists them, or shows one.
    ///
    /// # Errors
    /// When they cannot be read, or there is no such generation.
    pub fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let generations = world.reconciler.state().generations();
        let failed = |source| Trouble::Generation { source };
        match self.number {
            Some(number) => session.output.document(&generations.desired(number).map_err(failed)?)?,
            None => {
                let all = generations.list().map_err(failed)?;
                session.output.answer(&all, || text(&all, &session.output))?;
            }
        }
        Ok(Exit::Done)
    }
}

fn text(generations: &[Generation], output: &Output) -> String {
    let mut listing = Listing::new(["N", "APPLIED", "BY", "RESULT", "FROM"]);
    for generation in generations {
        let source = generation.source.as_ref().map(|path| path.display().to_string()).unwrap_or_default();
        let from = match generation.rollback_to {
            Some(number) => format!("rollback to {number}"),
            None => source,
        };
        let at: Timestamp = generation.at;
        listing.row([
            plain(generation.number.to_string()),
            plain(moment(at)),
            plain(&generation.user),
            result(generation.result),
            plain(from),
        ]);
    }
    listing.print(output)
}

fn result(result: GenerationResult) -> (String, Tone) {
    let (word, tone) = match result {
        GenerationResult::Running => ("under way", Tone::Attention),
        GenerationResult::Succeeded => ("succeeded", Tone::Good),
        GenerationResult::Failed => ("failed", Tone::Bad),
        GenerationResult::Cancelled => ("cancelled", Tone::Attention),
        GenerationResult::Interrupted => ("interrupted", Tone::Bad),
    };
    (word.to_owned(), tone)
}
