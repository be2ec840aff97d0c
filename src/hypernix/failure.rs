//! What went wrong. Every command ends in a [`Failure`] at worst, and it is rendered here and nowhere else.

mod document;
pub mod refusal;
mod rendering;
mod trouble;

use miette::{Diagnostic, Report};

use crate::output::{Form, Output};

pub use rendering::Trace;
pub use trouble::Trouble;

use rendering::Drawing;

/// Why a command changed nothing: one mistake or several.
#[derive(Debug)]
pub struct Failure {
    reports: Vec<Report>,
}

/// How a command that did its work ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// All is well: 0.
    Done,
    /// A step failed, or the answer was no: 1. The reason has been printed.
    Failed,
    /// There are changes, and `--detailed-exitcode` asks: 2.
    Changes,
    /// As a command inside a container ended.
    Of(u8),
}

impl Failure {
    /// Several mistakes at once, shown in this order.
    pub fn several(reports: Vec<Report>) -> Self {
        Self { reports }
    }

    /// The failure as a document.
    pub fn document(&self) -> serde_json::Value {
        document::error_document(&self.reports, Trace::Short)
    }

    /// Prints it, as the end of a command.
    pub fn show(self, output: &Output) -> Exit {
        self.print(output);
        Exit::Failed
    }

    /// Prints it: to people on standard error, to programs as a document on standard output.
    pub fn print(&self, output: &Output) {
        match output.form {
            Form::Json => {
                let document = document::error_document(&self.reports, output.trace);
                if output.document(&document).is_err() {
                    anstream::eprintln!("{document}");
                }
            }
            Form::Text => anstream::eprint!("{}", self.text(output.trace)),
        }
    }

    /// The rendering for people.
    fn text(&self, trace: Trace) -> String {
        let drawing = Drawing::new(trace);
        self.reports.iter().flat_map(|report| mistakes(report.as_ref())).map(|one| drawing.draw(one)).collect()
    }
}

impl<E: Diagnostic + Send + Sync + 'static> From<E> for Failure {
    fn from(error: E) -> Self {
        Self { reports: vec![Report::new(error)] }
    }
}

impl Exit {
    /// The process's exit code.
    pub const fn code(self) -> u8 {
        match self {
            Self::Done => 0,
            Self::Failed => 1,
            Self::Changes => 2,
            Self::Of(code) => code,
        }
    }
}

/// The mistakes that a diagnostic only gathers, or the diagnostic itself.
fn mistakes(diagnostic: &dyn Diagnostic) -> Vec<&dyn Diagnostic> {
    let gathered: Vec<&dyn Diagnostic> = diagnostic.related().map(Iterator::collect).unwrap_or_default();
    if gathered.is_empty() || diagnostic.code().is_some() { vec![diagnostic] } else { gathered }
}

#[cfg(test)]
mod tests;
