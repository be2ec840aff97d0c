//! Flakes: finding their inputs on this host, and evaluating them.
//!
//! ```text
//! flake.nix ─declared─┐
//! flake.lock ──lock───┼─graph─► nodes ──call.nix──► the flake, whose inputs are looked for when they are used
//! --override-input ───┘            └──source──► a tree of the store: by its hash, of a folder, or of a real Nix
//! ```
//! Nothing is fetched. What is not on the host is an error only when something needs it.

mod declared;
mod git;
mod graph;
mod lock;
pub(crate) mod reference;
mod source;

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};

use crate::error::EvalError;
use crate::error::fault::Res;
use crate::evaluator::{Evaluated, Evaluator};
use crate::settings::Purity;
use crate::source::Span;
use crate::value::Value;
pub use git::{Commit, Git, GitProgram, GitTree};
use graph::{Graph, Node, Origin};
pub(crate) use source::Sources as FlakeSources;

/// What makes flakes of nodes.
const CALL: &str = include_str!("flake/call.nix");

/// A folder that takes the place of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputOverride {
    /// The input's name, after those of the inputs that it is an input of.
    pub input: Vec<String>,
    /// The folder.
    pub folder: PathBuf,
}

impl InputOverride {
    /// Names an input as `a` or `a/b` and the folder that takes its place.
    pub fn new(input: &str, folder: impl Into<PathBuf>) -> Self {
        Self { input: input.split('/').map(str::to_owned).collect(), folder: folder.into() }
    }
}

impl<'a> Evaluator<'a> {
    /// Evaluates the flake in a folder: the set of its outputs, inputs and source.
    ///
    /// # Errors
    /// When `flake.nix` or `flake.lock` cannot be read or evaluated, or an override of the settings names no input.
    pub fn eval_flake(&mut self, folder: &Path) -> Result<Evaluated<'a>, EvalError> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let overrides = self.settings.input_overrides.clone();
        if self.settings.purity == Purity::Pure {
            self.store.view.restrict();
        }
        let value = self.flake(&folder, &overrides);
        self.finish(value).map(Evaluated)
    }

    /// Puts the host's files in place of copies that this evaluation has computed and nobody has written.
    pub fn on_host(&self, json: &mut Json) {
        match json {
            Json::String(text) => {
                if let Some(replaced) = self.store.view.with_originals(text) {
                    *text = replaced;
                }
            }
            Json::Array(items) => items.iter_mut().for_each(|item| self.on_host(item)),
            Json::Object(entries) => entries.values_mut().for_each(|value| self.on_host(value)),
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
        }
    }

    /// The file on the host that a path of this evaluation was copied from; the path itself if it was not copied.
    #[must_use]
    pub fn original(&self, path: &Path) -> PathBuf {
        self.store.view.original(path)
    }

    pub(crate) fn flake(&mut self, folder: &Path, overrides: &[InputOverride]) -> Res<Value<'a>> {
        let graph = Graph::build(self, folder, overrides)?;
        let first = self.flake_sources.len();
        let nodes = graph.nodes.iter().enumerate();
        let nodes = nodes.map(|(number, node)| (key(number), described(&graph, first + number, node)));
        let nodes = Json::Object(nodes.collect());
        self.flake_sources.extend(graph.nodes);
        let call = self.eval_text(CALL, Path::new("/"))?;
        let nodes = self.of_json(&nodes);
        self.call_all(call, &[Value::Builtin(&source::FLAKE_SOURCE), nodes], Span::NONE)
    }
}

fn key(number: usize) -> String {
    format!("n{number}")
}

/// A node as `call.nix` takes it.
fn described(graph: &Graph, number: usize, node: &Node) -> Json {
    let inputs = node.inputs.iter().map(|(name, link)| (name.clone(), json!(graph.target(link).map(key))));
    let mut set = json!({
        "number": number,
        "name": node.name,
        "isFlake": node.is_flake,
        "inputs": Json::Object(inputs.collect()),
        "dir": "",
    });
    match &node.origin {
        Origin::Within { parent, path } => {
            set["parent"] = json!(key(*parent));
            set["dir"] = json!(format!("/{path}"));
        }
        Origin::Tree { attributes, .. } | Origin::Locked { attributes } => {
            if let Some(dir) = attributes.get("dir").and_then(Json::as_str).filter(|dir| !dir.is_empty()) {
                set["dir"] = json!(format!("/{dir}"));
            }
        }
        Origin::Missing { .. } => {}
    }
    set
}
