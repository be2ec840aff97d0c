//! Builtins that put something into the store or name what is there.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use super::arguments::share;
use super::derivation::hash_or_empty;
use super::io::host_path;
use super::{Builtin, prefixed};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::hash::{Algorithm, Hash};
use crate::io::FileType;
use crate::path_text::base_name;
use crate::settings::Purity;
use crate::source::Span;
use crate::store::{ContentAddress, Method, Source, StorePath, bad_path};
use crate::strings::{ContextElement, from_set};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("filterSource", 2, filter_source),
    prefixed("path", 1, path),
    prefixed("storePath", 1, store_path),
    prefixed("toFile", 2, to_file),
];

/// A text in the store; it may refer to other objects, but not to what has yet to be built.
fn to_file<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = String::from_utf8_lossy(e.plain_arg(args[0])?).into_owned();
    let text = e.string_arg(args[1])?;
    let mut references = BTreeSet::new();
    for element in text.context.unwrap_or_default() {
        let ContextElement::Opaque(path) = element else {
            let message = format!(
                "files created by builtins.toFile may not reference derivations, but {name} references {}",
                shown(e, element)
            );
            return Err(Fault::new(ErrorKind::Value, message));
        };
        references.insert(e.store.dir.parse(path).map_err(bad_path)?);
    }
    let path = e.add_text(&name, text.bytes, references)?;
    Ok(Value::Str(e.store_string(&path)))
}

/// A dependency with its path reduced to the object's name.
fn shown(e: &Evaluator<'_>, element: &ContextElement<'_>) -> String {
    let text = String::from_utf8_lossy(&element.encode()).into_owned();
    text.replace(&format!("{}/", e.store.dir.as_str()), "")
}

/// A path of an object that is in the store already, as the user says; it is looked for only where a store is written.
fn store_path<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    if e.settings.purity == Purity::Pure {
        let message = "'builtins.storePath' is not allowed in pure evaluation mode";
        return Err(Fault::new(ErrorKind::Value, message));
    }
    let (path, context) = e.path_and_context(args[0])?;
    let path = if e.store.dir.parse(&path).is_ok() { path } else { e.canonical_path(&path)? };
    let (object, _) = e.store.dir.split(&path).map_err(bad_path)?;
    if e.settings.store.is_some() {
        e.check_valid(&object)?;
    }
    let object = e.arena.slice(e.store.dir.print(&object).as_bytes());
    let mut elements: BTreeSet<_> = context.unwrap_or_default().iter().copied().collect();
    elements.insert(ContextElement::Opaque(object));
    let context = from_set(e.arena, elements);
    Ok(e.string_with(&path, context))
}

fn filter_source<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = e.path_arg(args[1])?;
    let filter = e.function_arg(args[0])?;
    let name = String::from_utf8_lossy(base_name(&path)).into_owned();
    add(e, &path, &name, Some(filter), Method::Nar, None)
}

fn path<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let given = e.attrs_arg(args[0])?;
    let (mut path, mut name, mut filter, mut method, mut expected) = (None, None, None, Method::Nar, None);
    for attr in given.entries(e.arena).iter() {
        let value = share(attr.value);
        match e.symbols.bytes(attr.name) {
            b"path" => path = Some(e.path_arg(value)?),
            b"name" => name = Some(String::from_utf8_lossy(e.plain_arg(value)?).into_owned()),
            b"filter" => filter = Some(e.function_arg(value)?),
            b"recursive" => method = if e.bool_arg(value)? { Method::Nar } else { Method::Flat },
            b"sha256" => {
                let text = e.plain_arg(value)?;
                expected = Some(hash_or_empty(e, text, Some(Algorithm::Sha256))?);
            }
            other => {
                let message = format!("unsupported argument '{}' to 'builtins.path'", String::from_utf8_lossy(other));
                return Err(Fault::new(ErrorKind::Argument, message).at(Span::at(attr.position)));
            }
        }
    }
    let Some(path) = path else {
        let message = "missing required 'path' attribute in the first argument to 'builtins.path'";
        return Err(Fault::new(ErrorKind::Argument, message));
    };
    let name = name.filter(|name| !name.is_empty());
    let name = name.unwrap_or_else(|| String::from_utf8_lossy(base_name(&path)).into_owned());
    add(e, &path, &name, filter, method, expected)
}

fn add<'a>(
    e: &mut Evaluator<'a>,
    path: &[u8],
    name: &str,
    filter: Option<Value<'a>>,
    method: Method,
    expected: Option<Hash>,
) -> Res<Value<'a>> {
    if let Some(hash) = &expected {
        let address = ContentAddress { method, hash: hash.clone() };
        let promised = address.path(&e.store.dir, name, &BTreeSet::new()).map_err(bad_path)?;
        if e.store.view.contains(&promised) {
            return Ok(Value::Str(e.store_string(&promised)));
        }
    }
    let source = Source { path: host_path(&e.canonical_path(path)?), name, method, expected };
    let copy = match filter {
        None => e.add_source(source, None)?,
        Some(function) => e.add_filtered(source, function)?,
    };
    Ok(Value::Str(e.store_string(&copy)))
}

impl<'a> Evaluator<'a> {
    /// Adds of a folder what a function of path and type lets through.
    fn add_filtered(&mut self, source: Source<'_>, function: Value<'a>) -> Res<StorePath> {
        let mut chosen = BTreeSet::new();
        self.choose(&source.path, &source.path, function, &mut chosen)?;
        self.add_source(source, Some(chosen))
    }

    fn choose(&mut self, root: &Path, folder: &Path, function: Value<'a>, chosen: &mut BTreeSet<PathBuf>) -> Res<()> {
        if self.file_type(folder)? != Some(FileType::Directory) {
            return Ok(());
        }
        let mut entries = self.read_dir(folder)?;
        entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        for entry in entries {
            let path = folder.join(OsStr::from_bytes(&entry.name));
            let text = self.string(path.as_os_str().as_encoded_bytes());
            let kind = self.string(entry.kind.name().as_bytes());
            if self.test(function, &[text, kind])? {
                chosen.insert(path.strip_prefix(root).unwrap_or(&path).to_owned());
                if entry.kind == FileType::Directory {
                    self.deeper(|this| this.choose(root, &path, function, chosen))?;
                }
            }
        }
        Ok(())
    }
}
