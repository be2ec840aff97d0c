//! What keeps a configuration from being read.

use std::path::PathBuf;

use miette::Diagnostic;

/// A configuration that cannot be read.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum SourceProblem {
    /// There is no such file.
    #[error("there is no file `{}`", .path.display())]
    #[diagnostic(
        code(config::no_such_file),
        help("name a .nix file, a directory with a default.nix, FLAKE#HOST, or a manifest in JSON")
    )]
    Missing {
        /// The file.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("`{}` cannot be read", .path.display())]
    #[diagnostic(code(config::unreadable))]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A directory without a `default.nix`.
    #[error("the directory `{}` has no default.nix", .path.display())]
    #[diagnostic(code(config::no_default_nix), help("name the file itself"))]
    NoDefault {
        /// The directory.
        path: PathBuf,
    },
    /// A flake without a host.
    #[error("`{}` is a flake, and a flake has several hosts", .path.display())]
    #[diagnostic(code(config::no_host), help("name the host: `{}#HOST`", .path.display()))]
    NoHost {
        /// The directory.
        path: PathBuf,
    },
    /// A folder that is to be a flake and is none.
    #[error("there is no flake in `{}`: it has no flake.nix", .path.display())]
    #[diagnostic(
        code(config::no_flake),
        help("what stands before `#` is the folder of a flake on this host, as in `.#HOST` or `/etc/nixos#HOST`")
    )]
    NoFlake {
        /// The folder.
        path: PathBuf,
    },
    /// It is neither Nix nor JSON.
    #[error("`{}` is neither a .nix file nor a manifest in JSON", .path.display())]
    #[diagnostic(
        code(config::unknown_form),
        help("a configuration ends in .nix; a manifest is a JSON object with `schemaVersion`")
    )]
    UnknownForm {
        /// The file.
        path: PathBuf,
    },
    /// The JSON does not parse.
    #[error("the manifest `{}` is no JSON: {source}", .path.display())]
    #[diagnostic(code(config::bad_json))]
    Json {
        /// The file.
        path: PathBuf,
        /// Why.
        source: serde_json::Error,
    },
    /// The manifest has another version.
    #[error("the manifest has the version {found}, and this program reads version {expected}")]
    #[diagnostic(
        code(config::manifest_version),
        help("make it anew with the hypernix that is to read it: `nixos-rebuild switch`")
    )]
    Version {
        /// What it says.
        found: String,
        /// What is read.
        expected: u64,
    },
    /// The manifest has another form.
    #[error("the manifest is malformed at `{path}`: {reason}")]
    #[diagnostic(code(config::malformed_manifest), help("a manifest is written by the modules, not by hand"))]
    Malformed {
        /// Where.
        path: String,
        /// Why.
        reason: String,
    },
    /// An option that does not exist.
    #[error("{what}")]
    #[diagnostic(code(config::unknown_option))]
    UnknownOption {
        /// The module system's words.
        what: String,
        /// What may have been meant.
        #[help]
        hint: Option<String>,
    },
    /// A value of another type.
    #[error("{what}")]
    #[diagnostic(code(config::wrong_type))]
    WrongType {
        /// The module system's words.
        what: String,
        /// What was found.
        #[help]
        hint: Option<String>,
    },
    /// A value that is needed and not there.
    #[error("{what}")]
    #[diagnostic(code(config::missing_value))]
    MissingOption {
        /// The module system's words.
        what: String,
        /// What to set.
        #[help]
        hint: Option<String>,
    },
    /// An assertion of the modules fails.
    #[error("{message}")]
    #[diagnostic(code(config::failed_assertion))]
    Assertion {
        /// The assertion's words.
        message: String,
    },
    /// The module system refuses something else.
    #[error("{what}")]
    #[diagnostic(code(config::refused))]
    Modules {
        /// The module system's words.
        what: String,
        /// What to do.
        #[help]
        hint: Option<String>,
    },
    /// A value needs itself.
    #[error("infinite recursion: {cycle}")]
    #[diagnostic(
        code(config::infinite_recursion),
        help("give what is in the cycle a value that does not depend on it")
    )]
    Recursion {
        /// The cycle.
        cycle: String,
    },
    /// The evaluation fails.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evaluation(nix_eval::EvalError),
}

impl SourceProblem {
    /// The evaluation's own diagnostic, where this is one.
    pub(crate) fn evaluation(&self) -> Option<&dyn Diagnostic> {
        match self {
            Self::Evaluation(error) => Some(error),
            _ => None,
        }
    }
}
