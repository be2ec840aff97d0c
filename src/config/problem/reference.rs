//! Names of what is not there.

use miette::Diagnostic;

/// A name that means nothing.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum ReferenceProblem {
    /// A tag without a definition, under `strictTags`.
    #[error("{who} has the tag `{name}`, which is not defined, and `compute.defaults.strictTags` is on")]
    #[diagnostic(code(config::unknown_tag), help("{cure}"))]
    Tag {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A policy.
    #[error("{who} has the policy `{name}`, which is not defined")]
    #[diagnostic(code(config::unknown_policy), help("{cure}"))]
    Policy {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A blueprint.
    #[error("{who} is made from the blueprint `{name}`, which is not defined")]
    #[diagnostic(code(config::unknown_blueprint), help("{cure}"))]
    Blueprint {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A component.
    #[error("{who} has the component `{name}`, which is not defined")]
    #[diagnostic(code(config::unknown_component), help("{cure}"))]
    Component {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A parameter of a blueprint.
    #[error("{who} has no parameter `{name}`")]
    #[diagnostic(code(config::unknown_parameter), help("{cure}"))]
    Parameter {
        /// The blueprint.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// An input of a component.
    #[error("{who} has no input `{name}`")]
    #[diagnostic(code(config::unknown_input), help("{cure}"))]
    Input {
        /// The component.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// An output of a component.
    #[error("{who} has no output `{name}`")]
    #[diagnostic(code(config::unknown_output), help("{cure}"))]
    Output {
        /// The component.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A component within a blueprint.
    #[error("{who} names `{name}`, which is no component of the blueprint")]
    #[diagnostic(code(config::unknown_member), help("{cure}"))]
    Member {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A value in `{{ … }}`.
    #[error("{who} has `{{{{ {name} }}}}` in its text, which has no value")]
    #[diagnostic(code(config::unknown_value), help("{cure}"))]
    Text {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A network.
    #[error("{who} wants the network `{name}`, which is not declared")]
    #[diagnostic(code(config::unknown_network), help("{cure}"))]
    Network {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A pool.
    #[error("{who} wants the storage pool `{name}`, which is not declared")]
    #[diagnostic(code(config::unknown_pool), help("{cure}"))]
    Pool {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A volume.
    #[error("{who} wants the volume `{name}`, which is not declared")]
    #[diagnostic(code(config::unknown_volume), help("{cure}"))]
    Volume {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A unit.
    #[error("{who} depends on the unit `{name}`, which is not declared")]
    #[diagnostic(code(config::unknown_unit), help("{cure}"))]
    Unit {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// A disk or interface in the boot order.
    #[error("{who} boots from `{name}`, which is none of its disks and interfaces")]
    #[diagnostic(code(config::unknown_boot_device), help("{cure}"))]
    BootDevice {
        /// Who says so.
        who: String,
        /// The name.
        name: String,
        /// What to do.
        cure: String,
    },
    /// An option of a unit.
    #[error("{who} sets `{name}`, which is no option of a unit")]
    #[diagnostic(code(config::unknown_option), help("{cure}"))]
    Option {
        /// Who says so.
        who: String,
        /// The path.
        name: String,
        /// What to do.
        cure: String,
    },
}

impl ReferenceProblem {
    /// The name that means nothing.
    pub fn name(&self) -> &str {
        match self {
            Self::Tag { name, .. }
            | Self::Policy { name, .. }
            | Self::Blueprint { name, .. }
            | Self::Component { name, .. }
            | Self::Parameter { name, .. }
            | Self::Input { name, .. }
            | Self::Output { name, .. }
            | Self::Member { name, .. }
            | Self::Text { name, .. }
            | Self::Network { name, .. }
            | Self::Pool { name, .. }
            | Self::Volume { name, .. }
            | Self::Unit { name, .. }
            | Self::BootDevice { name, .. }
            | Self::Option { name, .. } => name,
        }
    }
}
