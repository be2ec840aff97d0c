//! `hypernix`: virtual machines and containers on this host, as a Nix file declares them.
//!
//! ```text
//! arguments ─► command/<name>.rs ─► config, plan, driver, reconcile ─► output, table, progress
//!                     └─► failure: what went wrong, rendered once, here
//! ```

mod arguments;
mod command;
mod completion;
mod confirm;
mod daemon;
mod declaration;
mod evaluation;
mod export;
mod failure;
mod handover;
mod identity;
mod import;
mod inputs;
mod interrupt;
mod inventory;
#[cfg(debug_assertions)]
mod killed;
mod live;
mod nearest;
mod nix_text;
mod output;
mod power;
mod probation;
mod progress;
#[cfg(test)]
mod reference;
mod removal;
mod repl;
mod run;
mod session;
mod table;
mod target;
mod terminal;
mod tracing_output;
mod watch;
mod world;

use std::process::ExitCode;

use arguments::Arguments;
use output::Output;
use session::Session;

fn main() -> ExitCode {
    completion::answer_shell();
    let arguments = match Arguments::read() {
        Ok(arguments) => arguments,
        Err(usage) => return usage.show(),
    };
    let output = Output::new(&arguments.global);
    tracing_output::start(&arguments.global, arguments.command.task());
    arguments.global.inputs.choose();
    let session = Session::new(arguments.global, output);
    watch::start(&session.global);
    let ended = arguments.command.run(&session);
    let ended = watch::report(&session.global, &session.output).and(ended);
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => failure.show(&session.output),
    }
}
