//! `hypernix state`

use clap::{Args, Subcommand};
use model::Applied;
use serde_json::json;

use crate::{
    confirm::{Answer, Consent, confirm},
    failure::{Exit, Failure, Trouble},
    inventory::moment,
    output::Output,
    session::Session,
    table::{Listing, plain},
    world::World,
};

/// Looks after the state directory.
#[derive(Debug, Args)]
pub struct State {
    #[command(subcommand)]
    deed: Deed,
}

/// What is done with the state.
#[derive(Debug, Subcommand)]
enum Deed {
    /// Shows whose state it is, and what was last applied.
    Show,
    /// Makes it anew from the marks on the objects and the generations.
    Rebuild {
        /// Goes ahead without asking.
        #[arg(short, long)]
        yes: bool,
    },
}

impl State {
    /// Shows or rebuilds.
    ///
    /// # Errors
    /// When the state or a backend cannot be read, or nobody agrees.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        match self.deed {
            Deed::Show => show(session, &world),
            Deed::Rebuild { yes } => rebuild(session, &world, Consent::from(yes)).await,
        }
    }
}

fn show(session: &Session, world: &World) -> Result<Exit, Failure> {
    let state = world.reconciler.state();
    let applied = state.rows().load().map_err(|source| Trouble::State { source })?.applied;
    let document = json!({ "directory": state.root(), "owner": state.owner(), "applied": applied });
    session.output.answer(&document, || {
        let head = format!("directory {}\nowner     {}\n\n", state.root().display(), state.owner());
        head + &rows(&applied, &session.output)
    })?;
    Ok(Exit::Done)
}

fn rows(applied: &Applied, output: &Output) -> String {
    let mut listing = Listing::new(["ADDRESS", "GENERATION", "PROTECTED", "ORPHANED SINCE"]);
    for (address, row) in &applied.rows {
        listing.row([
            plain(address.to_string()),
            plain(row.generation.to_string()),
            plain(if row.policy.protect { "yes" } else { "" }),
            plain(row.orphaned_since.map(moment).unwrap_or_default()),
        ]);
    }
    listing.print(output)
}

async fn rebuild(session: &Session, world: &World, consent: Consent) -> Result<Exit, Failure> {
    if confirm("Make the state anew from what is on the host?", consent)? == Answer::No {
        session.output.remark("nothing was changed");
        return Ok(Exit::Failed);
    }
    let rows = world.reconciler.rebuild_state().await.map_err(|source| Trouble::Rebuild { source })?;
    session.output.answer(&json!({ "rows": rows }), || format!("{rows} rows made anew"))?;
    Ok(Exit::Done)
}
