//! `hypernix completions`

use std::io;

use clap::Args;
use clap_complete::env::{Bash, Elvish, EnvCompleter, Fish, Zsh};

use crate::{
    failure::{Exit, Failure, Trouble},
    session::Session,
};

/// Prints the completion script of a shell.
///
/// The script asks `hypernix` itself at every completion, so units are completed by the names that were applied
/// here. For bash: `hypernix completions bash > /etc/bash_completion.d/hypernix`.
#[derive(Debug, Args)]
pub struct Completions {
    /// The shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// A shell that can complete.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Shell {
    Bash,
    Elvish,
    Fish,
    Zsh,
}

impl Completions {
    /// Prints the script.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn run(self, _session: &Session) -> Result<Exit, Failure> {
        let completer: &dyn EnvCompleter = match self.shell {
            Shell::Bash => &Bash,
            Shell::Elvish => &Elvish,
            Shell::Fish => &Fish,
            Shell::Zsh => &Zsh,
        };
        let written = completer.write_registration("COMPLETE", "hypernix", "hypernix", "hypernix", &mut io::stdout());
        written.map_err(|source| Trouble::Write { what: "standard output".to_owned(), source })?;
        Ok(Exit::Done)
    }
}
