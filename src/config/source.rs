//! From what the user names to a manifest.

mod bundled;
mod flake;
mod refusal;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use nix_eval::{EvalError, EvalIo, FileType, PathCopies, Purity, Settings};
use refusal::Placed;
use serde_json::{Map, Value};

use crate::{
    compose::Expressions,
    error::SourceText,
    manifest::{Manifest, SCHEMA_VERSION},
    problem::SourceProblem,
};

/// A manifest as JSON in canonical order, and the files it came from.
pub(crate) struct Read {
    pub(crate) json: Value,
    pub(crate) files: Vec<PathBuf>,
}

/// Reads or evaluates what a path names.
///
/// # Errors
/// When it cannot be read or evaluated: each reason with its place.
pub(crate) fn read(path: &Path, settings: &Settings) -> Result<Read, Vec<Placed>> {
    match kind_of(path, settings).map_err(unplaced)? {
        Form::Nix(absolute) => evaluate(&absolute, settings),
        Form::Flake { folder, host } => flake::evaluate(&folder, &host, settings),
        Form::Manifest(absolute) => {
            let unreadable = |source| unplaced(SourceProblem::Unreadable { path: path.to_owned(), source });
            let bytes = settings.io.read_file(&absolute).map_err(unreadable)?;
            let mut json = parse(path, &bytes).map_err(unplaced)?;
            json.sort_all_objects();
            Ok(Read { json, files: vec![absolute] })
        }
    }
}

/// What a path names, by its absolute form.
enum Form {
    Nix(PathBuf),
    Manifest(PathBuf),
    /// A host of a flake, written `FOLDER#HOST`.
    Flake {
        folder: PathBuf,
        host: String,
    },
}

fn kind_of(path: &Path, settings: &Settings) -> Result<Form, SourceProblem> {
    let unreadable = |source| SourceProblem::Unreadable { path: path.to_owned(), source };
    let absolute = std::path::absolute(path).map_err(unreadable)?;
    let io = &settings.io;
    let real = match io.file_type(&absolute).map_err(unreadable)? {
        None => return flake::named(path, io.as_ref()),
        Some(FileType::Symlink) => io.canonicalize(&absolute).map_err(unreadable)?,
        Some(_) => absolute.clone(),
    };
    let is_directory = io.file_type(&real).map_err(unreadable)? == Some(FileType::Directory);
    let is_nix = real.extension().or(absolute.extension()).is_some_and(|extension| extension == "nix");
    if is_directory && io.file_type(&real.join("default.nix")).map_err(unreadable)?.is_none() {
        if io.file_type(&real.join("flake.nix")).map_err(unreadable)?.is_some() {
            return Err(SourceProblem::NoHost { path: path.to_owned() });
        }
        return Err(SourceProblem::NoDefault { path: path.to_owned() });
    }
    Ok(if is_directory || is_nix { Form::Nix(absolute) } else { Form::Manifest(absolute) })
}

/// The typed manifest.
pub(crate) fn manifest(json: &Value) -> Result<Manifest, SourceProblem> {
    let found = json.get("schemaVersion").unwrap_or(&Value::Null);
    if found.as_u64() != Some(SCHEMA_VERSION) {
        return Err(SourceProblem::Version { found: found.to_string(), expected: SCHEMA_VERSION });
    }
    Manifest::from_value(json)
        .map_err(|error| SourceProblem::Malformed { path: error.path().to_string(), reason: error.inner().to_string() })
}

fn parse(path: &Path, bytes: &[u8]) -> Result<Value, SourceProblem> {
    let is_json = path.extension().is_some_and(|extension| extension == "json");
    match serde_json::from_slice::<Value>(bytes) {
        Ok(value) if is_json || value.get("schemaVersion").is_some() => Ok(value),
        Err(source) if is_json => Err(SourceProblem::Json { path: path.to_owned(), source }),
        Ok(_) | Err(_) => Err(SourceProblem::UnknownForm { path: path.to_owned() }),
    }
}

fn evaluate(path: &Path, settings: &Settings) -> Result<Read, Vec<Placed>> {
    let error = match manifest_of("import {prefix}/nix/host.nix { file = /. + file; }", path, settings) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    if !refusal::is_assertion(&error) {
        return Err(vec![refusal::problem(error)]);
    }
    // The positions are wanted all the same, so the assertions are left out in a second try.
    let silent = "{ assertions = { _type = \"override\"; priority = 50; content = [ ]; }; }";
    let entry = format!("import {{prefix}}/nix/evaluate.nix {{ modules = [ (/. + file) {silent} ]; }}");
    let positions = manifest_of(&entry, path, settings).ok().and_then(|read| manifest(&read.json).ok());
    Err(refusal::assertions(&error, positions.as_ref().map(|manifest| &manifest.positions)))
}

/// Evaluates an expression for a manifest, in which `file` is the path of the configuration.
fn manifest_of(expression: &str, path: &Path, settings: &Settings) -> Result<Read, EvalError> {
    let mut settings = Settings { io: bundled::over(settings.io.clone()), ..settings.clone() };
    settings.libraries.push(bundled::PREFIX.into());
    // A manifest names files of the host: there may be no store for a copy to be in.
    settings.path_copies = PathCopies::Refused;
    let entry = format!("file: {}", expression.replace("{prefix}", bundled::PREFIX));
    let file = Value::from(path.to_string_lossy().into_owned());
    nix_eval::evaluate(settings, |evaluator| {
        let host = evaluator.eval_str(&entry, Path::new("/"))?;
        let file = evaluator.value_from_json(&file);
        let manifest = evaluator.call(host, file)?;
        let mut json = evaluator.to_json(manifest)?;
        json.sort_all_objects();
        let own = |file: &&Path| !file.starts_with(bundled::PREFIX);
        Ok(Read { json, files: evaluator.files_read().filter(own).map(Path::to_owned).collect() })
    })
}

fn unplaced(problem: SourceProblem) -> Vec<Placed> {
    vec![(problem.into(), None)]
}

/// Source files as text, for showing where an error is.
pub(crate) struct Texts(Arc<dyn EvalIo>);

impl Texts {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self(bundled::over(settings.io.clone()))
    }
}

impl SourceText for Texts {
    fn text(&self, file: &Path) -> Option<Arc<str>> {
        let bytes = self.0.read_file(file).ok()?;
        Some(String::from_utf8(bytes).ok()?.into())
    }
}

/// Evaluates conditions and rules of blueprints, without files, environment or unbounded work.
pub(crate) struct NixExpressions;

/// The most calls that a condition or rule may make.
const FUEL: u64 = 1_000_000;

impl Expressions for NixExpressions {
    fn evaluate(&self, expression: &str, scope: &Map<String, Value>) -> Result<Value, String> {
        let settings = Settings {
            io: bundled::nothing(),
            purity: Purity::Pure,
            fuel: Some(FUEL),
            trace: Arc::new(|_| {}),
            ..Settings::default()
        };
        let text = format!("scope: with scope; (\n{expression}\n)");
        let scope = Value::Object(scope.clone());
        nix_eval::evaluate(settings, |evaluator| {
            let function = evaluator.eval_str(&text, Path::new("/"))?;
            let scope = evaluator.value_from_json(&scope);
            let value = evaluator.call(function, scope)?;
            evaluator.to_json(value)
        })
        .map_err(|error: EvalError| error.message().to_owned())
    }
}
