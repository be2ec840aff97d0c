//! Reading, parsing and evaluating files, each once.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Evaluator;
use crate::arena::Env;
use crate::ast::Expr;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::io::{DirEntry, FileType, io_fault};
use crate::lower::{self, Encoding, Tables, Unit};
use crate::path_text::canonical;
use crate::settings::Purity;
use crate::source::Span;
use crate::symbols::Symbol;
use crate::value::Value;

/// A text to be lowered.
struct Text<'t> {
    path: Option<&'t Path>,
    folder: PathBuf,
    text: Arc<str>,
    encoding: Encoding,
    tree: Option<&'static [u8]>,
}

/// Longer chains of links go in circles.
const MOST_LINKS: usize = 1024;

impl<'a> Evaluator<'a> {
    /// The value of a file; evaluated once, however often it is imported.
    pub(crate) fn import(&mut self, path: &Path) -> Res<Value<'a>> {
        let path = self.resolve_file(path)?;
        if let Some(cell) = self.imported.get(&path) {
            return self.force(cell);
        }
        let expr = self.lower_file(&path, Vec::new())?;
        let code = crate::ast::CodeId(self.codes.len() as u32);
        self.codes.push(crate::ast::Code { expr, name: None });
        let cell = self.arena.cell(Value::Thunk(code, self.no_env));
        self.imported.insert(path.clone(), cell);
        self.force(cell)
            .map_err(|fault| fault.detail(Span::NONE, || format!("while evaluating the file '{}'", path.display())))
    }

    /// Evaluates a file anew with `env` as the frame that binds `names`.
    pub(crate) fn import_scoped(&mut self, path: &Path, names: Vec<Symbol>, env: Env<'a>) -> Res<Value<'a>> {
        let path = self.resolve_file(path)?;
        let expr = self.lower_file(&path, names)?;
        self.eval_value(expr, env)
    }

    pub(crate) fn eval_text(&mut self, source: &str, base: &Path) -> Res<Value<'a>> {
        let expr = self.lower_source(source, base, Vec::new())?;
        self.eval_value(expr, self.no_env)
    }

    pub(super) fn check_text(&mut self, source: &str, base: &Path) -> Res<()> {
        self.lower_source(source, base, Vec::new()).map(|_| ())
    }

    /// The value of a text, not yet computed.
    pub(super) fn delayed_text(&mut self, source: &str, base: &Path) -> Res<Value<'a>> {
        let expr = self.lower_source(source, base, Vec::new())?;
        let code = crate::ast::CodeId(self.codes.len() as u32);
        self.codes.push(crate::ast::Code { expr, name: None });
        Ok(self.shared(Value::Thunk(code, self.no_env)))
    }

    pub(super) fn lower_source(&mut self, source: &str, base: &Path, names: Vec<Symbol>) -> Res<&'a Expr<'a>> {
        let folder = std::path::absolute(base).unwrap_or_else(|_| base.to_owned());
        self.lower_text(Text { path: None, folder, text: source.into(), encoding: Encoding::Utf8, tree: None }, names)
    }

    /// Follows links in the last component, by text, and goes from a directory to its `default.nix`.
    fn resolve_file(&mut self, path: &Path) -> Res<PathBuf> {
        let io = self.settings.io.clone();
        let mut path = path.to_owned();
        for _ in 0..MOST_LINKS {
            if self.file_type(&path)? != Some(FileType::Symlink) {
                if self.file_type(&path)? == Some(FileType::Directory) {
                    path.push("default.nix");
                }
                return Ok(path);
            }
            let target = io.read_link(&path).map_err(|e| io_fault("resolve", &path, &e))?;
            let joined = path.parent().unwrap_or(&path).join(target);
            let text = canonical(joined.as_os_str().as_bytes());
            path = PathBuf::from(OsStr::from_bytes(&text));
        }
        let message = format!("too many symbolic links encountered while traversing the path '{}'", path.display());
        Err(Fault::new(ErrorKind::Io, message))
    }

    fn lower_file(&mut self, path: &Path, outer: Vec<Symbol>) -> Res<&'a Expr<'a>> {
        let bytes = self.read_file(path)?;
        let (text, encoding) = match String::from_utf8(bytes) {
            Ok(text) => (text, Encoding::Utf8),
            Err(e) => (lower::escape_bytes(e.as_bytes()), Encoding::Escaped),
        };
        let folder = path.parent().unwrap_or(path).to_owned();
        let tree = self.settings.io.syntax_tree(path);
        self.lower_text(Text { path: Some(path), folder, text: text.into(), encoding, tree }, outer)
    }

    fn lower_text(&mut self, text: Text<'_>, outer: Vec<Symbol>) -> Res<&'a Expr<'a>> {
        // What was copied to the store is shown where it came from.
        let shown = text.path.map(|path| self.store.view.original(path));
        let Some(base) = self.sources.add(shown.as_deref(), text.text.clone()) else {
            return Err(Fault::new(ErrorKind::Limit, "the sources exceed 4 GiB"));
        };
        let home = match self.settings.purity {
            Purity::Impure => self.settings.home.clone(),
            Purity::Pure => None,
        };
        let unit = Unit {
            text: &text.text,
            name: shown.map_or("«string»".into(), |path| path.display().to_string()),
            base,
            folder: text.folder,
            home,
            pipe_operators: self.settings.pipe_operators,
            lints: self.settings.lints,
            outer,
            encoding: text.encoding,
            tree: text.tree,
        };
        let tables = Tables {
            arena: self.arena,
            symbols: &mut self.symbols,
            codes: &mut self.codes,
            lambdas: &mut self.lambdas,
            globals: &self.globals,
            trace: &*self.settings.trace,
        };
        lower::lower(tables, unit)
    }

    pub(crate) fn read_file(&mut self, path: &Path) -> Res<Vec<u8>> {
        self.files_read.insert(path.to_owned());
        self.settings.io.read_file(path).map_err(|e| self.unreadable("read", path, &e))
    }

    pub(crate) fn read_dir(&mut self, path: &Path) -> Res<Vec<DirEntry>> {
        self.files_read.insert(path.to_owned());
        self.settings.io.read_dir(path).map_err(|e| {
            // Nix follows links before it lists, so it names where they lead.
            let shown = self.settings.io.canonicalize(path).unwrap_or_else(|_| path.to_owned());
            self.unreadable("list", &shown, &e)
        })
    }

    /// An error of the host's files, with what a path that leads nowhere was probably meant to be.
    #[cold]
    fn unreadable(&self, deed: &str, path: &Path, error: &std::io::Error) -> Box<Fault> {
        let fault = io_fault(deed, path, error);
        if error.kind() != std::io::ErrorKind::NotFound {
            return fault;
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return fault };
        let help = match self.settings.io.read_dir(folder) {
            Ok(entries) => {
                let names = entries.iter().map(|entry| String::from_utf8_lossy(&entry.name));
                crate::nearest::nearest(&name.to_string_lossy(), names)
                    .map(|nearest| format!("Did you mean {nearest}?"))
            }
            Err(_) => Some(format!("there is no folder {} to look in", folder.display())),
        };
        fault.help(help)
    }

    /// What a path is; none when nothing is there.
    pub(crate) fn file_type(&mut self, path: &Path) -> Res<Option<FileType>> {
        self.settings.io.file_type(path).map_err(|e| io_fault("look at", path, &e))
    }
}
