//! What Git knows of a folder: a flake in a repository consists of the files that are tracked.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Map, Value as Json, json};

/// Tells what is tracked.
pub trait Git: Send + Sync {
    /// The repository that a folder is in, or none.
    ///
    /// # Errors
    /// When the repository cannot be read.
    fn tree(&self, folder: &Path) -> io::Result<Option<GitTree>>;
}

/// The files of a repository as they are now.
#[derive(Clone, Debug, Default)]
pub struct GitTree {
    /// The repository's folder.
    pub root: PathBuf,
    /// What is tracked, by paths below the root.
    pub files: BTreeSet<PathBuf>,
    /// The last commit, if there is one.
    pub head: Option<Commit>,
    /// Whether tracked files differ from the last commit.
    pub dirty: bool,
}

/// A commit.
#[derive(Clone, Debug)]
pub struct Commit {
    /// Its hash.
    pub rev: String,
    /// When it was made, in seconds of the epoch.
    pub date: u64,
    /// How many commits lead to it, itself included.
    pub count: u64,
}

impl GitTree {
    /// What fetchers tell of it.
    pub(super) fn attributes(&self) -> Map<String, Json> {
        let mut known = Map::new();
        known.insert("submodules".to_owned(), json!(false));
        let Some(head) = &self.head else { return known };
        known.insert("lastModified".to_owned(), json!(head.date));
        if self.dirty {
            known.insert("dirtyRev".to_owned(), json!(format!("{}-dirty", head.rev)));
            let short = head.rev.get(..7).unwrap_or(&head.rev);
            known.insert("dirtyShortRev".to_owned(), json!(format!("{short}-dirty")));
        } else {
            known.insert("rev".to_owned(), json!(head.rev));
            known.insert("revCount".to_owned(), json!(head.count));
        }
        known
    }

    /// The files and the folders they are in.
    pub(super) fn with_folders(&self) -> BTreeSet<PathBuf> {
        let folders = self.files.iter().flat_map(|file| file.ancestors());
        folders.filter(|path| !path.as_os_str().is_empty()).map(Path::to_owned).collect()
    }
}

/// The `git` on `PATH`. Without one, every folder counts as being in no repository.
#[derive(Clone, Copy, Debug, Default)]
pub struct GitProgram;

impl Git for GitProgram {
    fn tree(&self, folder: &Path) -> io::Result<Option<GitTree>> {
        let has_mark = folder.ancestors().any(|folder| folder.join(".git").exists());
        if !has_mark {
            return Ok(None);
        }
        let Some(root) = line(folder, &["rev-parse", "--show-toplevel"])? else { return Ok(None) };
        let root = PathBuf::from(root);
        let listed = run(&root, &["ls-files", "-z"])?.unwrap_or_default();
        let names = listed.split(|byte| *byte == 0).filter(|name| !name.is_empty());
        // Deleted files stay tracked until the deletion is.
        let files = names.map(|name| PathBuf::from(OsStr::from_bytes(name)));
        let files = files.filter(|file| root.join(file).symlink_metadata().is_ok()).collect();
        let head = commit(&root)?;
        let dirty = head.is_some() && run(&root, &["diff-index", "--quiet", "HEAD", "--"])?.is_none();
        Ok(Some(GitTree { root, files, head, dirty }))
    }
}

fn commit(root: &Path) -> io::Result<Option<Commit>> {
    let Some(said) = line(root, &["log", "-1", "--format=%H %ct"])? else { return Ok(None) };
    let said = said.to_string_lossy().into_owned();
    let Some((rev, date)) = said.split_once(' ') else { return Ok(None) };
    let count = line(root, &["rev-list", "--count", "HEAD"])?;
    let number = |text: &str| text.parse().unwrap_or_default();
    let count = count.map_or(0, |count| number(&count.to_string_lossy()));
    Ok(Some(Commit { rev: rev.to_owned(), date: number(date), count }))
}

/// The first line of what a command prints; none when it fails.
fn line(folder: &Path, words: &[&str]) -> io::Result<Option<OsString>> {
    let said = run(folder, words)?;
    Ok(said.map(|said| OsStr::from_bytes(said.split(|byte| *byte == b'\n').next().unwrap_or_default()).to_owned()))
}

fn run(folder: &Path, words: &[&str]) -> io::Result<Option<Vec<u8>>> {
    match Command::new("git").arg("-C").arg(folder).args(words).output() {
        Ok(output) => Ok(output.status.success().then_some(output.stdout)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
