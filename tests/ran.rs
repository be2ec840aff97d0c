//! What a command did that a test has run.

use std::{os::unix::process::ExitStatusExt, process::Output};

use serde_json::Value;

/// What a command did.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code; 128 and the signal's number where one killed it, as a shell has it.
    pub code: i32,
    /// What it printed.
    pub stdout: String,
    /// What it complained about.
    pub stderr: String,
}

impl Ran {
    /// Expects exit code 0.
    #[track_caller]
    pub fn succeeded(self) -> Self {
        assert_eq!(self.code, 0, "it failed:\n{}\n{}", self.stdout, self.stderr);
        self
    }

    /// Its standard output as JSON.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error} in:\n{}", self.stdout))
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let code = output.status.code().or_else(|| output.status.signal().map(|signal| 128 + signal));
        Self {
            code: code.unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        }
    }
}
