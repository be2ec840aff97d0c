//! Blueprints whose components do not fit together.

use miette::Diagnostic;

/// A blueprint that does not fit together.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum BlueprintProblem {
    /// A parameter without a value.
    #[error("{who} has to set the parameter `{parameter}` of the blueprint `{blueprint}`, which has no default")]
    #[diagnostic(code(config::missing_parameter), help("{cure}"))]
    MissingParameter {
        /// The unit.
        who: String,
        /// The blueprint.
        blueprint: String,
        /// The parameter.
        parameter: String,
        /// What to do.
        cure: String,
    },
    /// A parameter's or input's value of another type.
    #[error("{what} of {who} is {found}: expected {expected}")]
    #[diagnostic(code(config::wrong_type))]
    Type {
        /// The parameter or input.
        what: String,
        /// Whose.
        who: String,
        /// The value.
        found: String,
        /// The type.
        expected: String,
    },
    /// A parameter's value that its validation refuses.
    #[error("the parameter `{parameter}` of {who} is {found}: expected {expected}")]
    #[diagnostic(code(config::parameter_refused))]
    Refused {
        /// The unit.
        who: String,
        /// The parameter.
        parameter: String,
        /// The value.
        found: String,
        /// What the validation wants.
        expected: String,
    },
    /// A validation that makes no sense.
    #[error("the validation of the parameter `{parameter}` of the blueprint `{blueprint}` makes no sense: {reason}")]
    #[diagnostic(
        code(config::bad_validation),
        help("write a regular expression for text, `LEAST..MOST` for numbers and sizes")
    )]
    Validation {
        /// The blueprint.
        blueprint: String,
        /// The parameter.
        parameter: String,
        /// Why.
        reason: String,
    },
    /// Two components of the same name.
    #[error("the blueprint `{blueprint}` has two components called `{member}`")]
    #[diagnostic(code(config::duplicate_component), help("give one of them an `alias`"))]
    Duplicate {
        /// The blueprint.
        blueprint: String,
        /// The name.
        member: String,
    },
    /// An input without a value.
    #[error("the component `{member}` of {who} needs the input `{input}`")]
    #[diagnostic(
        code(config::missing_input),
        help("set it under `inputs` of the component, or connect an output to it under `connections`")
    )]
    MissingInput {
        /// The unit and blueprint.
        who: String,
        /// The component.
        member: String,
        /// The input.
        input: String,
    },
    /// An input with two values.
    #[error("the input `{to}` of the blueprint `{blueprint}` is given twice")]
    #[diagnostic(code(config::input_twice), help("remove all but one of: {ways}"))]
    Twice {
        /// The blueprint.
        blueprint: String,
        /// The input.
        to: String,
        /// What gives it.
        ways: String,
    },
    /// A connection's end that is not `member.port`.
    #[error("`{end}` in the connections of the blueprint `{blueprint}` is not of the form COMPONENT.NAME")]
    #[diagnostic(code(config::bad_connection), help("write `database.url`, say"))]
    End {
        /// The blueprint.
        blueprint: String,
        /// What is written.
        end: String,
    },
    /// A connection between different types.
    #[error("`{from}` is of type `{from_type}` and cannot go to `{to}`, which is of type `{to_type}`")]
    #[diagnostic(
        code(config::types_differ),
        help("change one of the types, or give the connection a `transform`: {transforms}")
    )]
    Types {
        /// The output.
        from: String,
        /// Its type.
        from_type: String,
        /// The input.
        to: String,
        /// Its type.
        to_type: String,
        /// What there is.
        transforms: &'static str,
    },
    /// An unknown transform.
    #[error("the connection from `{from}` to `{to}` has the transform `{transform}`, which does not exist")]
    #[diagnostic(code(config::unknown_transform), help("there are {transforms}"))]
    Transform {
        /// The output.
        from: String,
        /// The input.
        to: String,
        /// The transform.
        transform: String,
        /// What there is.
        transforms: &'static str,
    },
    /// A transform that fails.
    #[error("`{transform}` cannot turn {value} from `{from}` into what `{to}` takes")]
    #[diagnostic(code(config::transform_failed))]
    TransformFailed {
        /// The output.
        from: String,
        /// The input.
        to: String,
        /// The transform.
        transform: String,
        /// The value.
        value: String,
    },
    /// Components that need each other.
    #[error("the components of the blueprint `{blueprint}` depend on each other: {cycle}")]
    #[diagnostic(
        code(config::component_cycle),
        help("remove one of these connections or `requires`, so that one of them can be set up first")
    )]
    Cycle {
        /// The blueprint.
        blueprint: String,
        /// The cycle.
        cycle: String,
    },
    /// A layer that comes too early.
    #[error(
        "in the blueprint `{blueprint}` the component `{member}` is in a layer before that of `{needs}`, which it needs"
    )]
    #[diagnostic(code(config::layer_order), help("give the layer of `{needs}` a lower `order`"))]
    Layer {
        /// The blueprint.
        blueprint: String,
        /// The component.
        member: String,
        /// What it needs.
        needs: String,
    },
    /// A component that is not beside what it needs.
    #[error(
        "the component `{member}` of the blueprint `{blueprint}` requires `{requires}`, which nothing in it provides"
    )]
    #[diagnostic(code(config::requirement_missing), help("{cure}"))]
    Requires {
        /// The blueprint.
        blueprint: String,
        /// The component.
        member: String,
        /// What it needs.
        requires: String,
        /// Who has it.
        cure: String,
    },
    /// Components that do not go together.
    #[error("the components `{member}` and `{other}` of the blueprint `{blueprint}` conflict over `{over}`")]
    #[diagnostic(code(config::components_conflict), help("keep one of them, or give one a `condition`"))]
    Conflict {
        /// The blueprint.
        blueprint: String,
        /// A component.
        member: String,
        /// Another.
        other: String,
        /// What they conflict over.
        over: String,
    },
    /// A component for other machines.
    #[error("the component `{component}` runs on {supported}, and {who} is {architecture}")]
    #[diagnostic(
        code(config::component_architecture),
        help("add \"{architecture}\" to its `properties.compatibility.architectures` if it runs there")
    )]
    Architecture {
        /// The component.
        component: String,
        /// Where it runs.
        supported: String,
        /// The unit.
        who: String,
        /// The unit's.
        architecture: String,
    },
    /// An expression that does not evaluate to a boolean.
    #[error("{what} of the blueprint `{blueprint}`, `{expression}`, {reason}")]
    #[diagnostic(
        code(config::bad_expression),
        help("write a Nix expression that is true or false, such as `parameters.replicas > 1`")
    )]
    Expression {
        /// The blueprint.
        blueprint: String,
        /// A condition or rule.
        what: String,
        /// The expression.
        expression: String,
        /// Why.
        reason: String,
    },
    /// A rule that does not hold.
    #[error("{who} breaks the rule `{rule}` of the blueprint `{blueprint}`: {message}")]
    #[diagnostic(code(config::rule_broken), help("the rule is `{expression}`"))]
    Rule {
        /// The unit.
        who: String,
        /// The blueprint.
        blueprint: String,
        /// The rule.
        rule: String,
        /// What it says.
        message: String,
        /// The expression.
        expression: String,
    },
}
