//! Fetching: from this host, from what is in the store already, or with a real Nix; never from the network ourselves.

mod tree;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::arguments::share;
use super::derivation::hash_or_empty;
use super::{Builtin, global, prefixed};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::flake::reference;
use crate::hash::{Algorithm, Format, Hash};
use crate::path_text::base_name;
use crate::settings::Purity;
use crate::source::Span;
use crate::store::path::check_name;
use crate::store::{ContentAddress, Method, Source, bad_path};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    global("fetchGit", 1, |e, args, _| tree::fetch(e, args[0], "fetchGit")),
    global("fetchMercurial", 1, |e, args, _| tree::fetch(e, args[0], "fetchMercurial")),
    global("fetchTarball", 1, |e, args, _| fetch(e, args[0], "fetchTarball", Method::Nar)),
    global("fetchTree", 1, |e, args, _| tree::fetch(e, args[0], "fetchTree")),
    prefixed("getFlake", 1, get_flake),
    prefixed("fetchurl", 1, |e, args, _| fetch(e, args[0], "fetchurl", Method::Flat)),
];

/// The flake that a reference names, if it is a folder of this host.
fn get_flake<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let reference = String::from_utf8_lossy(e.string_arg(args[0])?.bytes).into_owned();
    let attributes = reference::parse(&reference);
    let path = attributes.get("path").and_then(serde_json::Value::as_str).filter(|path| path.starts_with('/'));
    let Some(path) = path else { return Err(cannot_fetch("getFlake", &reference)) };
    let is_locked = attributes.contains_key("narHash") || e.store.dir.split(path.as_bytes()).is_ok();
    if e.settings.purity == Purity::Pure && !is_locked {
        let message =
            format!("cannot call 'getFlake' on unlocked flake reference '{reference}' (use --impure to override)");
        return Err(Fault::new(ErrorKind::Value, message));
    }
    e.flake(Path::new(path), &[])
}

/// What to do where something cannot be fetched.
const CURES: &str = "this evaluator does not use the network: fetch it beforehand and name it by its path (in a flake \
                     as a `path:` input, or with --override-input NAME PATH), or let the Nix on PATH fetch it with \
                     --allow-nix";

/// One file or archive to fetch.
struct Request {
    url: String,
    name: String,
    hash: Option<Hash>,
}

fn fetch<'a>(e: &mut Evaluator<'a>, arg: Value<'a>, who: &'static str, method: Method) -> Res<Value<'a>> {
    let arg = e.force_value(arg)?;
    let request = request(e, arg, who)?;
    if e.settings.purity == Purity::Pure && request.hash.is_none() {
        let message = format!("in pure evaluation mode, '{who}' requires a 'sha256' argument");
        return Err(Fault::new(ErrorKind::Value, message));
    }
    if let Some(hash) = &request.hash {
        let address = ContentAddress { method, hash: hash.clone() };
        let promised = address.path(&e.store.dir, &request.name, &BTreeSet::new()).map_err(bad_path)?;
        if e.store.view.contains(&promised) {
            return Ok(Value::Str(e.store_string(&promised)));
        }
    }
    if !request.url.contains(':') {
        let message = match method {
            Method::Nar => format!("'{}' doesn't have a scheme", request.url),
            _ => format!("URL '{}' doesn't have a scheme", request.url),
        };
        return Err(Fault::new(ErrorKind::Value, message));
    }
    match request.url.strip_prefix("file://") {
        Some(path) if method == Method::Flat => fetch_file(e, Path::new(path), &request),
        _ => fetch_with_nix(e, arg, who, &request),
    }
}

