//! `hypernix repl`

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::{
    evaluation::Evaluation,
    failure::{Exit, Failure},
    repl,
    session::Session,
};

/// Evaluates Nix expressions as they are typed.
///
/// Completes attributes, variables and paths with Tab, goes on over several lines while a bracket is open, and stops
/// an evaluation at Ctrl-C. `:?` lists its commands. From a pipe it reads the same and shows no prompt.
#[derive(Debug, Args)]
pub struct Repl {
    /// Nix files or directories whose attributes become variables, as with :l.
    #[arg(value_name = "FILE", value_hint = ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    #[command(flatten)]
    evaluation: Evaluation,
}

impl Repl {
    /// Reads, evaluates and prints until the input ends.
    ///
    /// # Errors
    /// When the terminal cannot be read or written to.
    pub fn run(self, session: &Session) -> Result<Exit, Failure> {
        repl::run(self.files, &self.evaluation, session)
    }
}
