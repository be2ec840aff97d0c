//! The commands, one file each.

mod activate;
mod adopt;
mod apply;
mod check;
mod completions;
mod confirm;
mod console;
mod destroy;
mod eval;
mod explain;
mod export;
mod generations;
mod health;
mod import;
mod list;
mod logs;
mod man;
mod manifest;
mod options;
mod pause;
mod plan;
mod repl;
mod restart;
mod resume;
mod rollback;
mod serve;
mod show;
mod start;
mod state;
mod stop;

use std::io;

use clap::Subcommand;

use crate::{
    failure::{Exit, Failure, Trouble},
    session::Session,
    tracing_output::Task,
};

/// What to do. Each command's own description is what help prints.
#[derive(Debug, Subcommand)]
pub enum Command {
    Plan(plan::Plan),
    Apply(apply::Apply),
    Activate(activate::Activate),
    Confirm(confirm::Confirm),
    Destroy(destroy::Destroy),
    Explain(explain::Explain),
    Check(check::Check),
    Manifest(manifest::Manifest),
    Eval(eval::Eval),
    Repl(repl::Repl),
    #[command(visible_alias = "ls")]
    List(list::List),
    Show(show::Show),
    Start(start::Start),
    Stop(stop::Stop),
    Restart(restart::Restart),
    Pause(pause::Pause),
    Resume(resume::Resume),
    Console(console::Console),
    Logs(logs::Logs),
    Health(health::Health),
    Adopt(adopt::Adopt),
    Export(export::Export),
    Import(import::Import),
    Generations(generations::Generations),
    Rollback(rollback::Rollback),
    State(state::State),
    Serve(serve::Serve),
    Completions(completions::Completions),
    Man(man::Man),
}

impl Command {
    /// What the program is about with it.
    pub const fn task(&self) -> Task {
        match self {
            Self::Serve(_) => Task::Service,
            _ => Task::Deed,
        }
    }

    /// Does it.
    ///
    /// # Errors
    /// When it could not be done; nothing was changed then, unless the error says so.
    pub fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Eval(command) => command.run(session),
            Self::Repl(command) => command.run(session),
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
            command => command.run_with_runtime(session),
        }
    }

    /// Does it with threads and timers for asynchronous work, which cost more to start than an evaluation takes.
    fn run_with_runtime(self, session: &Session) -> Result<Exit, Failure> {
        let runtime = runtime().map_err(|source| Trouble::Runtime { source })?;
        let ended = runtime.block_on(self.work(session));
        // A blocked read of a terminal or of a guest's console must not keep the program from ending.
        runtime.shutdown_background();
        ended
    }

    async fn work(self, session: &Session) -> Result<Exit, Failure> {
        match self {
            Self::Plan(command) => command.run(session).await,
            Self::Apply(command) => command.run(session).await,
            Self::Activate(command) => command.run(session).await,
            Self::Confirm(command) => command.run(session).await,
            Self::Destroy(command) => command.run(session).await,
            Self::Explain(command) => command.run(session).await,
            Self::Check(command) => command.run(session).await,
            Self::Manifest(command) => command.run(session).await,
            Self::Eval(command) => command.run(session),
            Self::Repl(command) => command.run(session),
            Self::List(command) => command.run(session).await,
            Self::Show(command) => command.run(session).await,
            Self::Start(command) => command.run(session).await,
            Self::Stop(command) => command.run(session).await,
            Self::Restart(command) => command.run(session).await,
            Self::Pause(command) => command.run(session).await,
            Self::Resume(command) => command.run(session).await,
            Self::Console(command) => command.run(session).await,
            Self::Logs(command) => command.run(session).await,
            Self::Health(command) => command.run(session).await,
            Self::Adopt(command) => command.run(session).await,
            Self::Export(command) => command.run(session).await,
            Self::Import(command) => command.run(session).await,
            Self::Generations(command) => command.run(session),
            Self::Rollback(command) => command.run(session).await,
            Self::State(command) => command.run(session).await,
            Self::Serve(command) => command.run(session).await,
            Self::Completions(command) => command.run(session),
            Self::Man(command) => command.run(session),
        }
    }
}

/// Worker threads with the stack of a main thread: the futures of whole deeds lie on it one in the other.
fn runtime() -> io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread().enable_all().thread_stack_size(8 << 20).build()
}
