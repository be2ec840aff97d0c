//! An error that another process told as a document: the counterpart of [`super::document`].

use std::{error::Error, fmt};

use miette::{Diagnostic, Report};
use serde::Deserialize;
use serde_json::Value;

use super::Failure;

/// What was told.
#[derive(Debug, Deserialize)]
struct Told {
    message: String,
    code: Option<String>,
    help: Option<String>,
    #[serde(default)]
    labels: Vec<Label>,
    #[serde(default)]
    causes: Vec<String>,
    #[serde(default)]
    related: Vec<Told>,
    #[serde(skip)]
    cause: Option<Box<Cause>>,
}

/// A place, which is named; its text is not here.
#[derive(Debug, Deserialize)]
struct Label {
    file: Option<String>,
    line: Option<u64>,
    column: Option<u64>,
}

/// What caused it, and what caused that.
#[derive(Debug)]
struct Cause {
    message: String,
    cause: Option<Box<Cause>>,
}

impl Failure {
    /// The failure of this document: what stands under `error` in what `--json` prints.
    pub fn told(error: &Value) -> Self {
        let told = Told::deserialize(error).unwrap_or_else(|_| Told {
            message: error.to_string(),
            code: None,
            help: None,
            labels: Vec::new(),
            causes: Vec::new(),
            related: Vec::new(),
            cause: None,
        });
        let mut told = told.linked();
        let related = std::mem::take(&mut told.related);
        Self::several([told].into_iter().chain(related.into_iter().map(Told::linked)).map(Report::new).collect())
    }
}

impl Told {
    /// With its causes as errors are linked.
    fn linked(mut self) -> Self {
        let causes = std::mem::take(&mut self.causes);
        self.cause = causes.into_iter().rev().fold(None, |cause, message| Some(Box::new(Cause { message, cause })));
        self
    }
}

impl fmt::Display for Told {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        for Label { file, line, column } in &self.labels {
            if let (Some(file), Some(line), Some(column)) = (file, line, column) {
                write!(f, " (at {file}:{line}:{column})")?;
            }
        }
        Ok(())
    }
}

impl Error for Told {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

impl Diagnostic for Told {
    fn code(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.code.as_ref().map(|code| Box::new(code) as _)
    }

    fn help(&self) -> Option<Box<dyn fmt::Display + '_>> {
        self.help.as_ref().map(|help| Box::new(help) as _)
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::Failure;
    use crate::failure::Trace;

    #[test]
    fn an_error_told_by_another_process_reads_as_one_of_ours() {
        let error = json!({
            "code": "hypernix::locked", "message": "the state is locked", "help": "wait",
            "labels": [], "causes": ["pid 7 holds it", "since noon"],
            "related": [{ "message": "another", "labels": [{ "text": null, "file": "/a.nix", "line": 3, "column": 4 }] }],
        });
        let text = Failure::told(&error).text(Trace::Short);
        for expected in ["the state is locked", "pid 7 holds it", "since noon", "wait", "another (at /a.nix:3:4)"] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
        let odd = Failure::told(&json!("no document")).text(Trace::Short);
        assert!(odd.contains("no document"), "{odd}");
    }
}
