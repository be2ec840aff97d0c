//! A real Nix beside this evaluator, for what needs the network or a build.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What is asked of a real Nix. Errors are what it says, for the person who reads them.
pub trait NixCommand: Send + Sync {
    /// Evaluates an expression with its network and store, and gives the value as JSON.
    ///
    /// # Errors
    /// When it fails.
    fn evaluate(&self, expression: &str) -> Result<serde_json::Value, String>;

    /// Puts objects into its store, given in the format of `nix-store --export`.
    ///
    /// # Errors
    /// When it refuses them.
    fn import(&self, export: &[u8]) -> Result<(), String>;

    /// Builds an output of a derivation in its store.
    ///
    /// # Errors
    /// When the build fails.
    fn build(&self, derivation: &Path, output: &str) -> Result<(), String>;
}

/// The programs of a Nix installation.
#[derive(Clone, Debug, Default)]
pub struct NixProgram {
    folder: Option<PathBuf>,
}

impl NixProgram {
    /// Those found on `PATH`.
    #[must_use]
    pub fn on_path() -> Self {
        Self::default()
    }

    /// Those in a folder.
    pub fn in_folder(folder: impl Into<PathBuf>) -> Self {
        Self { folder: Some(folder.into()) }
    }

    fn run(&self, program: &str, words: &[&str], input: &[u8]) -> Result<Vec<u8>, String> {
        let path = self.folder.as_ref().map_or_else(|| program.into(), |folder| folder.join(program));
        let cannot = |error: io::Error| format!("cannot run `{}`: {error}", path.display());
        let mut child = Command::new(&path)
            .args(words)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(cannot)?;
        let stdin = child.stdin.take();
        let output = std::thread::scope(|scope| {
            let feeding = scope.spawn(move || stdin.map_or(Ok(()), |mut stdin| stdin.write_all(input)));
            let output = child.wait_with_output();
            // Whoever ends without reading all has said why in its exit code.
            feeding.join().map_or(Ok(()), |fed| fed.or(Ok(()))).and(output)
        });
        let output = output.map_err(cannot)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("`{program}` says: {}", said.trim()))
    }
}

impl NixCommand for NixProgram {
    fn evaluate(&self, expression: &str) -> Result<serde_json::Value, String> {
        let words = [
            "--extra-experimental-features",
            "nix-command flakes",
            "--read-write-mode",
            "--eval",
            "--strict",
            "--json",
            "--expr",
            expression,
        ];
        let printed = self.run("nix-instantiate", &words, b"")?;
        serde_json::from_slice(&printed).map_err(|error| format!("`nix-instantiate` gave no JSON: {error}"))
    }

    fn import(&self, export: &[u8]) -> Result<(), String> {
        self.run("nix-store", &["--import"], export).map(drop)
    }

    fn build(&self, derivation: &Path, output: &str) -> Result<(), String> {
        let wanted = format!("{}!{output}", derivation.display());
        self.run("nix-store", &["--realise", &wanted], b"").map(drop)
    }
}
