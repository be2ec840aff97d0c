//! Building the graph, outside in.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::{Graph, Link, Node, Origin, target};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::flake::InputOverride;
use crate::flake::declared::Declared;
use crate::flake::lock::{Lock, LockInput};
use crate::flake::reference;
use crate::io::EvalIo;

/// More inputs than this are no flake that somebody has written.
const MOST_NODES: usize = 20_000;

/// A graph in the making.
struct Build<'b> {
    nodes: Vec<Node>,
    overrides: &'b [InputOverride],
    used: Vec<bool>,
    /// Locked nodes below which nothing is overridden, by the root of their lock and their key in it.
    shared: BTreeMap<(usize, String), usize>,
}

/// A lock and the node of the flake whose lock it is.
#[derive(Clone)]
struct Locked {
    lock: Rc<Lock>,
    root: usize,
}

pub(super) fn build(e: &mut Evaluator<'_>, folder: &Path, overrides: &[InputOverride]) -> Res<Graph> {
    let mut build = Build { nodes: Vec::new(), overrides, used: vec![false; overrides.len()], shared: BTreeMap::new() };
    let origin = e.local_tree(folder)?;
    let root = build.node(Vec::new(), origin, true)?;
    build.read_flake(e, root, &[], &BTreeMap::new(), 0)?;
    build.refuse_unused()?;
    Ok(Graph { nodes: build.nodes })
}

