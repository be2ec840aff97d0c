//! `fetchTree` and its like: a folder with what is known of its origin.

use serde_json::{Map, Value as Json, json};

use super::{cannot_fetch, local, nix_failed, nix_string};
use crate::attrs::Builder;
use crate::builtins::arguments::share;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::flake::reference;
use crate::settings::Purity;
use crate::source::Span;
use crate::store::tree::Tree;
use crate::symbols::OUT_PATH;
use crate::value::Value;

pub(super) fn fetch<'a>(e: &mut Evaluator<'a>, arg: Value<'a>, who: &'static str) -> Res<Value<'a>> {
    let arg = e.force_value(arg)?;
    let mut given = attributes(e, arg, who)?;
    let kind = given.remove("type").and_then(|kind| kind.as_str().map(str::to_owned)).unwrap_or_default();
    let what = reference::shown(&kind, &given);
    if e.settings.purity == Purity::Pure && !given.contains_key("narHash") && !given.contains_key("rev") {
        let message = format!("in pure evaluation mode, '{who}' doesn't fetch unlocked input '{what}'");
        return Err(Fault::new(ErrorKind::Value, message));
    }
    if let Some(tree) = e.tree_in_store(&given)? {
        return Ok(e.tree_value(tree, &given));
    }
    if kind == "path" {
        let path = given.get("path").and_then(Json::as_str).unwrap_or_default().to_owned();
        let tree = e.tree_of_path(&local(&path), given.get("narHash").and_then(Json::as_str), &what)?;
        return Ok(e.tree_value(tree, &given));
    }
    let json = e.json_of(arg)?;
    e.fetch_with_nix(who, &json, &what)
}

/// The arguments, each a string, an integer or a Boolean; always with a type.
fn attributes<'a>(e: &mut Evaluator<'a>, arg: Value<'a>, who: &str) -> Res<Map<String, Json>> {
    let own_type = match who {
        "fetchGit" => Some("git"),
        "fetchMercurial" => Some("hg"),
        _ => None,
    };
    let mut given = Map::new();
    if let Value::Attrs(set) = arg {
        for attr in set.by_name(e.arena, &e.symbols) {
            let name = e.symbols.text(attr.name).into_owned();
            let value = e.force_value(share(attr.value))?;
            let value = match value {
                Value::Str(text) | Value::Path(text) => json!(String::from_utf8_lossy(text.bytes)),
                Value::Int(n) if n < 0 => {
                    let message = format!("negative value given for '{who}' argument '{name}': {n}");
                    return Err(Fault::new(ErrorKind::Value, message).at(Span::at(attr.position)));
                }
                Value::Int(n) => json!(n),
                Value::Bool(b) => json!(b),
                other => {
                    let message = format!(
                        "argument '{name}' to '{who}' is {} while a string, Boolean or integer is expected",
                        other.described()
                    );
                    return Err(Fault::new(ErrorKind::Type, message).at(Span::at(attr.position)));
                }
            };
            given.insert(name, value);
        }
    } else {
        let text = e.coerce(arg, crate::coerce::Coerce::Plain)?;
        let text = String::from_utf8_lossy(text.bytes).into_owned();
        match text.strip_prefix("path:").or(text.starts_with('/').then_some(text.as_str())) {
            Some(path) if own_type.is_none() => {
                given.insert("type".to_owned(), json!("path"));
                given.insert("path".to_owned(), json!(path));
            }
            _ if own_type.is_none() && text.starts_with("file:") && !text.starts_with("file:/") => {
                let message = format!(
                    "tarball '{text}' must use an absolute path. The 'file' scheme does not support relative paths."
                );
                return Err(Fault::new(ErrorKind::Value, message));
            }
            _ => {
                given.insert("url".to_owned(), json!(text));
            }
        }
    }
    match own_type {
        Some(_) if given.contains_key("type") => {
            return Err(Fault::new(ErrorKind::Argument, "unexpected argument 'type'"));
        }
        Some(kind) => {
            given.insert("type".to_owned(), json!(kind));
        }
        None if !given.contains_key("type") && !given.contains_key("url") => {
            let message = format!("argument 'type' is missing in call to '{who}'");
            return Err(Fault::new(ErrorKind::Argument, message));
        }
        None => {}
    }
    Ok(given)
}

impl<'a> Evaluator<'a> {
    /// A locked input of a flake, fetched by a real Nix.
    pub(crate) fn fetch_locked(&mut self, what: &str, attributes: &Map<String, Json>) -> Res<Value<'a>> {
        let mut wanted = attributes.clone();
        wanted.remove("dir");
        self.fetch_with_nix("fetchTree", &Json::Object(wanted), what)
    }

    fn fetch_with_nix(&mut self, who: &str, wanted: &Json, what: &str) -> Res<Value<'a>> {
        let Some(nix) = self.settings.nix.clone() else { return Err(cannot_fetch(who, what)) };
        let wanted = nix_string(&wanted.to_string());
        let fetched = nix.evaluate(&format!(
            "let tree = builtins.{who} (builtins.fromJSON {wanted}); in \
             removeAttrs tree [ \"outPath\" ] // {{ path = tree.outPath; }}"
        ));
        let Json::Object(mut known) = fetched.map_err(|said| nix_failed(what, &said))? else {
            return Err(nix_failed(what, "it gave no tree"));
        };
        let path = known.remove("path").unwrap_or_default();
        let path = super::fetched_path(self, &path);
        let path = path.ok_or_else(|| nix_failed(what, "it gave no path of this store"))?;
        Ok(self.set_with_path(path, &known))
    }

    /// What `fetchTree` gives for a folder.
    pub(crate) fn tree_value(&mut self, tree: Tree, given: &Map<String, Json>) -> Value<'a> {
        let path = Value::Str(self.store_string(&tree.path));
        let known = tree.attributes(given);
        self.set_with_path(path, &known)
    }

    pub(super) fn set_with_path(&mut self, path: Value<'a>, known: &Map<String, Json>) -> Value<'a> {
        let mut set = Builder::new(self.arena).with(OUT_PATH, path);
        for (name, value) in known {
            let name = self.symbols.intern(self.arena, name.as_bytes());
            let value = self.of_json(value);
            set.push(name, value);
        }
        set.finish()
    }
}
