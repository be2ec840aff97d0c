//! `hypernix logs`

use std::{
    io,
    path::{Path, PathBuf},
};

use clap::Args;
use model::{Address, ObservedResource, Seen, Spec};

use super::options::Unit;
use crate::{
    failure::{Exit, Failure, Trouble},
    live::{
        container,
        follow::{self, End, Range},
    },
    session::Session,
    target,
    world::{Sighted, World},
};

/// Prints what a unit has written to its console or output.
#[derive(Debug, Args)]
pub struct Logs {
    #[command(flatten)]
    unit: Unit,
    /// Waits for more.
    #[arg(short, long)]
    follow: bool,
    /// How many of the last lines; all unless given.
    #[arg(short = 'n', long, value_name = "N")]
    tail: Option<usize>,
}

impl Logs {
    /// Prints them.
    ///
    /// # Errors
    /// When the unit is unknown, or keeps no log that can be read.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let Sighted { observed, .. } = world.look().await?;
        let (address, resource) = target::unit(&self.unit.name, &observed)?;
        let range = Range { lines: self.tail, end: if self.follow { End::Follow } else { End::Stop } };
        match console_log(resource) {
            ConsoleLog::Container => container::print_logs(&world.docker, address, range).await?,
            ConsoleLog::File(path) => print_file(path, range).await?,
            ConsoleLog::None => return Err(no_log(address)),
        }
        Ok(Exit::Done)
    }
}

/// Where a unit's log is.
enum ConsoleLog {
    Container,
    File(PathBuf),
    None,
}

fn console_log(resource: &ObservedResource) -> ConsoleLog {
    let Seen::Parsed { config, live } = &resource.seen else { return ConsoleLog::None };
    match live.as_ref().unwrap_or(config) {
        Spec::Container(_) => ConsoleLog::Container,
        Spec::Domain(spec) => spec.console.log.clone().map_or(ConsoleLog::None, ConsoleLog::File),
        _ => ConsoleLog::None,
    }
}

async fn print_file(path: PathBuf, range: Range) -> Result<(), Failure> {
    let shown = path.clone();
    let printed = tokio::task::spawn_blocking(move || follow::print(&path, range, &mut io::stdout()));
    let printed = printed.await.map_err(|source| Trouble::Runtime { source: source.into() })?;
    ended_well(&shown, printed)
}

fn ended_well(path: &Path, printed: io::Result<()>) -> Result<(), Failure> {
    match printed {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(source) => Err(Trouble::ReadFile { path: path.to_owned(), source }.into()),
        Ok(()) => Ok(()),
    }
}

fn no_log(address: &Address) -> Failure {
    let help = "set `console.log = true` on the unit, apply it and restart it".to_owned();
    Trouble::Request { message: format!("the console of {address} is not written to a log"), help }.into()
}
