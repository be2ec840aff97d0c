//! How an evaluation is set up: by the host's environment and by the options that `eval` and `repl` share.

use std::{
    env,
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::{Args, ValueHint};
use model::Bytes;
use nix_eval::{Arguments, EvalError, Evaluator, PipeOperators, Purity, SearchPathEntry, Settings, StoreDirectory};

use crate::{inputs, watch};

/// The experimental feature of Nix that changes what an evaluation means here.
const PIPE_OPERATORS: &str = "pipe-operators";

/// How an evaluation is set up.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Evaluation")]
pub struct Evaluation {
    /// Adds PATH, or PREFIX=PATH, to the front of what <NAME> finds; may be repeated.
    #[arg(short = 'I', long = "include", value_name = "[PREFIX=]PATH", value_hint = ValueHint::DirPath)]
    include: Vec<String>,
    /// Gives an argument, an expression, to the functions that are called; may be repeated.
    #[arg(long, num_args = 2, value_names = ["NAME", "EXPRESSION"], allow_hyphen_values = true)]
    arg: Vec<String>,
    /// Gives an argument, a string, to the functions that are called; may be repeated.
    #[arg(long, num_args = 2, value_names = ["NAME", "TEXT"], allow_hyphen_values = true)]
    argstr: Vec<String>,
    /// Hides the environment, the search path and the platform from the evaluation.
    #[arg(long, alias = "pure-eval")]
    pure: bool,
    /// Switches on experimental parts of the language: pipe-operators. Other names change nothing here.
    #[arg(long, value_name = "NAMES")]
    extra_experimental_features: Vec<String>,
    /// Writes what the evaluation puts into the store below DIR, /nix/store/x to DIR/nix/store/x; nothing is written
    /// without it.
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    store: Option<PathBuf>,
    /// The most calls altogether; unbounded unless given.
    #[arg(long, value_name = "N")]
    max_steps: Option<u64>,
    /// The most memory for values, as in 512MiB.
    #[arg(long, value_name = "SIZE", default_value = "4GiB")]
    max_memory: Option<Bytes>,
    /// The most calls inside each other.
    #[arg(long, value_name = "N", alias = "max-call-depth", default_value_t = 10_000)]
    max_depth: usize,
}

impl Evaluation {
    /// The settings that the host's environment and these options make.
    pub fn settings(&self) -> Settings {
        let host = host();
        let own = self.include.iter().map(|entry| search_path_entry(entry));
        let search_path = own.chain(host.search_path).collect();
        let purity = if self.pure { Purity::Pure } else { Purity::Impure };
        Settings {
            search_path: if self.pure { Vec::new() } else { search_path },
            purity,
            pipe_operators: self.pipe_operators(),
            max_call_depth: self.max_depth,
            store: self.store.clone().map(|root| Arc::new(StoreDirectory::new(root)) as Arc<_>),
            fuel: self.max_steps,
            memory: self.max_memory.map(|most| usize::try_from(most.get()).unwrap_or(usize::MAX)),
            ..host
        }
    }

    fn pipe_operators(&self) -> PipeOperators {
        let mut names = self.extra_experimental_features.iter().flat_map(|names| names.split_whitespace());
        if names.any(|name| name == PIPE_OPERATORS) { PipeOperators::Accepted } else { PipeOperators::Refused }
    }

    /// The values of `--arg` and `--argstr`.
    ///
    /// # Errors
    /// When an expression cannot be parsed.
    pub fn arguments<'a>(&self, evaluator: &mut Evaluator<'a>) -> Result<Arguments<'a>, EvalError> {
        let mut arguments = Arguments::default();
        for pair in self.arg.chunks_exact(2) {
            evaluator.add_argument(&mut arguments, &pair[0], &pair[1], Path::new("."))?;
        }
        for pair in self.argstr.chunks_exact(2) {
            evaluator.add_text_argument(&mut arguments, &pair[0], &pair[1]);
        }
        Ok(arguments)
    }
}

/// An entry whose relative path starts from the current directory.
fn search_path_entry(text: &str) -> SearchPathEntry {
    let entry = SearchPathEntry::parse(text);
    SearchPathEntry { path: std::path::absolute(&entry.path).unwrap_or(entry.path), ..entry }
}

/// An evaluation that sees what Nix itself would see: the environment, `NIX_PATH` and the home directory.
pub fn host() -> Settings {
    let search_path = env::var("NIX_PATH").unwrap_or_default();
    let words = env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    inputs::with_chosen(Settings {
        env: words.collect(),
        home: env::home_dir().filter(|home: &PathBuf| home.is_absolute()),
        search_path: search_path.split(':').filter(|entry| !entry.is_empty()).map(search_path_entry).collect(),
        trace: Arc::new(|text| anstream::eprintln!("{text}")),
        watch: watch::current(),
        ..Settings::default()
    })
}
