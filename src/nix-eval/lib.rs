//! The Nix language: a lazy evaluator on the tokens of rnix.
//!
//! ```text
//! text ─rnix─► tokens ─lower─► ast (names are slots, constants are values) ─eval─► value (lazy) ─┬─► JSON
//!                                                                               ▲                ├─► text
//!                                                            builtins ──────────┘                └─► XML
//! ```
//! Everything an evaluation makes lies in one [`Arena`] and is dropped with it. Files come only through [`EvalIo`].
//! [`evaluate`] gives an evaluation its arena and a stack large enough for deep recursion:
//!
//! ```
//! let settings = nix_eval::Settings::default();
//! let sum = nix_eval::evaluate(settings, |evaluator| {
//!     let value = evaluator.eval_str("1 + 2", std::path::Path::new("/"))?;
//!     evaluator.to_json(value)
//! });
//! assert_eq!(sum.expect("it is a sum"), serde_json::json!(3));
//! ```

mod settings;

mod io;

mod evaluator;

mod error;

mod arena;
mod ast;
mod attrs;
mod builtins;
mod coerce;
mod equality;
mod eval;
mod flake;
mod hash;
mod json;
mod large_stack;
mod lower;
mod nearest;
mod nix_command;
mod path_text;
mod print;
mod regex;
mod source;
mod store;
mod strings;
mod symbols;
mod toml_values;
mod value;
mod watch;
mod xml;

pub use arena::Arena;
pub use builtins::{BuiltinDoc, builtin_doc, builtin_docs};
pub use error::{ErrorKind, EvalError, Frame, FrameKind, Location, Origin, Report, TRACE_CODE};
pub use evaluator::{Arguments, Completions, Evaluated, Evaluator, Extent, Form, Scope, evaluate};
pub use flake::{Commit, Git, GitProgram, GitTree, InputOverride};
pub use io::{DirEntry, EvalIo, FileType, OverlayIo, StdIo};
pub use large_stack::run_on_large_stack;
pub use lower::{is_incomplete, syntax_tree};
pub use nix_command::{NixCommand, NixProgram};
pub use settings::{Lint, Lints, PathCopies, PipeOperators, Purity, SearchPathEntry, Settings, TomlTimestamps};
pub use source::Position;
pub use store::{StoreDirectory, StoreWriter};
pub use watch::{Depth, Stats, Watch};
