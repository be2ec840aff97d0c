//! Where answers go: text for people, or one JSON document for programs.

use std::io::{self, IsTerminal, Write};

use anstream::ColorChoice;
use serde::Serialize;

use crate::{
    arguments::{ColorWhen, Global},
    failure::{Failure, Trace, Trouble},
};

/// How answers are printed.
#[derive(Clone, Copy, Debug)]
pub struct Output {
    /// Text or JSON.
    pub form: Form,
    /// Whether anything beyond answers and errors is said.
    pub chatter: Chatter,
    /// How much of what led to an error is shown.
    pub trace: Trace,
}

/// The form of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// For people.
    Text,
    /// One JSON document on standard output.
    Json,
}

/// Whether anything beyond answers and errors is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chatter {
    /// Progress and confirmations are printed.
    Normal,
    /// They are not.
    Quiet,
}

impl Output {
    /// Makes the output as the command line wants it, and settles when colours are used.
    pub fn new(global: &Global) -> Self {
        match global.color {
            ColorWhen::Auto => ColorChoice::Auto,
            ColorWhen::Always => ColorChoice::Always,
            ColorWhen::Never => ColorChoice::Never,
        }
        .write_global();
        Self {
            form: if global.json { Form::Json } else { Form::Text },
            chatter: if global.quiet { Chatter::Quiet } else { Chatter::Normal },
            trace: if global.show_trace { Trace::Whole } else { Trace::Short },
        }
    }

    /// Prints the answer: `text` to people, `document` to programs.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn answer<T: Serialize>(&self, document: &T, text: impl FnOnce() -> String) -> Result<(), Failure> {
        match self.form {
            Form::Json => self.document(document),
            Form::Text => self.text(&text()),
        }
    }

    /// Prints text for people, ending its last line. It is out before anything that follows on standard error.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn text(&self, text: &str) -> Result<(), Failure> {
        if text.is_empty() {
            return Ok(());
        }
        let end = if text.ends_with('\n') { "" } else { "\n" };
        let mut stdout = anstream::stdout();
        ended_well(write!(stdout, "{text}{end}").and_then(|()| stdout.flush()))
    }

    /// Prints a JSON document.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub fn document<T: Serialize>(&self, document: &T) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(document).map_err(|source| Trouble::Serialise { source })?;
        let mut stdout = io::stdout();
        ended_well(writeln!(stdout, "{text}").and_then(|()| stdout.flush()))
    }

    /// Says something in passing, on standard error; nothing under `--quiet` or `--json`.
    pub fn remark(&self, text: &str) {
        if self.chatter == Chatter::Normal && self.form == Form::Text {
            anstream::eprintln!("{text}");
        }
    }

    /// Whether a person watches standard error, so that progress can be drawn.
    pub fn can_draw(&self) -> bool {
        self.chatter == Chatter::Normal && self.form == Form::Text && io::stderr().is_terminal()
    }

    /// Whether standard output is shown with colours.
    pub fn colours(&self) -> bool {
        self.form == Form::Text && anstream::AutoStream::choice(&io::stdout()) != ColorChoice::Never
    }
}

/// Prints bytes as they are.
///
/// # Errors
/// When standard output cannot be written to.
pub fn bytes(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout();
    ended_well(stdout.write_all(bytes).and_then(|()| stdout.flush()))
}

/// A reader that went away (`| head`) is no failure.
fn ended_well(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => other.map_err(|source| Trouble::Write { what: "standard output".to_owned(), source }.into_failure()),
    }
}