impl Build<'_> {
    fn node(&mut self, path: Vec<String>, origin: Origin, is_flake: bool) -> Res<usize> {
        if self.nodes.len() >= MOST_NODES {
            return Err(Fault::new(ErrorKind::Limit, format!("the flake has more than {MOST_NODES} inputs")));
        }
        let name = if path.is_empty() { ".".to_owned() } else { path.join("/") };
        self.nodes.push(Node { name, origin, is_flake, inputs: BTreeMap::new() });
        Ok(self.nodes.len() - 1)
    }

    /// Reads the `flake.nix` and `flake.lock` of a node whose files are known; `instead` replaces declarations, with
    /// what they follow seen from the node `outer`.
    fn read_flake(
        &mut self,
        e: &mut Evaluator<'_>,
        node: usize,
        path: &[String],
        instead: &BTreeMap<String, Declared>,
        outer: usize,
    ) -> Res<()> {
        let folder = self.folder(e, node);
        let declared = e.declared_inputs(&folder)?;
        let file = folder.join("flake.lock");
        let locked = match e.store.view.file_type(&file) {
            Ok(Some(_)) => {
                let bytes = e.read_file(&file)?;
                Some(Locked { lock: Rc::new(Lock::parse(&e.original(&file), &bytes)?), root: node })
            }
            _ => None,
        };
        for (name, own) in &declared {
            let path: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
            let (input, from) = match instead.get(name) {
                Some(other) if other.reference.is_some() || other.follows.is_some() => (other, outer),
                _ => (own, node),
            };
            let link = self.input(e, node, &path, input, from, locked.as_ref())?;
            self.nodes[node].inputs.insert(name.clone(), link);
        }
        Ok(())
    }

    /// The folder of a node as the evaluation sees it; its files must be known.
    fn folder(&self, e: &Evaluator<'_>, node: usize) -> PathBuf {
        match &self.nodes[node].origin {
            Origin::Tree { tree, attributes } => {
                let root = PathBuf::from(e.store.dir.print(&tree.path));
                match attributes.get("dir").and_then(Json::as_str) {
                    Some(dir) => root.join(dir),
                    None => root,
                }
            }
            Origin::Within { parent, path } => {
                let joined = self.folder(e, *parent).join(path);
                let text = crate::path_text::canonical(joined.as_os_str().as_encoded_bytes());
                PathBuf::from(<std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(&text))
            }
            Origin::Locked { .. } | Origin::Missing { .. } => PathBuf::new(),
        }
    }

    fn input(
        &mut self,
        e: &mut Evaluator<'_>,
        parent: usize,
        path: &[String],
        input: &Declared,
        from: usize,
        locked: Option<&Locked>,
    ) -> Res<Link> {
        if let Some(folder) = self.overriding(path) {
            return self.overridden(e, path, &folder, input, parent);
        }
        if let Some(follows) = &input.follows {
            return Ok(Link::Follows { from, path: follows.clone() });
        }
        let name = path.last().map(String::as_str).unwrap_or_default();
        let found = locked.and_then(|locked| Some((locked, locked.lock.nodes[&locked.lock.root].inputs.get(name)?)));
        match found {
            Some((locked, LockInput::Follows(path))) => Ok(Link::Follows { from: locked.root, path: path.clone() }),
            Some((locked, LockInput::Node(key))) if is_locked(&locked.lock, key, input) => {
                self.locked(e, locked, key, path, Some(input))
            }
            _ => self.unlocked(e, parent, path, input),
        }
    }

    fn overriding(&mut self, path: &[String]) -> Option<PathBuf> {
        let index = self.overrides.iter().position(|over| over.input == path)?;
        self.used[index] = true;
        Some(self.overrides[index].folder.clone())
    }

    fn overridden(
        &mut self,
        e: &mut Evaluator<'_>,
        path: &[String],
        folder: &Path,
        input: &Declared,
        outer: usize,
    ) -> Res<Link> {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let origin = e.local_tree(&folder)?;
        let node = self.node(path.to_vec(), origin, !input.is_source)?;
        if !input.is_source {
            e.deeper(|e| self.read_flake(e, node, path, &input.inputs, outer))?;
        }
        Ok(Link::Node(node))
    }

    /// An input that no lock names: one with a path can be found all the same.
    fn unlocked(&mut self, e: &mut Evaluator<'_>, parent: usize, path: &[String], input: &Declared) -> Res<Link> {
        let name = path.last().map(String::as_str).unwrap_or_default();
        let reference = input.reference.clone().unwrap_or_else(|| reference::parse(name));
        let text = |name: &str| reference.get(name).and_then(Json::as_str);
        let kind = text("type").unwrap_or_default();
        let origin = match text("path") {
            Some(folder) if kind == "path" && folder.starts_with('/') => e.path_tree(Path::new(folder), &reference)?,
            Some(folder) if kind == "path" => Origin::Within { parent, path: folder.to_owned() },
            _ => Origin::Missing { reference: reference::shown(kind, &reference) },
        };
        let is_known = !matches!(origin, Origin::Missing { .. });
        let node = self.node(path.to_vec(), origin, !input.is_source)?;
        if is_known && !input.is_source {
            e.deeper(|e| self.read_flake(e, node, path, &input.inputs, parent))?;
        }
        Ok(Link::Node(node))
    }

    /// An input as the lock has it, with its inputs.
    fn locked(
        &mut self,
        e: &mut Evaluator<'_>,
        locked: &Locked,
        key: &str,
        path: &[String],
        declared: Option<&Declared>,
    ) -> Res<Link> {
        let is_plain = !self.overrides.iter().any(|over| over.input.len() > path.len() && over.input.starts_with(path));
        let share = (locked.root, key.to_owned());
        if let Some(node) = self.shared.get(&share).filter(|_| is_plain) {
            return Ok(Link::Node(*node));
        }
        let entry = &locked.lock.nodes[key];
        let attributes = entry.locked.clone().unwrap_or_default();
        let origin = match relative_path(&attributes) {
            Some(inside) => {
                let link = Link::Follows { from: locked.root, path: entry.parent.clone().unwrap_or_default() };
                Origin::Within { parent: target(&self.nodes, &link).unwrap_or(locked.root), path: inside }
            }
            None => Origin::Locked { attributes },
        };
        let is_flake = declared.map_or(entry.is_flake, |declared| !declared.is_source);
        let node = self.node(path.to_vec(), origin, is_flake)?;
        if is_plain {
            self.shared.insert(share, node);
        }
        for (name, input) in &entry.inputs {
            let path: Vec<_> = path.iter().cloned().chain([name.clone()]).collect();
            let link = match (self.overriding(&path), input) {
                (Some(folder), input) => {
                    let is_source = matches!(input, LockInput::Node(key) if !locked.lock.nodes[key].is_flake);
                    let input = Declared { is_source, ..Declared::default() };
                    self.overridden(e, &path, &folder, &input, node)?
                }
                (None, LockInput::Node(key)) => e.deeper(|e| self.locked(e, locked, key, &path, None))?,
                (None, LockInput::Follows(path)) => Link::Follows { from: locked.root, path: path.clone() },
            };
            self.nodes[node].inputs.insert(name.clone(), link);
        }
        Ok(Link::Node(node))
    }

    fn refuse_unused(&self) -> Res<()> {
        let Some(unused) = self.used.iter().position(|used| !used) else { return Ok(()) };
        let name = self.overrides[unused].input.join("/");
        let known: Vec<_> = self.nodes.iter().skip(1).map(|node| node.name.as_str()).collect();
        let message = format!("--override-input {name}: the flake has no such input");
        let help = match crate::nearest::nearest(&name, known.iter().copied().map(Into::into)) {
            Some(nearest) => format!("Did you mean {nearest}?"),
            None if known.is_empty() => "it has no inputs".to_owned(),
            None => format!("it has: {}", known.join(", ")),
        };
        Err(Fault::new(ErrorKind::Argument, message).help(Some(help)))
    }
}

/// Whether the lock is of what is declared now.
fn is_locked(lock: &Lock, key: &str, input: &Declared) -> bool {
    let (Some(declared), Some(original)) = (&input.reference, &lock.nodes[key].original) else { return true };
    let kind =
        |attributes: &Map<String, Json>| attributes.get("type").and_then(Json::as_str).unwrap_or_default().to_owned();
    let (ours, theirs) = (kind(declared), kind(original));
    // Other kinds can be written in several ways, which are not compared.
    let comparable = ["path", "github", "gitlab", "sourcehut", "indirect"].contains(&theirs.as_str());
    !comparable || reference::shown(&ours, declared) == reference::shown(&theirs, original)
}

/// The path of an input that lies in the tree of another.
fn relative_path(attributes: &Map<String, Json>) -> Option<String> {
    let text = |name: &str| attributes.get(name).and_then(Json::as_str);
    text("path").filter(|path| text("type") == Some("path") && !path.starts_with('/')).map(str::to_owned)
}
