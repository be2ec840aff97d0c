//! Files and paths.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::arguments::share;
use super::{Builtin, global, prefixed};
use crate::attrs::Attr;
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::io::FileType;
use crate::path_text::{base_name, canonical, dir_name};
use crate::settings::Purity;
use crate::source::Span;
use crate::store::OWN_FILES;
use crate::strings::{Context, ContextElement, Str, from_set};
use crate::symbols::{PATH, PREFIX};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    global("import", 1, import),
    global("scopedImport", 2, scoped_import),
    global("baseNameOf", 1, base_name_of),
    global("dirOf", 1, dir_of),
    prefixed("toPath", 1, to_path),
    prefixed("pathExists", 1, path_exists),
    prefixed("readFile", 1, read_file),
    prefixed("readDir", 1, read_dir),
    prefixed("readFileType", 1, read_file_type),
    prefixed("findFile", 2, find_file),
];

pub(super) fn host_path(path: &[u8]) -> PathBuf {
    PathBuf::from(OsStr::from_bytes(path))
}

fn import<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = e.path_arg(args[0])?;
    match e.store.dir.parse(&path) {
        Ok(drv) if drv.is_derivation() && e.store.view.contains(&drv) => e.imported_derivation(&drv),
        _ => e.import(&host_path(&path)),
    }
}

/// Imports a file that sees the attributes of a set as variables.
fn scoped_import<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = e.path_arg(args[1])?;
    let scope = e.attrs_arg(args[0])?.entries(e.arena);
    let env = e.arena.frame(None, scope.len(), |index| e.arena.word(share(scope.values.at(index))));
    e.import_scoped(&host_path(&path), scope.names.to_vec(), env)
}

fn base_name_of<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    let text = e.coerce(value, Coerce::Plain)?;
    Ok(Value::Str(e.arena.alloc(Str { bytes: base_name(text.bytes), context: text.context })))
}

fn dir_of<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    if let Value::Path(path) = value {
        return Ok(e.path_value(dir_name(path.bytes)));
    }
    let text = e.coerce(value, Coerce::Plain)?;
    Ok(Value::Str(e.arena.alloc(Str { bytes: dir_name(text.bytes), context: text.context })))
}

fn to_path<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let (path, context) = e.path_and_context(args[0])?;
    Ok(e.string_with(&path, context))
}

/// A trailing slash or `/.` asks for a directory.
fn path_exists<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    let must_be_directory =
        matches!(value, Value::Str(text) if text.bytes.ends_with(b"/") || text.bytes.ends_with(b"/."));
    let path = host_path(&e.path_arg(value)?);
    if !must_be_directory {
        return Ok(Value::Bool(e.file_type(&path).is_ok_and(|kind| kind.is_some())));
    }
    let target = e.settings.io.canonicalize(&path);
    let kind = target.ok().and_then(|target| e.file_type(&target).ok().flatten());
    Ok(Value::Bool(kind == Some(FileType::Directory)))
}

fn read_file<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = host_path(&e.path_arg(args[0])?);
    let bytes = e.read_file(&path)?;
    if bytes.contains(&0) {
        let message = format!("the contents of the file '{}' cannot be represented as a Nix string", path.display());
        return Err(Fault::new(ErrorKind::Value, message));
    }
    let context = references_in(e, &path, &bytes);
    Ok(e.string_with(&bytes, context))
}

/// The objects that a file of the store refers to and whose hashes stand in its text.
fn references_in<'a>(e: &Evaluator<'a>, path: &std::path::Path, text: &[u8]) -> Option<Context<'a>> {
    let (object, _) = e.store.dir.split(path.as_os_str().as_bytes()).ok()?;
    let references = e.store.view.object(&object)?.references;
    let occurs = |hash: &str| text.windows(hash.len()).any(|window| window == hash.as_bytes());
    let found = references.iter().filter(|reference| occurs(reference.hash_part()));
    let paths = found.map(|reference| e.arena.slice(e.store.dir.print(reference).as_bytes()));
    from_set(e.arena, paths.map(ContextElement::Opaque).collect())
}

fn read_dir<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = host_path(&e.path_arg(args[0])?);
    let mut entries = Vec::new();
    for entry in e.read_dir(&path)? {
        let name = e.symbols.intern(e.arena, &entry.name);
        let value = e.arena.cell(e.string(entry.kind.name().as_bytes()));
        entries.push(Attr { name, position: 0, value });
    }
    Ok(Value::Attrs(crate::attrs::Attrs::from_unsorted(e.arena, entries)))
}

fn read_file_type<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let path = host_path(&e.path_arg(args[0])?);
    for folder in path.ancestors().skip(1) {
        if e.file_type(folder).is_ok_and(|kind| kind == Some(FileType::Symlink)) {
            let message = format!("path '{}' is a symlink", folder.display());
            return Err(Fault::new(ErrorKind::Io, message));
        }
    }
    match e.file_type(&path)? {
        Some(kind) => Ok(e.string(kind.name().as_bytes())),
        None => Err(Fault::new(ErrorKind::Io, format!("path '{}' does not exist", path.display()))),
    }
}

/// What `<name>` means: the first entry of the search path under which `name` exists.
fn find_file<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let mut entries = Vec::new();
    for entry in e.list_arg(args[0])?.iter() {
        let set = e.attrs_arg(Value::Alias(entry))?;
        let prefix = match set.value(PREFIX) {
            Some(prefix) => e.plain_arg(Value::Alias(prefix))?,
            None => b"",
        };
        let path = e.required(set, PATH)?;
        let path = e.force(path)?;
        let path = e.coerce(path, Coerce::Plain)?;
        e.realise(path.context)?;
        entries.push((prefix, path.bytes));
    }
    let name = e.plain_arg(args[1])?;
    for (prefix, path) in entries {
        let Some(suffix) = below(prefix, name) else { continue };
        let candidate = canonical(&[path, b"/", suffix].concat());
        if path.starts_with(b"/")
            && let Ok(found) = e.settings.io.canonicalize(&host_path(&candidate))
        {
            return Ok(e.path_value(found.as_os_str().as_bytes()));
        }
    }
    if let Some(own) = name.strip_prefix(b"nix/") {
        return Ok(e.path_value(&canonical(&[OWN_FILES.as_bytes(), b"/", own].concat())));
    }
    let shown = String::from_utf8_lossy(name);
    let message = match e.settings.purity {
        Purity::Pure => format!("cannot look up '<{shown}>' in pure evaluation mode (use '--impure' to override)"),
        Purity::Impure => {
            format!("file '{shown}' was not found in the Nix search path (add it using $NIX_PATH or -I)")
        }
    };
    Err(Fault::new(ErrorKind::Throw, message))
}

/// The rest of `name` if it is at or below `prefix`.
fn below<'n>(prefix: &[u8], name: &'n [u8]) -> Option<&'n [u8]> {
    if prefix.is_empty() {
        return Some(name);
    }
    let rest = name.strip_prefix(prefix)?;
    if rest.is_empty() { Some(rest) } else { rest.strip_prefix(b"/") }
}
