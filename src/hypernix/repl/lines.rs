//! Where inputs come from: a terminal with completion and history, or a pipe.

use std::{
    cell::RefCell,
    env, fs,
    io::{self, IsTerminal},
    path::{Path, PathBuf},
};

use rustyline::{
    CompletionType, Config, Context, Editor, Helper,
    completion::Completer,
    error::ReadlineError,
    highlight::Highlighter,
    hint::Hinter,
    history::FileHistory,
    validate::{ValidationContext, ValidationResult, Validator},
};

use super::{
    conversation::Bench,
    input::{COMMANDS, Input},
};
use crate::failure::{Failure, Trouble};

const PROMPT: &str = "hypernix> ";

/// Where inputs come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A person at a terminal.
    Terminal,
    /// A file or another program.
    Pipe,
}

/// The inputs, one after the other.
pub enum Lines<'s, 'r, 'a> {
    /// A person at a terminal.
    Terminal(Box<Terminal<'s, 'r, 'a>>),
    /// A file or another program.
    Pipe,
}

/// An editor of lines, with the file that remembers them.
pub struct Terminal<'s, 'r, 'a> {
    editor: Editor<Assistant<'s, 'r, 'a>, FileHistory>,
    history: Option<PathBuf>,
}

impl Source {
    /// What standard input is.
    pub fn of_standard_input() -> Self {
        if io::stdin().is_terminal() { Self::Terminal } else { Self::Pipe }
    }
}

impl<'s, 'r, 'a> Lines<'s, 'r, 'a> {
    /// Opens them; `bench` is asked for completions.
    ///
    /// # Errors
    /// When the terminal cannot be used.
    pub fn open(source: Source, bench: &'s RefCell<Bench<'r, 'a>>) -> Result<Self, Failure> {
        if source == Source::Pipe {
            return Ok(Self::Pipe);
        }
        let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
        let mut editor = Editor::with_config(config).map_err(unreadable)?;
        editor.set_helper(Some(Assistant { bench }));
        let history = history_file();
        if let Some(file) = &history {
            // The first conversation of a user has none.
            editor.load_history(file).unwrap_or_default();
        }
        Ok(Self::Terminal(Box::new(Terminal { editor, history })))
    }

    /// The next input, of one or more lines; none at the end.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn next(&mut self) -> Result<Option<String>, Failure> {
        match self {
            Self::Pipe => next_of_pipe().map_err(|error| unreadable(ReadlineError::Io(error))),
            Self::Terminal(terminal) => terminal.next(),
        }
    }
}

impl Terminal<'_, '_, '_> {
    fn next(&mut self) -> Result<Option<String>, Failure> {
        match self.editor.readline(PROMPT) {
            Ok(line) => {
                if let Some(file) = &self.history {
                    // A history that cannot be kept is no reason to stop.
                    self.editor.append_history(file).unwrap_or_default();
                }
                Ok(Some(line))
            }
            Err(ReadlineError::Interrupted) => Ok(Some(String::new())),
            Err(ReadlineError::Eof) => Ok(None),
            Err(error) => Err(unreadable(error)),
        }
    }
}

fn next_of_pipe() -> io::Result<Option<String>> {
    let mut input = String::new();
    while io::stdin().read_line(&mut input)? > 0 {
        if !Input::of(&input).is_incomplete(&input) {
            return Ok(Some(input));
        }
    }
    Ok((!input.is_empty()).then_some(input))
}

fn unreadable(error: ReadlineError) -> Failure {
    let source = match error {
        ReadlineError::Io(source) => source,
        other => io::Error::other(other),
    };
    Trouble::ReadFile { path: "standard input".into(), source }.into()
}

/// The file of past inputs, its folder made; none where there is no home.
fn history_file() -> Option<PathBuf> {
    let state = env::var_os("XDG_STATE_HOME").map(PathBuf::from);
    let folder = state.or_else(|| Some(env::home_dir()?.join(".local/state")))?.join("hypernix");
    fs::create_dir_all(&folder).ok()?;
    Some(folder.join("repl-history"))
}

/// Helps while a line is being typed.
struct Assistant<'s, 'r, 'a> {
    bench: &'s RefCell<Bench<'r, 'a>>,
}

impl Helper for Assistant<'_, '_, '_> {}

impl Highlighter for Assistant<'_, '_, '_> {}

impl Hinter for Assistant<'_, '_, '_> {
    type Hint = String;
}

impl Validator for Assistant<'_, '_, '_> {
    fn validate(&self, context: &mut ValidationContext<'_>) -> rustyline::Result<ValidationResult> {
        let input = context.input();
        let more = Input::of(input).is_incomplete(input);
        Ok(if more { ValidationResult::Incomplete } else { ValidationResult::Valid(None) })
    }
}

impl Completer for Assistant<'_, '_, '_> {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        let before = &line[..at];
        let word = before.rfind(|c: char| c.is_whitespace() || "()[]{}=;,\"".contains(c)).map_or(0, |at| at + 1);
        let is_path = before[word..].contains('/');
        let start = before.trim_start();
        Ok(match start.split_once(char::is_whitespace) {
            None if start.starts_with(':') => (before.len() - start.len(), commands(start)),
            Some((":doc", _)) if !before[word..].contains('.') => (word, builtins(&before[word..])),
            Some((":l" | ":load", _)) => files(before, word),
            _ if is_path => files(before, word),
            _ => {
                let found = self.bench.borrow_mut().complete(before);
                (found.start, found.words)
            }
        })
    }
}

fn commands(start: &str) -> Vec<String> {
    let names = COMMANDS.iter().map(|(name, ..)| *name).filter(|name| name.starts_with(':'));
    names.filter(|name| name.starts_with(start)).map(str::to_owned).collect()
}

fn builtins(start: &str) -> Vec<String> {
    nix_eval::builtin_docs().map(|doc| doc.name).filter(|name| name.starts_with(start)).map(str::to_owned).collect()
}

/// The files that the path at the end of `before` can become.
fn files(before: &str, word: usize) -> (usize, Vec<String>) {
    let typed = &before[word..];
    let (folder, name) = typed.rsplit_once('/').map_or(("", typed), |(folder, name)| (&typed[..=folder.len()], name));
    let start = before.len() - name.len();
    let mut words: Vec<String> = Vec::new();
    for entry in fs::read_dir(place(folder)).into_iter().flatten().flatten() {
        let Ok(entry_name) = entry.file_name().into_string() else { continue };
        if entry_name.starts_with(name) && (!entry_name.starts_with('.') || name.starts_with('.')) {
            words.push(if entry.path().is_dir() { format!("{entry_name}/") } else { entry_name });
        }
    }
    words.sort_unstable();
    (start, words)
}

/// The folder that is meant by what stands before the last slash.
fn place(folder: &str) -> PathBuf {
    match (folder.strip_prefix("~/"), env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ if folder.is_empty() => PathBuf::from("."),
        _ => Path::new(folder).to_owned(),
    }
}
