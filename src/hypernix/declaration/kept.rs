//! The last declaration that was resolved here, kept beside the state. While everything that it was made from is
//! the same (the files that were read and looked for, the environment where it was looked at, the host's facts, this
//! program), nothing is evaluated again. It only saves work: what cannot be read or written is done without.
//!
//! ```text
//!   declaration.kept    line 1: what it depends on    line 2: what it resolved to
//! ```

use std::{
    env, fs,
    io::{self, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use config::{LowerSettings, manifest::ActivationOptions};
use model::Desired;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Declaration, needs::Needs, witness::Testimony};

/// The file in the state directory.
const NAME: &str = "declaration.kept";

/// A declaration that holds still, as far as the files tell.
#[derive(Debug)]
pub struct Kept {
    needs: Needs,
    lowered_for: String,
    resolved: Resolved,
}

/// What a declaration resolves to: what is wanted, and how far activating it may go.
pub type Resolved = (Desired, ActivationOptions);

/// What a kept declaration depends on.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Grounds {
    /// The program, the file, and what an evaluation is told in any case.
    asked: String,
    /// The environment, where the evaluation may have looked at it.
    environment: Option<String>,
    /// What resolving it asks of the host.
    needs: Needs,
    /// Whose resources they are, and what the host answered.
    lowered_for: String,
    /// What was asked of the host's files.
    testimony: Testimony,
}

impl Kept {
    /// The kept declaration of `file`, where nothing that it was evaluated from has changed.
    pub fn find(state_dir: &Path, file: &Path) -> Option<Self> {
        let bytes = fs::read(state_dir.join(NAME)).ok()?;
        let (grounds, resolved) = bytes.split_at(bytes.iter().position(|&byte| byte == b'\n')?);
        let grounds: Grounds = serde_json::from_slice(grounds).ok()?;
        let same = grounds.asked == asked(file)?
            && grounds.environment.is_none_or(|seen| seen == environment())
            && grounds.testimony.holds();
        let resolved = if same { serde_json::from_slice(resolved).ok()? } else { return None };
        Some(Self { needs: grounds.needs, lowered_for: grounds.lowered_for, resolved })
    }

    /// What resolving it asks of the host.
    pub const fn needs(&self) -> &Needs {
        &self.needs
    }

    /// What it comes to, where it was made for this host.
    pub fn lower(self, settings: &LowerSettings) -> Option<Resolved> {
        (self.lowered_for == lowered_for(settings)).then_some(self.resolved)
    }
}

/// Keeps a declaration.
pub fn keep(
    state_dir: &Path,
    file: &Path,
    testimony: Testimony,
    settings: &LowerSettings,
    needs: Needs,
    declaration: &Declaration,
) {
    let Some(asked) = asked(file) else { return };
    let environment = testimony.environment.then(environment);
    let grounds = Grounds { asked, environment, needs, lowered_for: lowered_for(settings), testimony };
    if let Err(error) = write(&state_dir.join(NAME), &grounds, declaration) {
        tracing::debug!(%error, "the declaration is not kept");
    }
}

/// A reader sees all of it or nothing; after a power cut it may be anything, and then it does not parse.
fn write(place: &Path, grounds: &Grounds, declaration: &Declaration) -> io::Result<()> {
    let mut text = serde_json::to_vec(grounds)?;
    text.push(b'\n');
    serde_json::to_writer(&mut text, &(&declaration.desired, &declaration.activation))?;
    let beside = place.with_extension(format!("kept.{}", std::process::id()));
    let open = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside);
    let written = open.and_then(|mut file| file.write_all(&text)).and_then(|()| fs::rename(&beside, place));
    if written.is_err() && beside.exists() {
        fs::remove_file(&beside)?;
    }
    written
}

/// This build of the program, the file's name, and what [`super::settings`] tells an evaluation.
fn asked(file: &Path) -> Option<String> {
    let program = env::current_exe().ok()?;
    let built = fs::metadata(&program).ok()?;
    let built = format!("{} {} {} {}", built.ino(), built.size(), built.mtime(), built.mtime_nsec());
    let file = std::path::absolute(file).ok()?;
    let home: Option<PathBuf> = env::home_dir();
    let search_path = env::var_os("NIX_PATH");
    Some(hash(format!("{program:?} {built} {file:?} {home:?} {search_path:?}")))
}

fn environment() -> String {
    let mut all: Vec<_> = env::vars().collect();
    all.sort_unstable();
    hash(format!("{all:?}"))
}

fn lowered_for(settings: &LowerSettings) -> String {
    let LowerSettings { owner, state_dir, host, known, files } = settings;
    hash(format!("{owner:?} {state_dir:?} {host:?} {known:?} {files:?}"))
}

fn hash(text: String) -> String {
    hex::encode(Sha256::digest(text))
}

#[cfg(test)]
mod tests;
