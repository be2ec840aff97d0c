//! A host of a flake.

use std::path::Path;

use nix_eval::{EvalError, EvalIo, Evaluator, PathCopies, Purity, Settings};
use serde_json::Value;

use super::{Form, Read, bundled, refusal};
use crate::{problem::SourceProblem, source::refusal::Placed};

/// The host that `FOLDER#HOST` names, where nothing else has that name.
///
/// # Errors
/// When it names none.
pub(super) fn named(path: &Path, io: &dyn EvalIo) -> Result<Form, SourceProblem> {
    let missing = || SourceProblem::Missing { path: path.to_owned() };
    let text = path.to_str().ok_or_else(missing)?;
    let (folder, host) = text.split_once('#').ok_or_else(missing)?;
    let folder = folder.strip_prefix("path:").unwrap_or(folder);
    let folder = Path::new(if folder.is_empty() { "." } else { folder });
    if host.is_empty() {
        return Err(SourceProblem::NoHost { path: folder.to_owned() });
    }
    let unreadable = |source| SourceProblem::Unreadable { path: folder.to_owned(), source };
    let absolute = std::path::absolute(folder).map_err(unreadable)?;
    let absolute = io.canonicalize(&absolute).unwrap_or(absolute);
    if io.file_type(&absolute.join("flake.nix")).map_err(unreadable)?.is_none() {
        return Err(SourceProblem::NoFlake { path: folder.to_owned() });
    }
    Ok(Form::Flake { folder: absolute, host: host.to_owned() })
}

/// Evaluates a host, purely as Nix evaluates flakes.
pub(super) fn evaluate(folder: &Path, host: &str, settings: &Settings) -> Result<Read, Vec<Placed>> {
    let error = match manifest_of(folder, host, settings) {
        Ok(read) => return Ok(read),
        Err(error) => error,
    };
    if refusal::is_assertion(&error) {
        Err(refusal::assertions(&error, None))
    } else {
        Err(vec![refusal::problem(error)])
    }
}

fn manifest_of(folder: &Path, host: &str, settings: &Settings) -> Result<Read, EvalError> {
    let mut settings = Settings {
        io: bundled::over(settings.io.clone()),
        purity: Purity::Pure,
        path_copies: PathCopies::Computed,
        ..settings.clone()
    };
    settings.libraries.push(bundled::PREFIX.into());
    let entry = format!("flake: host: import {}/nix/flake-host.nix {{ inherit flake host; }}", bundled::PREFIX);
    let host = Value::from(host);
    nix_eval::evaluate(settings, |evaluator| {
        let flake = evaluator.eval_flake(folder)?;
        let entry = evaluator.eval_str(&entry, Path::new("/"))?;
        let host = evaluator.value_from_json(&host);
        let of_host = evaluator.call(entry, flake)?;
        let manifest = evaluator.call(of_host, host)?;
        let mut json = evaluator.to_json(manifest)?;
        evaluator.on_host(&mut json);
        json.sort_all_objects();
        Ok(Read { json, files: files(evaluator) })
    })
}

/// The files read, each as it is on the host.
fn files(evaluator: &Evaluator<'_>) -> Vec<std::path::PathBuf> {
    let own = |file: &&Path| !file.starts_with(bundled::PREFIX);
    let mut files: Vec<_> = evaluator.files_read().filter(own).map(|file| evaluator.original(file)).collect();
    files.sort();
    files.dedup();
    files
}

#[cfg(test)]
mod tests;
