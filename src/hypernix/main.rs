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

use std::{io::Write, process::ExitCode};

use arguments::Arguments;
use failure::Exit;
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
    leave(ended.unwrap_or_else(|failure| failure.show(&session.output)))
}

/// Ends the process as it is. Threads in which libvirt closes its connections may still run, and the exit handlers of
/// its fifty libraries free what these threads free as well: OpenSSL's made one run in some thousands abort at its end.
fn leave(exit: Exit) -> ! {
    if let Err(error) = std::io::stdout().flush() {
        tracing::debug!(%error, "standard output is gone");
    }
    // SAFETY: nothing of ours is to be done when the process ends: all has been written, and files are closed by the
    // kernel.
    unsafe { libc::_exit(exit.code().into()) }
}
