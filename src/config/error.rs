//! What is wrong with a configuration, as a person sees it: all of it at once, each with its place in the source.

use std::{fmt, path::Path, sync::Arc};

use miette::{Diagnostic, LabeledSpan, NamedSource, SourceCode};
use model::SourcePos;

use crate::problem::Problem;

/// Gives the text of a source file, to show where an error is.
pub trait SourceText {
    /// The text, or `None` where there is none to show.
    fn text(&self, file: &Path) -> Option<Arc<str>>;
}

/// Everything that is wrong with a configuration; at least one thing.
#[derive(Debug, thiserror::Error)]
#[error("the configuration has {}", count(.errors.len()))]
pub struct ConfigErrors {
    errors: Vec<ConfigError>,
}

/// One thing that is wrong, with its place.
#[derive(Debug, thiserror::Error)]
#[error("{problem}{}", Place(self))]
pub struct ConfigError {
    problem: Problem,
    at: Option<SourcePos>,
    excerpt: Option<Excerpt>,
}

/// The place of an error whose source cannot be shown; an excerpt shows it by itself.
struct Place<'a>(&'a ConfigError);

#[derive(Debug)]
struct Excerpt {
    source: NamedSource<Arc<str>>,
    label: LabeledSpan,
}

impl ConfigErrors {
    /// Each of them, in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = &ConfigError> {
        self.errors.iter()
    }

    pub(crate) fn new(mut found: Vec<(Problem, Option<SourcePos>)>, sources: &dyn SourceText) -> Self {
        found.sort_by(|(_, a), (_, b)| a.is_none().cmp(&b.is_none()).then_with(|| a.cmp(b)));
        let errors = found.into_iter().map(|(problem, at)| ConfigError::new(problem, at, sources)).collect();
        Self { errors }
    }
}

impl ConfigError {
    /// What is wrong.
    pub fn problem(&self) -> &Problem {
        &self.problem
    }

    /// Where.
    pub fn at(&self) -> Option<&SourcePos> {
        self.at.as_ref()
    }

    fn new(problem: Problem, at: Option<SourcePos>, sources: &dyn SourceText) -> Self {
        let excerpt = at.as_ref().and_then(|at| Excerpt::new(at, problem.culprit(), sources));
        Self { problem, at, excerpt }
    }

    /// The error as a diagnostic of its own: an evaluation's has its own source.
    fn inner(&self) -> Option<&dyn Diagnostic> {
        match &self.problem {
            Problem::Source(problem) => problem.evaluation(),
            _ => None,
        }
    }
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            ConfigError { at: Some(at), excerpt: None, .. } => write!(f, " (at {at})"),
            _ => Ok(()),
        }
    }
}

impl Excerpt {
    fn new(at: &SourcePos, culprit: Option<&str>, sources: &dyn SourceText) -> Option<Self> {
        let text = sources.text(&at.file)?;
        let (offset, length) = span_of(&text, at)?;
        let (offset, length) = culprit.and_then(|word| word_after(&text, offset, word)).unwrap_or((offset, length));
        let source = NamedSource::new(at.file.display().to_string(), text).with_language("nix");
        let label = LabeledSpan::new_primary_with_span(Some("here".to_owned()), (offset, length));
        Some(Self { source, label })
    }
}

/// The word at a place.
fn span_of(text: &str, at: &SourcePos) -> Option<(usize, usize)> {
    let line = usize::try_from(at.line).ok()?.checked_sub(1)?;
    let start = text.split_inclusive('\n').take(line).map(str::len).sum::<usize>();
    let column = usize::try_from(at.column).ok()?.checked_sub(1)?;
    let offset = start + column;
    let rest = text.get(offset..)?;
    let word = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | ';' | '{' | '}' | ']')).unwrap_or(rest.len());
    Some((offset, word.max(1).min(rest.len())))
}

/// The word, where it stands in the statement that begins at `offset`.
fn word_after(text: &str, offset: usize, word: &str) -> Option<(usize, usize)> {
    let statement = text[offset..].split_inclusive(';').next()?;
    let found = statement.match_indices(word).find(|(at, _)| {
        let beside = |c: Option<char>| c.is_none_or(|c| !c.is_alphanumeric() && !matches!(c, '_' | '-'));
        beside(statement[..*at].chars().next_back()) && beside(statement[at + word.len()..].chars().next())
    });
    found.map(|(at, word)| (offset + at, word.len()))
}

fn count(errors: usize) -> String {
    if errors == 1 { "an error".to_owned() } else { format!("{errors} errors") }
}

impl Diagnostic for ConfigErrors {
    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        Some(Box::new(self.errors.iter().map(|error| error as &dyn Diagnostic)))
    }
}

impl Diagnostic for ConfigError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.inner().unwrap_or(&self.problem).code()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.inner().unwrap_or(&self.problem).help()
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        self.inner()?.related()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        match &self.excerpt {
            Some(excerpt) => Some(&excerpt.source),
            None => self.inner()?.source_code(),
        }
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        match &self.excerpt {
            Some(excerpt) => Some(Box::new(std::iter::once(excerpt.label.clone()))),
            None => self.inner()?.labels(),
        }
    }
}
