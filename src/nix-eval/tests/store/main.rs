//! The store, derivations, fetching and flakes, compared with Nix 2.34.8 where it is there.

mod derivations;
mod fetching;
mod flakes;
mod oracle;
mod paths;

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, LazyLock};

use nix_eval::{EvalError, Settings, evaluate};

/// Where the files of these tests are.
fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store")
}

/// A folder with `tree`, and in that the links that not everything that carries a repository carries along.
fn site() -> &'static Path {
    static SITE: LazyLock<PathBuf> = LazyLock::new(|| {
        let site = Path::new(env!("CARGO_TARGET_TMPDIR")).join("store");
        let tree = site.join("tree");
        if site.exists() {
            std::fs::remove_dir_all(&site).expect("the build folder is writable");
        }
        std::fs::create_dir_all(&site).expect("the build folder is writable");
        let copied = Command::new("cp").arg("-r").arg(folder().join("tree")).arg(&site).status();
        assert!(copied.expect("cp runs").success());
        symlink("file.txt", tree.join("link"))
            .and_then(|()| symlink("/nowhere", tree.join("dangling")))
            .expect("links");
        site
    });
    &SITE
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
