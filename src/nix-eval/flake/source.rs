//! Finding the files of a node when they are needed.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::graph::{Node, Origin};
use super::reference;
use crate::builtins::Builtin;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::Value;

/// Gives the tree of a node by its number; only `call.nix` has it.
pub(super) static FLAKE_SOURCE: Builtin = Builtin::hidden("flakeSource", 1, flake_source);

/// The nodes of all flakes of an evaluation.
pub(crate) type Sources = Vec<Node>;

fn flake_source<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let number = e.int_arg(args[0])?;
    let node = usize::try_from(number).ok().and_then(|number| e.flake_sources.get(number));
    let Some((name, origin)) = node.map(|node| (node.name.clone(), node.origin.clone())) else {
        return Err(Fault::new(ErrorKind::Argument, format!("there is no node {number}")));
    };
    match origin {
        Origin::Tree { tree, attributes } => Ok(e.tree_value(tree, &attributes)),
        Origin::Locked { attributes } => e.locked_tree(&name, &attributes),
        Origin::Within { .. } => Err(Fault::new(ErrorKind::Argument, format!("node {number} has no tree of its own"))),
        Origin::Missing { reference } => Err(unlocked(&name, &reference)),
    }
}

fn unlocked(name: &str, reference: &str) -> Box<Fault> {
    let message = format!("the flake's input '{name}' ({reference}) is not locked as flake.nix asks for it");
    let help = format!(
        "nothing is fetched here: lock it with `nix flake lock`, or give it with --override-input {name} PATH, or make \
         it a `path:` input"
    );
    Fault::new(ErrorKind::Unsupported, message).help(Some(help))
}

impl<'a> Evaluator<'a> {
    /// A folder as the user names it: what Git tracks of it where it is in a repository, else all of it.
    pub(super) fn local_tree(&mut self, folder: &Path) -> Res<Origin> {
        let folder = self.store.view.original(folder);
        let tracked = match &self.settings.git {
            Some(git) => git.tree(&folder).map_err(|error| {
                let message = format!("cannot ask Git about '{}': {error}", folder.display());
                Fault::new(ErrorKind::Io, message)
            })?,
            None => None,
        };
        let Some(git) = tracked else { return self.path_tree(&folder, &Map::new()) };
        let what = format!("git+file://{}", git.root.display());
        let mut attributes = git.attributes();
        if let Ok(dir) = folder.strip_prefix(&git.root)
            && !dir.as_os_str().is_empty()
        {
            attributes.insert("dir".to_owned(), json!(dir.to_string_lossy()));
        }
        let tree = self.tree_of_files(&git.root, None, &what, Some(git.with_folders()))?;
        Ok(Origin::Tree { tree, attributes })
    }

    /// A folder with all that is in it.
    pub(super) fn path_tree(&mut self, folder: &Path, attributes: &Map<String, Json>) -> Res<Origin> {
        let what = format!("path:{}", folder.display());
        let expected = attributes.get("narHash").and_then(Json::as_str);
        let tree = self.tree_of_path(folder, expected, &what)?;
        Ok(Origin::Tree { tree, attributes: attributes.clone() })
    }

    /// A locked input: in the store by its hash, at its path, or fetched by a real Nix.
    fn locked_tree(&mut self, name: &str, attributes: &Map<String, Json>) -> Res<Value<'a>> {
        let text = |key: &str| attributes.get(key).and_then(Json::as_str);
        let kind = text("type").unwrap_or_default();
        let what = reference::shown(kind, attributes);
        if let Some(tree) = self.tree_in_store(attributes)? {
            return Ok(self.tree_value(tree, attributes));
        }
        if let Some(folder) = text("path").filter(|_| kind == "path")
            && self.file_type(Path::new(folder))?.is_some()
        {
            let tree = self.tree_of_path(Path::new(folder), text("narHash"), &what)?;
            return Ok(self.tree_value(tree, attributes));
        }
        if self.settings.nix.is_some() {
            return self.fetch_locked(&what, attributes);
        }
        Err(self.missing(name, &what, text("narHash")))
    }

    fn missing(&mut self, name: &str, what: &str, hash: Option<&str>) -> Box<Fault> {
        let place = hash.and_then(|hash| self.promised_place(hash));
        let message = format!("the flake's input '{name}' is not on this host: {what}");
        let place = place.map(|place| format!(" (it would be at {place})")).unwrap_or_default();
        let help = format!(
            "nothing is fetched here: give it with --override-input {name} PATH, put it into the store with \
             `nix flake archive`{place}, make it a `path:` input, or let the Nix on PATH fetch it with --allow-nix"
        );
        Fault::new(ErrorKind::Io, message).help(Some(help))
    }
}
