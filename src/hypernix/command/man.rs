//! `hypernix man`

use std::{fs, io, io::Write, path::PathBuf};

use clap::{Args, ValueHint};

use crate::{
    arguments::Arguments,
    failure::{Exit, Failure, Trouble},
    session::Session,
};

/// Prints the manual page, or writes the pages of all commands.
#[derive(Debug, Args)]
pub struct Man {
    /// The directory to write hypernix.1 and a page for each command to.
    #[arg(value_name = "DIR", value_hint = ValueHint::DirPath)]
    directory: Option<PathBuf>,
}

impl Man {
    /// Prints or writes.
    ///
    /// # Errors
    /// When standard output or the directory cannot be written to.
    pub fn run(self, session: &Session) -> Result<Exit, Failure> {
        match self.directory {
            None => {
                let mut page = Vec::new();
                let unwritable = |source| Trouble::Write { what: "standard output".to_owned(), source };
                clap_mangen::Man::new(Arguments::description()).render(&mut page).map_err(unwritable)?;
                io::stdout().write_all(&page).map_err(unwritable)?;
            }
            Some(directory) => {
                let unwritable = |source| Trouble::Write { what: directory.display().to_string(), source };
                fs::create_dir_all(&directory).map_err(unwritable)?;
                clap_mangen::generate_to(Arguments::description(), &directory).map_err(unwritable)?;
                session.output.remark(&format!("manual pages written to {}", directory.display()));
            }
        }
        Ok(Exit::Done)
    }
}
