//! Everything that can be wrong with a configuration. One file a subject; each problem says what was expected and
//! how to cure it.

mod blueprint;
mod guest;
mod place;
mod reference;
mod source;
mod value;

pub use blueprint::BlueprintProblem;
pub use guest::GuestProblem;
pub use place::PlaceProblem;
pub use reference::ReferenceProblem;
pub use source::SourceProblem;
pub use value::ValueProblem;

/// A thing that is wrong with a configuration.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum Problem {
    /// It cannot be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Source(#[from] SourceProblem),
    /// It names what is not there.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Reference(#[from] ReferenceProblem),
    /// A value is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Value(#[from] ValueProblem),
    /// A blueprint does not fit together.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Blueprint(#[from] BlueprintProblem),
    /// A unit cannot be made on its backend.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Guest(#[from] GuestProblem),
    /// Two things want the same place.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Place(#[from] PlaceProblem),
}

impl Problem {
    /// The word in the source that is wrong, where it is one: a name that means nothing.
    pub(crate) fn culprit(&self) -> Option<&str> {
        match self {
            Self::Reference(problem) => Some(problem.name().rsplit('.').next().unwrap_or(problem.name())),
            Self::Source(SourceProblem::UnknownOption { what, .. }) => what.split('`').nth(1)?.rsplit('.').next(),
            Self::Source(SourceProblem::Modules { what, .. }) => {
                what.split("takes the argument `").nth(1)?.split('`').next()
            }
            _ => None,
        }
    }
}
