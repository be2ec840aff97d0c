//! What an evaluation may see and use.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::flake::{Git, InputOverride};
use crate::io::{EvalIo, StdIo};
use crate::nix_command::NixCommand;
use crate::store::StoreWriter;
use crate::watch::Watch;

/// How an evaluation is set up.
#[derive(Clone)]
pub struct Settings {
    /// Where files come from.
    pub io: Arc<dyn EvalIo>,
    /// What `<name>` finds, first match first.
    pub search_path: Vec<SearchPathEntry>,
    /// Folders of libraries, besides those of the search path: short traces leave out the steps inside them.
    pub libraries: Vec<PathBuf>,
    /// Whether the evaluation sees the host's environment.
    pub purity: Purity,
    /// Whether `|>` and `<|` are part of the language.
    pub pipe_operators: PipeOperators,
    /// Whether `builtins.fromTOML` reads dates and times.
    pub toml_timestamps: TomlTimestamps,
    /// What happens to literals that are discouraged.
    pub lints: Lints,
    /// The most calls nested in each other.
    pub max_call_depth: usize,
    /// The most calls altogether.
    pub fuel: Option<u64>,
    /// The most memory for values, in bytes.
    pub memory: Option<usize>,
    /// What wants to know what evaluations cost.
    pub watch: Option<Arc<Watch>>,
    /// Set from outside to stop the evaluation, which then fails as interrupted.
    pub interrupt: Option<Arc<AtomicBool>>,
    /// What `builtins.getEnv` sees.
    pub env: BTreeMap<String, String>,
    /// What `~/` stands for.
    pub home: Option<PathBuf>,
    /// The platform, as `builtins.currentSystem`.
    pub current_system: String,
    /// The store's folder, as `builtins.storeDir`.
    pub store_dir: String,
    /// Whether a path in a string is copied to the store.
    pub path_copies: PathCopies,
    /// Where the store's objects are written; nowhere without it.
    pub store: Option<Arc<dyn StoreWriter>>,
    /// A real Nix, for what needs the network or a build.
    pub nix: Option<Arc<dyn NixCommand>>,
    /// Folders that take the place of inputs of the flake that is evaluated.
    pub input_overrides: Vec<InputOverride>,
    /// Tells which files of a flake are tracked; without it a flake is everything in its folder.
    pub git: Option<Arc<dyn Git>>,
    /// Takes the texts of `builtins.trace` and `builtins.warn`.
    pub trace: Arc<dyn Fn(&str) + Send + Sync>,
}

/// One entry of the search path: `prefix=path`, or `path` alone with an empty prefix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchPathEntry {
    /// The first part of the name between `<` and `>`; empty for any.
    pub prefix: String,
    /// Where it leads.
    pub path: PathBuf,
}

impl SearchPathEntry {
    /// Reads an entry as written in `NIX_PATH` or after `-I`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let (prefix, path) = text.split_once('=').unwrap_or(("", text));
        Self { prefix: prefix.to_owned(), path: path.into() }
    }
}

/// Whether the evaluation depends on the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purity {
    /// No environment, no `currentSystem`, no search path.
    Pure,
    /// Like `nix-instantiate`.
    Impure,
}

/// Whether pipe operators are read; Nix has them as an experimental feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PipeOperators {
    /// They are syntax errors.
    Refused,
    /// They apply functions.
    Accepted,
}

/// Whether TOML may hold dates and times; Nix has them as an experimental feature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TomlTimestamps {
    /// They are errors.
    Refused,
    /// They are sets with a text and a `_type`.
    Accepted,
}

/// What happens to literals that are discouraged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lints {
    /// URLs without quotes.
    pub urls: Lint,
    /// Absolute paths, and those that begin with `~/`.
    pub absolute_paths: Lint,
    /// Relative paths that do not begin with a dot.
    pub short_paths: Lint,
}

/// What happens to one kind of literal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lint {
    /// Nothing.
    #[default]
    Accepted,
    /// A warning goes to `trace`.
    Warned,
    /// It is an error.
    Refused,
}

/// What happens to a path where Nix would copy it to the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PathCopies {
    /// The path that the copy has, or would have, takes its place.
    Computed,
    /// It is an error, for evaluations whose result is used where there is no store.
    Refused,
}

impl Default for Settings {
    /// Impure evaluation over the real file system, with Nix's call depth and 4 GiB of memory.
    fn default() -> Self {
        Self {
            io: Arc::new(StdIo),
            search_path: Vec::new(),
            libraries: Vec::new(),
            purity: Purity::Impure,
            pipe_operators: PipeOperators::Refused,
            toml_timestamps: TomlTimestamps::Refused,
            lints: Lints::default(),
            max_call_depth: 10_000,
            fuel: None,
            memory: Some(4 << 30),
            watch: None,
            interrupt: None,
            env: BTreeMap::new(),
            home: None,
            current_system: format!("{}-{}", std::env::consts::ARCH, std::env::consts::OS),
            store_dir: "/nix/store".to_owned(),
            path_copies: PathCopies::Computed,
            store: None,
            nix: None,
            input_overrides: Vec::new(),
            git: None,
            trace: Arc::new(|text| eprintln!("{text}")),
        }
    }
}
