//! An error in plain text, with its position and trace, and the codes of the kinds.

use std::fmt;

use super::{ErrorKind, EvalError};

/// Shows an error with everything known about it; made by [`EvalError::report`].
pub struct Report<'e>(&'e EvalError);

impl EvalError {
    /// The message, its position, the hint and the trace, innermost first, as plain text.
    #[must_use]
    pub fn report(&self) -> Report<'_> {
        Report(self)
    }
}

impl fmt::Display for Report<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.0.message())?;
        if let Some(at) = self.0.location() {
            write!(f, "\n  at {}", at.position)?;
        }
        if let ErrorKind::InfiniteRecursion { cycle } = self.0.kind() {
            for step in cycle {
                write!(f, "\n  needs {}", step.text)?;
                if let Some(position) = &step.position {
                    write!(f, " at {position}")?;
                }
            }
        }
        if let Some(help) = &self.0.0.help {
            write!(f, "\n  {help}")?;
        }
        for frame in self.0.frames() {
            write!(f, "\n  … {}", frame.text)?;
            if let Some(position) = &frame.position {
                write!(f, " at {position}")?;
            }
        }
        Ok(())
    }
}

pub(super) fn code(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throw => "nix::throw",
        ErrorKind::Assert => "nix::assert",
        ErrorKind::Abort => "nix::abort",
        ErrorKind::Type => "nix::type",
        ErrorKind::UndefinedVariable { .. } => "nix::undefined_variable",
        ErrorKind::MissingAttribute { .. } => "nix::missing_attribute",
        ErrorKind::InfiniteRecursion { .. } => "nix::infinite_recursion",
        ErrorKind::StackOverflow => "nix::stack_overflow",
        ErrorKind::Parse => "nix::parse",
        ErrorKind::Limit => "nix::limit",
        ErrorKind::Interrupted => "nix::interrupted",
        ErrorKind::Io => "nix::io",
        ErrorKind::Argument => "nix::argument",
        ErrorKind::Arithmetic => "nix::arithmetic",
        ErrorKind::Value => "nix::value",
        ErrorKind::Unsupported => "nix::unsupported",
    }
}
