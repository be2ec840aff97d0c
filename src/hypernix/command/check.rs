//! `hypernix check`

use clap::Args;
use serde_json::json;

use super::options::File;
use crate::{
    declaration::Declaration,
    failure::{Exit, Failure},
    session::Session,
};

/// Evaluates and validates a file without looking at the host.
#[derive(Debug, Args)]
pub struct Check {
    #[command(flatten)]
    file: File,
}

impl Check {
    /// Checks.
    ///
    /// # Errors
    /// When the file is wrong: every mistake is shown with its place.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let declaration = Declaration::check(&self.file.path, &session.global.state_dir).await?;
        let desired = &declaration.desired;
        let (units, resources) = (desired.units().count(), desired.resources.len());
        let notes: Vec<String> = desired.notes.iter().map(note_line).collect();
        let document = json!({ "ok": true, "units": units, "resources": resources, "notes": desired.notes });
        session.output.answer(&document, || {
            let mut text = format!("ok: {}, {}\n", counted(units, "unit"), counted(resources, "resource"));
            text.extend(notes.iter().map(|note| format!("note: {note}\n")));
            text
        })?;
        Ok(Exit::Done)
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn note_line(note: &model::Note) -> String {
    let about = note.about.as_ref().map(|address| format!("{address}: ")).unwrap_or_default();
    let at = note.at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
    format!("{about}{}{at}", note.text)
}
