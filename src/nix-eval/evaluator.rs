//! The evaluator: the state of one evaluation and what callers can do with it.

mod documentation;
mod files;
pub(crate) mod limits;
mod scope;
mod selection;
mod write;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::arena::{Arena, Env, Word};
use crate::ast::{Code, Lambda};
use crate::builtins;
use crate::error::EvalError;
use crate::error::fault::{Fault, Res};
use crate::flake::FlakeSources;
use crate::large_stack;
use crate::settings::Settings;
use crate::source::{Sources, Span};
use crate::store::{Store, StoreDir, StoreView};
use crate::symbols::{Symbol, Symbols};
use crate::value::{Ref, Value};
use crate::watch::Watcher;

pub use scope::{Completions, Scope};
pub use selection::Arguments;
pub use write::{Extent, Form};

/// Evaluates Nix. All values live as long as the arena.
pub struct Evaluator<'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) settings: Settings,
    pub(crate) symbols: Symbols<'a>,
    pub(crate) codes: Vec<Code<'a>>,
    pub(crate) lambdas: Vec<&'a Lambda<'a>>,
    pub(crate) sources: Sources,
    pub(crate) globals: FxHashMap<Symbol, Value<'a>>,
    pub(crate) no_env: Env<'a>,
    /// Calls in progress.
    pub(crate) depth: usize,
    pub(crate) max_depth: usize,
    /// Calls so far, and at which count the limits are looked at again.
    pub(crate) ticks: u64,
    pub(crate) next_check: u64,
    pub(crate) stack_floor: usize,
    /// The errors of thunks that failed, for whoever forces one of these again.
    pub(crate) failures: Vec<Fault>,
    imported: FxHashMap<PathBuf, Ref<'a>>,
    pub(crate) regexes: FxHashMap<Vec<u8>, crate::regex::Pattern>,
    files_read: BTreeSet<PathBuf>,
    /// There only while somebody wants to know what the evaluation costs.
    pub(crate) watcher: Option<Box<Watcher>>,
    pub(crate) store: Store,
    pub(crate) flake_sources: FlakeSources,
}

/// A value computed at its top; what is inside is computed when asked for.
#[derive(Clone, Copy)]
pub struct Evaluated<'a>(pub(crate) Value<'a>);

impl Evaluated<'_> {
    /// The type's name, as `builtins.typeOf` gives it.
    #[must_use]
    pub fn type_name(&self) -> &'static str {
        self.0.type_of()
    }
}

/// Evaluates with an arena and a large stack of its own; `work` returns what it extracted.
///
/// # Errors
/// Whatever error `work` returns.
pub fn evaluate<T: Send, E: Send>(
    settings: Settings,
    work: impl for<'a> FnOnce(&mut Evaluator<'a>) -> Result<T, E> + Send,
) -> Result<T, E> {
    large_stack::run_on_large_stack(move || {
        let arena = Arena::new();
        let mut evaluator = Evaluator::new(&arena, settings);
        let result = work(&mut evaluator);
        evaluator.end_watch();
        result
    })
}

impl<'a> Evaluator<'a> {
    /// Makes an evaluator on the current thread's stack.
    #[must_use]
    pub fn new(arena: &'a Arena, mut settings: Settings) -> Self {
        let view = Arc::new(StoreView::new(settings.io.clone(), StoreDir::new(&settings.store_dir)));
        settings.io = view.clone();
        let mut evaluator = Self {
            arena,
            symbols: Symbols::new(arena),
            codes: Vec::new(),
            lambdas: Vec::new(),
            sources: Sources::new(),
            globals: FxHashMap::default(),
            no_env: arena.frame(None, 0, |_| Word::NULL),
            depth: 0,
            max_depth: settings.max_call_depth,
            ticks: 0,
            next_check: 0,
            stack_floor: large_stack::floor(),
            failures: Vec::new(),
            imported: FxHashMap::default(),
            regexes: FxHashMap::default(),
            files_read: BTreeSet::new(),
            watcher: settings.watch.as_deref().map(Watcher::new),
            store: Store::new(view),
            flake_sources: FlakeSources::default(),
            settings,
        };
        builtins::install(&mut evaluator);
        evaluator
    }

