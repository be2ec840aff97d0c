//! Runs the embedded driver in a `virsh`.

use std::{fmt::Write as _, path::Path, time::Duration};

use tokio::process::Command;

use crate::libvirt::{LibvirtError, error, xml::Element};

/// How long one run may take; the very first one probes every QEMU, for seconds.
const PATIENCE: Duration = Duration::from_secs(60);
/// How many documents one run gets.
const RUN: usize = 100;
const PROGRAM: &str = "virsh";

/// What libvirt says to a document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It takes it, and this is what it makes of it.
    Taken(String),
    /// It refuses, in these words.
    Refused(String),
}

/// Defines, reads back and forgets each document.
///
/// # Errors
/// When `virsh` or the embedded driver cannot be had.
pub(super) async fn define_each(root: &Path, documents: &[&Element]) -> Result<Vec<Answer>, LibvirtError> {
    let mut answers = Vec::with_capacity(documents.len());
    for run in documents.chunks(RUN) {
        answers.extend(define_run(root, run).await?);
    }
    Ok(answers)
}

async fn define_run(root: &Path, documents: &[&Element]) -> Result<Vec<Answer>, LibvirtError> {
    let failed = |verb, path: &Path| {
        let path = path.to_owned();
        move |source| LibvirtError::File { verb, path, source }
    };
    let directory = tempfile::tempdir().map_err(failed("make a directory in", &std::env::temp_dir()))?;
    let mut script = String::new();
    for (number, document) in documents.iter().enumerate() {
        let file = directory.path().join(format!("{number}.xml"));
        std::fs::write(&file, document.to_string()).map_err(failed("write", &file))?;
        let (file, name) = (file.display(), document.text_of("name").unwrap_or_default());
        // The document may name the NVRAM of a domain that is there: it is kept.
        write!(
            script,
            "echo --err @{number}; define --validate {file}; echo --err @end; \
             echo @{number}:; dumpxml --inactive --security-info {name}; echo :@; undefine {name} --keep-nvram; "
        )
        .expect("writing to a string does not fail");
    }
    let uri = format!("qemu:///embed?root={}", root.display());
    let run = Command::new(PROGRAM)
        .args(["-q", "-c", &uri, &script])
        .env("LC_ALL", "C")
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output();
    let output = tokio::time::timeout(PATIENCE, run).await;
    let output = output.map_err(|_| LibvirtError::Deadline { deadline: PATIENCE })?;
    let output = output.map_err(failed("run", Path::new(PROGRAM)))?;
    let (shown, said) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    answers(&shown, &said, documents.len())
}

/// What was `shown` and `said` between each document's marks.
fn answers(shown: &str, said: &str, count: usize) -> Result<Vec<Answer>, LibvirtError> {
    let unusable = || LibvirtError::Program { program: PROGRAM, output: plain(said) };
    let answer = |number| {
        // virsh marks what it echoes to its standard error as an error, and ends it with a line's end; what it echoes
        // to its standard output it does not.
        let complaint = between(said, &format!("error: @{number}\n"), "error: @end\n").ok_or_else(unusable)?;
        if !complaint.trim().is_empty() {
            return Ok(Answer::Refused(error::with_hint(&plain(complaint))));
        }
        let document = between(shown, &format!("@{number}:"), "\n:@").ok_or_else(unusable)?;
        Ok(Answer::Taken(document.trim().to_owned()))
    };
    (0..count).map(answer).collect()
}

fn between<'t>(text: &'t str, begin: &str, end: &str) -> Option<&'t str> {
    let (_, rest) = text.split_once(begin)?;
    rest.split_once(end).map(|(part, _)| part)
}

/// virsh's words without its own: `error: Failed to define domain from …` and the prefix.
fn plain(said: &str) -> String {
    let lines = said.lines().filter(|line| !line.starts_with("error: Failed to define domain from"));
    let lines = lines.map(|line| line.strip_prefix("error: ").unwrap_or(line).trim());
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::{Answer, answers};

    #[test]
    fn each_document_gets_its_own_answer() {
        let said = "error: @0\nerror: @end\n\nerror: @1\nerror: Failed to define domain from /x\nerror: no such bus\n\n\
                    error: @end\nerror: gone\n";
        let shown = "@0:<domain/>\n:@@1::@";
        let expected = [Answer::Taken("<domain/>".to_owned()), Answer::Refused("no such bus".to_owned())];
        assert_eq!(answers(shown, said, 2).unwrap(), expected);
        assert!(answers("", "error: failed to connect\n", 1).is_err());
    }
}
