//! Values that are wrong in themselves or by policy.

use miette::Diagnostic;

/// A wrong value.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ValueProblem {
    /// It does not parse, or has another type.
    #[error("`{path}` of {who} is wrong: {reason}")]
    #[diagnostic(code(config::wrong_value))]
    Wrong {
        /// Whose it is.
        who: String,
        /// Its path.
        path: String,
        /// Why, and what was expected.
        reason: String,
        /// What to do, where the reason does not say it.
        #[help]
        cure: Option<String>,
    },
    /// It is needed and not there.
    #[error("{who} needs `{path}`: {reason}")]
    #[diagnostic(code(config::missing_value), help("{cure}"))]
    Missing {
        /// Whose it is.
        who: String,
        /// Its path.
        path: String,
        /// Why.
        reason: String,
        /// What to do.
        cure: String,
    },
    /// A name that a backend would refuse.
    #[error("{who} cannot be named so: {reason}")]
    #[diagnostic(code(config::invalid_name), help("{cure}"))]
    Name {
        /// What has the name.
        who: String,
        /// Why.
        reason: String,
        /// What to do.
        cure: String,
    },
    /// A constraint of a policy or blueprint does not hold.
    #[error("{by} refuses `{path} = {value}` of {who}: it has to {rule}")]
    #[diagnostic(code(config::constraint_violated), help("{cure}"))]
    Constraint {
        /// The policy or blueprint.
        by: String,
        /// The unit.
        who: String,
        /// The field.
        path: String,
        /// Its value.
        value: String,
        /// What is allowed.
        rule: String,
        /// What to do.
        cure: String,
    },
    /// A constraint makes no sense.
    #[error("the constraint `{path}` of {by} makes no sense: {reason}")]
    #[diagnostic(
        code(config::bad_constraint),
        help("a constraint is a value to be equal to, or a set of `min`, `max`, `oneOf`, `pattern`, `required`")
    )]
    BadConstraint {
        /// The policy or blueprint.
        by: String,
        /// The field.
        path: String,
        /// Why.
        reason: String,
    },
}
