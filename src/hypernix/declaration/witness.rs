//! The host's files with a memory: what an evaluation asked of them, and what it was told. Whoever asks the same
//! again and is told the same knows what the evaluation would come to.

use std::{
    collections::BTreeMap,
    io,
    os::unix::ffi::OsStrExt,
    path::{Path, PathBuf},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use nix_eval::{DirEntry, EvalIo, FileType, StdIo};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Something that an evaluation asks of the host's files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Question {
    /// What is in a file.
    Contents(PathBuf),
    /// What is in a directory.
    Entries(PathBuf),
    /// What a path is.
    Kind(PathBuf),
    /// Where a path leads.
    Target(PathBuf),
    /// What is written in a link.
    Link(PathBuf),
    /// Whether a file may be run.
    Executable(PathBuf),
    /// When a path last changed.
    Modified(PathBuf),
}

/// The host's files, with what was asked of them.
#[derive(Debug, Default)]
pub struct Witness {
    // Guards the answers only; no file is read under it.
    answers: Mutex<BTreeMap<Question, String>>,
    unsteady: AtomicBool,
    environment: AtomicBool,
}

/// What an evaluation depended on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Testimony {
    /// What it asked, and what it was told, in short.
    pub answers: Vec<(Question, String)>,
    /// Whether it may have looked at the environment.
    pub environment: bool,
}

impl Testimony {
    /// Whether the host's files give the same answers still.
    pub fn holds(&self) -> bool {
        self.answers.iter().all(|(question, answer)| answer_to(question) == *answer)
    }
}

impl Witness {
    /// What was asked so far; `None` where the answers are no ground to stand on: they changed meanwhile, or the
    /// evaluation looked at the clock.
    pub fn testimony(&self) -> Option<Testimony> {
        if self.unsteady.load(Ordering::Relaxed) {
            return None;
        }
        let answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let answers = answers.into_iter().collect();
        Some(Testimony { answers, environment: self.environment.load(Ordering::Relaxed) })
    }

    /// Makes the answers no ground to stand on: the evaluation did something that is to happen each time.
    pub fn spoil(&self) {
        self.unsteady.store(true, Ordering::Relaxed);
    }

    fn note(&self, question: Question, answer: String) {
        let mut answers = self.answers.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.insert(question, answer.clone()).is_some_and(|before| before != answer) {
            self.unsteady.store(true, Ordering::Relaxed);
        }
    }

    /// Takes note of what a file's text can reach beside files. A name that is put together at run time (a dynamic
    /// attribute of `builtins`) may be any.
    fn look_through(&self, text: &[u8]) {
        let mentions = |word: &str| text.windows(word.len()).any(|window| window == word.as_bytes());
        if mentions("currentTime") {
            self.spoil();
        }
        if mentions("getEnv") || mentions("builtins.${") || mentions("builtins ? ${") {
            self.environment.store(true, Ordering::Relaxed);
        }
    }
}

impl EvalIo for Witness {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        let read = StdIo.read_file(path);
        if let Ok(bytes) = &read {
            self.look_through(bytes);
        }
        self.note(Question::Contents(path.to_owned()), contents(&read));
        read
    }

    fn read_dir(&self, path: &Path) -> io::Result<Vec<DirEntry>> {
        let read = StdIo.read_dir(path);
        self.note(Question::Entries(path.to_owned()), entries(&read));
        read
    }

    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>> {
        let read = StdIo.file_type(path);
        self.note(Question::Kind(path.to_owned()), kind(&read));
        read
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let read = StdIo.canonicalize(path);
        self.note(Question::Target(path.to_owned()), target(&read));
        read
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        let read = StdIo.read_link(path);
        self.note(Question::Link(path.to_owned()), target(&read));
        read
    }

    fn is_executable(&self, path: &Path) -> io::Result<bool> {
        let read = StdIo.is_executable(path);
        self.note(Question::Executable(path.to_owned()), told(&read, bool::to_string));
        read
    }

    fn modified(&self, path: &Path) -> io::Result<u64> {
        let read = StdIo.modified(path);
        self.note(Question::Modified(path.to_owned()), told(&read, u64::to_string));
        read
    }
}

fn answer_to(question: &Question) -> String {
    match question {
        Question::Contents(path) => contents(&StdIo.read_file(path)),
        Question::Entries(path) => entries(&StdIo.read_dir(path)),
        Question::Kind(path) => kind(&StdIo.file_type(path)),
        Question::Target(path) => target(&StdIo.canonicalize(path)),
        Question::Link(path) => target(&StdIo.read_link(path)),
        Question::Executable(path) => told(&StdIo.is_executable(path), bool::to_string),
        Question::Modified(path) => told(&StdIo.modified(path), u64::to_string),
    }
}

fn contents(read: &io::Result<Vec<u8>>) -> String {
    told(read, |bytes| hex(Sha256::digest(bytes)))
}

fn entries(read: &io::Result<Vec<DirEntry>>) -> String {
    told(read, |entries| {
        let mut lines: Vec<(&[u8], &str)> = entries.iter().map(|e| (e.name.as_slice(), e.kind.name())).collect();
        lines.sort_unstable();
        let mut hasher = Sha256::new();
        for (name, kind) in lines {
            // No name holds a slash, so no two lists run into the same bytes.
            [name, b"/", kind.as_bytes(), b"/"].into_iter().for_each(|part| hasher.update(part));
        }
        hex(hasher.finalize())
    })
}

fn kind(read: &io::Result<Option<FileType>>) -> String {
    told(read, |kind| kind.map_or("nothing", FileType::name).to_owned())
}

fn target(read: &io::Result<PathBuf>) -> String {
    told(read, |path| hex(Sha256::digest(path.as_os_str().as_bytes())))
}

fn told<T>(read: &io::Result<T>, say: impl FnOnce(&T) -> String) -> String {
    match read {
        Ok(value) => say(value),
        Err(error) => format!("error: {}", error.kind()),
    }
}

fn hex(digest: impl AsRef<[u8]>) -> String {
    hex::encode(digest)
}