    /// Evaluates a file, or the `default.nix` of a directory.
    ///
    /// # Errors
    /// When the file cannot be read or parsed, or its evaluation fails.
    pub fn eval_file(&mut self, path: &Path) -> Result<Evaluated<'a>, EvalError> {
        let path = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let value = self.import(&path);
        self.finish(value).map(Evaluated)
    }

    /// Evaluates a text whose relative paths start from `base`.
    ///
    /// # Errors
    /// When the text cannot be parsed or its evaluation fails.
    pub fn eval_str(&mut self, source: &str, base: &Path) -> Result<Evaluated<'a>, EvalError> {
        let value = self.eval_text(source, base);
        self.finish(value).map(Evaluated)
    }

    /// Parses a text and checks its names, without evaluating anything.
    ///
    /// # Errors
    /// When the text cannot be parsed, or uses names that nothing binds.
    pub fn check_str(&mut self, source: &str, base: &Path) -> Result<(), EvalError> {
        let checked = self.check_text(source, base);
        self.finish(checked)
    }

    /// Calls a function or functor.
    ///
    /// # Errors
    /// When it is none, or the call fails.
    pub fn call(&mut self, function: Evaluated<'a>, arg: Evaluated<'a>) -> Result<Evaluated<'a>, EvalError> {
        let value = self.call_one(function.0, arg.0, Span::NONE);
        self.finish(value).map(Evaluated)
    }

    /// Selects a nested attribute.
    ///
    /// # Errors
    /// When it is missing or its evaluation fails.
    pub fn select(&mut self, value: Evaluated<'a>, path: &[&str]) -> Result<Evaluated<'a>, EvalError> {
        let value = self.select_path(value.0, path);
        self.finish(value).map(Evaluated)
    }

    /// Computes everything inside a value and converts it; keys come in byte order.
    ///
    /// # Errors
    /// When something inside fails, or is a function or another thing that JSON lacks.
    pub fn to_json(&mut self, value: Evaluated<'a>) -> Result<serde_json::Value, EvalError> {
        let json = self.json_of(value.0);
        self.finish(json)
    }

    /// Makes a value of JSON.
    pub fn value_from_json(&mut self, json: &serde_json::Value) -> Evaluated<'a> {
        Evaluated(self.of_json(json))
    }

    /// Computes everything inside a value and prints it as `nix-instantiate --eval --strict` does.
    ///
    /// # Errors
    /// When something inside fails.
    pub fn print(&mut self, value: Evaluated<'a>) -> Result<String, EvalError> {
        let text = self.write(value, Form::Nix, Extent::Whole)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Files and directories read so far, in order of their paths.
    pub fn files_read(&self) -> impl Iterator<Item = &Path> {
        self.files_read.iter().map(PathBuf::as_path)
    }

    /// Looks the positions of an error up and makes the evaluator ready for the next evaluation.
    pub(crate) fn finish<T>(&mut self, result: Res<T>) -> Result<T, EvalError> {
        self.depth = 0;
        result.map_err(|fault| fault.resolve(&self.sources, &self.libraries()))
    }

    /// The folders whose files are not the user's own.
    fn libraries(&self) -> Vec<PathBuf> {
        let found = self.settings.search_path.iter().map(|entry| entry.path.clone());
        let store = PathBuf::from(&self.settings.store_dir);
        self.settings.libraries.iter().cloned().chain(found).chain([store]).collect()
    }

    fn select_path(&mut self, mut value: Value<'a>, path: &[&str]) -> Res<Value<'a>> {
        for name in path {
            let Value::Attrs(set) = value else { return Err(self.type_fault("a set", value)) };
            let symbol = self.symbols.intern(self.arena, name.as_bytes());
            let Some(cell) = set.value(symbol) else {
                return Err(self.missing_attribute(set, symbol, Span::NONE));
            };
            let frame = |fault: Box<Fault>| {
                fault.frame(Span::NONE, || format!("while evaluating the attribute '{}'", path.join(".")))
            };
            value = self.force(cell).map_err(frame)?;
        }
        Ok(value)
    }

    /// The source text of a span, on one line.
    pub(crate) fn source_text(&self, span: Span) -> String {
        let Some((source, offset)) = self.sources.locate(span) else { return String::new() };
        let text: &Arc<str> = &source.text;
        let piece = text.get(offset..offset + span.len as usize).unwrap_or_default();
        piece.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
