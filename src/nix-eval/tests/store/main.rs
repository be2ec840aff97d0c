//! The store, derivations, fetching and flakes, compared with Nix 2.34.8 where it is there.

mod derivations;
mod fetching;
mod flakes;
mod oracle;
mod paths;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix_eval::{EvalError, Settings, evaluate};

/// Where the files of these tests are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store")
}

fn quiet() -> Settings {
    Settings { trace: Arc::new(|_| ()), ..Settings::default() }
}

/// The value of an expression as JSON, or the error with its hint.
fn json(source: &str, base: &Path, settings: Settings) -> Result<String, String> {
    evaluate(settings, |evaluator| -> Result<_, EvalError> {
        let value = evaluator.eval_str(source, base)?;
        Ok(evaluator.to_json(value)?.to_string())
    })
    .map_err(told)
}

/// An error's message and hint.
fn told(error: EvalError) -> String {
    let help = miette::Diagnostic::help(&error).map(|help| format!("\n{help}")).unwrap_or_default();
    format!("{}{help}", error.message())
}