/// Reads the arguments; the name is that of the store object.
fn request<'a>(e: &mut Evaluator<'a>, arg: Value<'a>, who: &str) -> Res<Request> {
    let (mut url, mut hash) = (None, None);
    let mut name = if who == "fetchTarball" { "source".to_owned() } else { String::new() };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut cure = format!("Please pass an attribute set with 'url' and 'name' attributes to '{who}',  so that");
    if let Value::Attrs(given) = arg {
        cure = format!("Please add a valid 'name' attribute to the argument for '{who}', so that");
        for attr in given.by_name(e.arena, &e.symbols) {
            let value = share(attr.value);
            match e.symbols.bytes(attr.name) {
                b"url" => url = Some(text(e.plain_arg(value)?)),
                b"sha256" => {
                    let written = e.plain_arg(value)?;
                    hash = Some(hash_or_empty(e, written, Some(Algorithm::Sha256))?);
                }
                b"name" => {
                    name = text(e.plain_arg(value)?);
                    cure = format!("Please change the value for the 'name' attribute passed to '{who}', so that");
                }
                other => {
                    let message = format!("unsupported argument '{}' to '{who}'", text(other));
                    return Err(Fault::new(ErrorKind::Argument, message).at(Span::at(attr.position)));
                }
            }
        }
    } else {
        url = Some(text(e.plain_arg(arg)?));
    }
    let Some(url) = url else { return Err(Fault::new(ErrorKind::Argument, "'url' argument required")) };
    if name.is_empty() {
        name = text(base_name(url.as_bytes()));
    }
    if let Err(bad) = check_name(name.as_bytes()) {
        let message = format!(
            "invalid store path name when fetching URL '{url}': {bad}. {cure} it can create a valid store path."
        );
        return Err(Fault::new(ErrorKind::Value, message));
    }
    Ok(Request { url, name, hash })
}

fn fetch_file<'a>(e: &mut Evaluator<'a>, path: &Path, request: &Request) -> Res<Value<'a>> {
    let found = Hash::sha256(Algorithm::Sha256.digest(&e.read_file(path)?));
    if let Some(hash) = request.hash.as_ref().filter(|hash| **hash != found) {
        let shown = |hash: &Hash| format!("{}:{}", hash.algorithm.name(), Format::Nix32.write(hash));
        let message = format!(
            "hash mismatch in file downloaded from '{}':\n  specified: {}\n  got:       {}",
            request.url,
            shown(hash),
            shown(&found)
        );
        return Err(Fault::new(ErrorKind::Value, message));
    }
    let source = Source { path: path.to_owned(), name: &request.name, method: Method::Flat, expected: None };
    let copy = e.add_source(source, None)?;
    Ok(Value::Str(e.store_string(&copy)))
}

fn fetch_with_nix<'a>(e: &mut Evaluator<'a>, arg: Value<'a>, who: &str, request: &Request) -> Res<Value<'a>> {
    let Some(nix) = e.settings.nix.clone() else { return Err(cannot_fetch(who, &request.url)) };
    let json = e.json_of(arg)?;
    let fetched = nix.evaluate(&format!("builtins.{who} (builtins.fromJSON {})", nix_string(&json.to_string())));
    let fetched = fetched.map_err(|said| nix_failed(&request.url, &said))?;
    fetched_path(e, &fetched).ok_or_else(|| nix_failed(&request.url, "it gave no path of this store"))
}

/// A store path that a real Nix has given.
fn fetched_path<'a>(e: &Evaluator<'a>, fetched: &serde_json::Value) -> Option<Value<'a>> {
    let path = e.store.dir.parse(fetched.as_str()?.as_bytes()).ok()?;
    Some(Value::Str(e.store_string(&path)))
}

fn cannot_fetch(who: &str, what: &str) -> Box<Fault> {
    let message = format!("cannot fetch '{what}': 'builtins.{who}' needs the network");
    Fault::new(ErrorKind::Unsupported, message).help(Some(CURES.to_owned()))
}

fn nix_failed(what: &str, said: &str) -> Box<Fault> {
    Fault::new(ErrorKind::Io, format!("cannot fetch '{what}': {said}"))
}

/// A text as a Nix string literal.
fn nix_string(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace("${", "\\${"))
}

/// A path of the host that a URL or a plain path names.
fn local(path: &str) -> PathBuf {
    PathBuf::from(path.strip_prefix("file://").unwrap_or(path))
}
