//! What goes wrong in an evaluation, inside the evaluator (`Fault`) and for the caller (`EvalError`).

mod definitions;
mod diagnostic;
pub(crate) mod fault;
mod report;

pub use diagnostic::TRACE_CODE;
pub use report::Report;

use std::sync::Arc;

use miette::NamedSource;

use crate::source::Position;

/// Sorts errors by cause.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// `throw`; `tryEval` catches it.
    Throw,
    /// A failed `assert`; `tryEval` catches it.
    Assert,
    /// `abort`.
    Abort,
    /// A value of another type than the operation needs.
    Type,
    /// A name that no scope binds.
    UndefinedVariable {
        /// The name.
        name: String,
        /// The visible name most like it.
        nearest: Option<String>,
    },
    /// An attribute that the set does not have.
    MissingAttribute {
        /// The attribute.
        name: String,
        /// The set's attribute most like it.
        nearest: Option<String>,
    },
    /// A value that needs itself.
    InfiniteRecursion {
        /// The values of the cycle, each needed by the one before it, starting and ending with the same one.
        cycle: Vec<Frame>,
    },
    /// Calls nested deeper than the limit or the stack allows.
    StackOverflow,
    /// Text that is not Nix.
    Parse,
    /// Fuel or memory ran out.
    Limit,
    /// The caller stopped it.
    Interrupted,
    /// A file could not be read.
    Io,
    /// A function called without an argument it requires or with one it does not take.
    Argument,
    /// Division by zero or an integer overflow.
    Arithmetic,
    /// A value of the right type that the operation cannot take.
    Value,
    /// A feature that this evaluator does not offer.
    Unsupported,
}

/// One step of what was being evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// For example `while evaluating the attribute 'memory'`.
    pub text: String,
    /// Where that stands.
    pub position: Option<Position>,
    /// How much it tells.
    pub kind: FrameKind,
    /// Whose file it is in.
    pub origin: Origin,
}

/// How much a step tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameKind {
    /// What the program itself says: `addErrorContext`, as modules do for options.
    Context,
    /// A named attribute, function or file.
    Step,
    /// An anonymous function or a builtin.
    Detail,
}

/// Whose file something is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The user's.
    Own,
    /// A library's: found by the search path, in the store, or named as one in the settings.
    Library,
}

/// Where an error is, with the text around it.
#[derive(Clone, Debug)]
pub struct Location {
    /// File, line and column.
    pub position: Position,
    /// Byte offset of the culprit in the text.
    pub offset: usize,
    /// Length of the culprit in bytes, at most to the end of its first line.
    pub len: usize,
    /// The whole source text.
    pub text: Arc<str>,
}

/// A place and what is there.
#[derive(Clone, Debug)]
struct Mark {
    at: Location,
    text: String,
}

/// An evaluation that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", .0.message)]
pub struct EvalError(Box<Details>);

#[derive(Clone, Debug)]
struct Details {
    kind: ErrorKind,
    message: String,
    help: Option<String>,
    location: Option<Location>,
    /// The place to show where the error's own is in a library.
    shown: Option<Mark>,
    marks: Vec<Mark>,
    frames: Vec<Frame>,
    /// What the diagnostic shows: the source and the steps.
    source: Option<NamedSource<Arc<str>>>,
    steps: Vec<diagnostic::Step>,
}

impl EvalError {
    pub(crate) fn new(kind: ErrorKind, message: String, help: Option<String>) -> Self {
        Self(Box::new(Details {
            kind,
            message,
            help,
            location: None,
            shown: None,
            marks: Vec::new(),
            frames: Vec::new(),
            source: None,
            steps: Vec::new(),
        }))
    }

    fn located(
        mut self,
        location: Option<Location>,
        shown: Option<Mark>,
        marks: Vec<Mark>,
        frames: Vec<Frame>,
    ) -> Self {
        let main = shown.as_ref().map(|mark| &mark.at).or(location.as_ref());
        self.0.source = main.map(|at| NamedSource::new(&at.position.file, at.text.clone()).with_language("nix"));
        self.0.steps = diagnostic::steps(&self.0.kind, location.as_ref(), shown.as_ref(), &marks, &frames);
        self.0.location = location;
        self.0.shown = shown;
        self.0.marks = marks;
        self.0.frames = frames;
        self
    }

    /// Why the evaluation failed.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.0.kind
    }

    /// The error itself, without position or trace.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Where the error is.
    #[must_use]
    pub fn location(&self) -> Option<&Location> {
        self.0.location.as_ref()
    }

    /// What was being evaluated, innermost first.
    #[must_use]
    pub fn frames(&self) -> &[Frame] {
        &self.0.frames
    }
}
