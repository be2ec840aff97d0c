//! The functions and constants that every program sees.

mod arguments;
mod attrs;
mod attrs_lazy;
mod closure;
mod constants;
mod context;
mod control;
mod convert;
mod derivation;
mod docs;
mod fetch;
mod flake_refs;
mod hash;
mod io;
mod lists;
mod lists_grouping;
mod math;
mod search;
mod sort;
mod store;
mod strings;
mod types;
mod versions;

pub(crate) use arguments::share;
pub use docs::{BuiltinDoc, builtin_doc, builtin_docs};

use crate::attrs::Builder;
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::Value;

/// What runs when a builtin has all its arguments.
type Run = for<'a, 'b> fn(&'b mut Evaluator<'a>, &'b [Value<'a>], Span) -> Res<Value<'a>>;

/// A function written in Rust.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) arity: usize,
    visibility: Visibility,
    pub(crate) run: Run,
}

/// Under which names a builtin is found besides `builtins.name`.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visibility {
    /// As `name`.
    Global,
    /// As `__name`.
    Prefixed,
}

impl Builtin {
    /// A builtin that no program sees.
    pub(crate) const fn hidden(name: &'static str, arity: usize, run: Run) -> Self {
        Self { name, arity, visibility: Visibility::Prefixed, run }
    }
}

const fn prefixed(name: &'static str, arity: usize, run: Run) -> Builtin {
    Builtin { name, arity, visibility: Visibility::Prefixed, run }
}

const fn global(name: &'static str, arity: usize, run: Run) -> Builtin {
    Builtin { name, arity, visibility: Visibility::Global, run }
}

const TABLES: &[&[Builtin]] = &[
    attrs::TABLE,
    attrs_lazy::TABLE,
    closure::TABLE,
    context::TABLE,
    control::TABLE,
    convert::TABLE,
    derivation::TABLE,
    fetch::TABLE,
    flake_refs::TABLE,
    hash::TABLE,
    io::TABLE,
    lists::TABLE,
    lists_grouping::TABLE,
    math::TABLE,
    search::TABLE,
    sort::TABLE,
    store::TABLE,
    strings::TABLE,
    types::TABLE,
    versions::TABLE,
];

/// Makes the set `builtins` and the global names.
pub(crate) fn install(evaluator: &mut Evaluator<'_>) {
    let arena = evaluator.arena;
    let mut set = Builder::new(arena);
    for builtin in TABLES.iter().copied().flatten() {
        let name = evaluator.symbols.intern(arena, builtin.name.as_bytes());
        set.push(name, Value::Builtin(builtin));
        let global = match builtin.visibility {
            Visibility::Global => name,
            Visibility::Prefixed => evaluator.symbols.intern(arena, format!("__{}", builtin.name).as_bytes()),
        };
        evaluator.globals.insert(global, Value::Builtin(builtin));
    }
    for (name, value, visibility) in constants::all(evaluator) {
        let symbol = evaluator.symbols.intern(arena, name.as_bytes());
        set.push(symbol, value);
        let global = match visibility {
            Visibility::Global => symbol,
            Visibility::Prefixed => evaluator.symbols.intern(arena, format!("__{name}").as_bytes()),
        };
        evaluator.globals.insert(global, value);
    }
    let own_name = evaluator.symbols.intern(arena, b"builtins");
    set.push(own_name, Value::Null);
    let builtins = set.finish();
    if let Value::Attrs(set) = builtins
        && let Some(own) = set.value(own_name)
    {
        own.put(arena.word(builtins));
    }
    evaluator.globals.insert(own_name, builtins);
}
