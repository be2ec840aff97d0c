//! The interactive evaluator.
//!
//! ```text
//! lines ─(terminal with completion, or pipe)─► input ─► conversation ─► value, or error as everywhere
//!                                                            │
//!                                         scope: variables, files loaded
//! ```

mod conversation;
mod input;
mod lines;

use std::{
    cell::RefCell,
    path::PathBuf,
    sync::{Arc, atomic::AtomicBool},
};

use nix_eval::Settings;

use crate::{
    evaluation::Evaluation,
    failure::{Exit, Failure, Trouble},
    session::Session,
};
use conversation::{Bench, Conversation, Next};
use lines::{Lines, Source};

/// Converses until the input ends or is told to.
///
/// # Errors
/// When the terminal cannot be read or written to.
pub fn run(files: Vec<PathBuf>, evaluation: &Evaluation, session: &Session) -> Result<Exit, Failure> {
    let source = Source::of_standard_input();
    let interrupt = interrupt(source)?;
    if source == Source::Terminal {
        session.output.remark("Nix expressions are evaluated; :? for help, :q to leave");
    }
    let mut files = files;
    let mut result = Exit::Done;
    loop {
        let settings = Settings { interrupt: Some(Arc::clone(&interrupt)), ..evaluation.settings() };
        let (loaded, stop) = (&mut files, &interrupt);
        let (next, failed) = nix_eval::evaluate(settings, move |evaluator| {
            let bench = RefCell::new(Bench::new(evaluator));
            let mut lines = Lines::open(source, &bench)?;
            let mut conversation = Conversation::new(&bench, evaluation, session, stop);
            let next = conversation.run(loaded, &mut lines)?;
            Ok::<_, Failure>((next, conversation.has_failed()))
        })?;
        // A person has seen the error; a script is told at the end.
        if failed && source == Source::Pipe {
            result = Exit::Failed;
        }
        match next {
            Next::Reload => session.output.remark("reloading"),
            Next::End => return Ok(result),
        }
    }
}

/// Set by Ctrl-C. From a pipe there is nobody to go on after it, so it ends the program as usual.
fn interrupt(source: Source) -> Result<Arc<AtomicBool>, Failure> {
    let flag = Arc::new(AtomicBool::new(false));
    if source == Source::Terminal {
        signal_hook::flag::register(signal_hook::consts::SIGINT, Arc::clone(&flag))
            .map_err(|source| Trouble::Runtime { source })?;
    }
    Ok(flag)
}
