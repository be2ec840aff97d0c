//! Nix itself, for comparison: `tests/setup` puts it beside the system.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

/// Where `tests/setup` puts it, unless `NIX_ORACLE` names another `nix-instantiate`.
const USUAL: &str = "/var/lib/hypervisor/test/nix-oracle/bin/nix-instantiate";

/// How many expressions one process evaluates at most.
const BATCH: usize = 50;

/// A `nix-instantiate`.
pub struct Oracle {
    program: PathBuf,
    /// The folder that stands for the root of relative paths.
    root: tempfile::TempDir,
}

impl Oracle {
    /// Nix, or nothing with a notice where it is not installed.
    #[must_use]
    pub fn find() -> Option<Self> {
        let program = std::env::var_os("NIX_ORACLE").map_or_else(|| PathBuf::from(USUAL), PathBuf::from);
        if !program.exists() {
            eprintln!("skipped: no Nix at {} (tests/setup installs it)", program.display());
            return None;
        }
        let root = tempfile::tempdir().expect("a temporary folder can be made");
        std::fs::create_dir(root.path().join("corpus")).expect("the folder is fresh");
        Some(Self { program, root })
    }

    /// What Nix prints for each expression, as `=> value` or `!! first line of the error`.
    ///
    /// Relative paths start from `/corpus` and `~` is `/home/user`.
    pub fn outcomes(&self, expressions: &[String], flags: &[&str]) -> Vec<String> {
        let half = expressions.len().div_ceil(2).max(1);
        thread::scope(|scope| {
            let halves: Vec<_> = expressions
                .chunks(half)
                .map(|part| scope.spawn(move || self.one_after_the_other(part, flags)))
                .collect();
            halves.into_iter().flat_map(|half| half.join().expect("the thread does not panic")).collect()
        })
    }

    /// A process stops at the first error, so another one goes on behind it.
    fn one_after_the_other(&self, expressions: &[String], flags: &[&str]) -> Vec<String> {
        let mut outcomes = Vec::with_capacity(expressions.len());
        while let Some(rest) = expressions.get(outcomes.len()..).filter(|rest| !rest.is_empty()) {
            let batch = &rest[..rest.len().min(BATCH)];
            let output = self.run(batch, flags);
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            outcomes.extend(printed.lines().map(|line| format!("=> {}", self.without_root(line))));
            if !output.status.success() {
                outcomes.push(format!("!! {}", self.without_root(&error_line(&output))));
            }
        }
        outcomes
    }

    fn run(&self, batch: &[String], flags: &[&str]) -> Output {
        Command::new(&self.program)
            .args(["--eval", "--strict", "--extra-experimental-features", "blake3-hashes"])
            .args(flags)
            .arg("-E")
            .args(batch.iter().map(|expression| protected(expression)))
            .current_dir(self.root.path().join("corpus"))
            .env("HOME", "/home/user")
            .env_remove("NIX_PATH")
            .output()
            .expect("Nix can be started")
    }

    fn without_root(&self, text: &str) -> String {
        let root = self.root.path().to_string_lossy();
        text.replace(&format!("{root}/"), "/").replace(&*root, "/")
    }
}

/// An expression that cannot be taken for an option; columns of positions count, so others stay as they are.
fn protected(expression: &str) -> String {
    if expression.starts_with('-') { format!(" {expression}") } else { expression.to_owned() }
}

/// The last message of a trace, without colours.
fn error_line(output: &Output) -> String {
    let plain = without_colours(&String::from_utf8_lossy(&output.stderr));
    let mut messages = plain.lines().filter_map(|line| line.trim_start().strip_prefix("error: "));
    messages.next_back().map_or_else(|| format!("no error message: {plain}"), |line| line.trim_end().to_owned())
}

fn without_colours(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let mut plain: String = parts.next().unwrap_or_default().to_owned();
    plain.extend(parts.map(|part| part.split_once('m').map_or(part, |(_, rest)| rest)));
    plain
}

/// Whether two outcomes say the same. Texts that do not parse are refused in our own words.
#[must_use]
pub fn agree(ours: &str, nix: &str) -> bool {
    const OWN_WORDS: [[&str; 2]; 3] = [
        ["!! syntax error", "!! syntax error"],
        ["!! failed to parse JSON: ", "!! [json.exception."],
        ["!! while parsing TOML: ", "!! while parsing TOML: "],
    ];
    ours == nix || OWN_WORDS.iter().any(|[own, theirs]| ours.starts_with(own) && nix.starts_with(theirs))
}

/// What our evaluator says to an expression, in the same form.
#[must_use]
pub fn ours(source: &str, settings: nix_eval::Settings) -> String {
    let settings =
        nix_eval::Settings { home: Some("/home/user".into()), trace: std::sync::Arc::new(|_| ()), ..settings };
    let printed = nix_eval::evaluate(settings, |evaluator| -> Result<String, nix_eval::EvalError> {
        let value = evaluator.eval_str(source, Path::new("/corpus"))?;
        evaluator.print(value)
    });
    match printed {
        Ok(text) => format!("=> {text}"),
        Err(error) => {
            let line = without_colours(error.message().lines().next().unwrap_or_default());
            format!("!! {}", line.trim_end())
        }
    }
}
