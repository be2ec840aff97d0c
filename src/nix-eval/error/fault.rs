//! An error while it travels up through the evaluator: positions are not looked up yet.

use std::path::{Path, PathBuf};

use super::definitions::{self, Complaint};
use super::{ErrorKind, EvalError, Frame, FrameKind, Location, Mark, Origin};
use crate::source::{Source, Sources, Span};

/// The result of every step of an evaluation.
pub(crate) type Res<T> = Result<T, Box<Fault>>;

/// A trace longer than this tells nobody more.
const MOST_FRAMES: usize = 100;

/// What a program says itself of an error is kept from further out.
const MOST_CONTEXTS: usize = 200;

/// An error with the spans it has met so far.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    pub(crate) kind: ErrorKind,
    pub(crate) message: String,
    pub(crate) help: Option<String>,
    pub(crate) span: Span,
    frames: Vec<Step>,
    /// Other places that explain the error, each with what is there.
    notes: Vec<(Span, String)>,
    /// The steps of an infinite recursion, and the address of the cell where the cycle closes while it is open.
    cycle: Vec<(Span, String)>,
    open_cycle: Option<usize>,
    /// Whether a text is wrong that nobody has begun to evaluate: who asked for it says nothing about the mistake.
    is_of_text: bool,
    /// Its number, once a thunk remembers that it failed.
    pub(crate) number: Option<u32>,
}

#[derive(Clone, Debug)]
struct Step {
    span: Span,
    text: String,
    kind: FrameKind,
}

impl Fault {
    #[cold]
    pub(crate) fn new(kind: ErrorKind, message: impl Into<String>) -> Box<Fault> {
        Box::new(Fault {
            kind,
            message: message.into(),
            help: None,
            span: Span::NONE,
            frames: Vec::new(),
            notes: Vec::new(),
            cycle: Vec::new(),
            open_cycle: None,
            is_of_text: false,
            number: None,
        })
    }

    /// An infinite recursion that was met at the cell with this address.
    #[cold]
    pub(crate) fn recursion(cell: usize) -> Box<Fault> {
        let mut fault =
            Fault::new(ErrorKind::InfiniteRecursion { cycle: Vec::new() }, "infinite recursion encountered");
        fault.help = Some("give one of them a value that does not need the others".to_owned());
        fault.open_cycle = Some(cell);
        fault
    }

    /// Sets the position, unless a more precise one is known.
    pub(crate) fn at(mut self: Box<Self>, span: Span) -> Box<Fault> {
        if self.span.is_none() {
            self.span = span;
        }
        self
    }

    pub(crate) fn help(mut self: Box<Self>, help: Option<String>) -> Box<Fault> {
        self.help = help;
        self
    }

    /// Says that a text is wrong, whoever asked for it.
    pub(crate) fn of_text(mut self: Box<Self>) -> Box<Fault> {
        self.is_of_text = true;
        self
    }

    /// Points at another place that explains the error.
    pub(crate) fn note(mut self: Box<Self>, span: Span, text: impl Into<String>) -> Box<Fault> {
        if !span.is_none() {
            self.notes.push((span, text.into()));
        }
        self
    }

    /// Adds a line to the trace.
    pub(crate) fn frame(self: Box<Self>, span: Span, text: impl FnOnce() -> String) -> Box<Fault> {
        self.step(span, FrameKind::Step, text)
    }

    /// Adds a line to the trace that matters to nobody but those who want all of it.
    pub(crate) fn detail(self: Box<Self>, span: Span, text: impl FnOnce() -> String) -> Box<Fault> {
        self.step(span, FrameKind::Detail, text)
    }

    /// Adds to the trace what the program itself says: `addErrorContext`.
    pub(crate) fn context(self: Box<Self>, span: Span, text: impl FnOnce() -> String) -> Box<Fault> {
        self.step(span, FrameKind::Context, text)
    }

    fn step(mut self: Box<Self>, span: Span, kind: FrameKind, text: impl FnOnce() -> String) -> Box<Fault> {
        let most = if kind == FrameKind::Context { MOST_CONTEXTS } else { MOST_FRAMES };
        if !self.is_of_text && self.frames.len() < most {
            self.frames.push(Step { span, text: text(), kind });
        }
        self
    }

    /// Notes that the cell with this address was being forced, and what it is if that is known; closes the cycle where
    /// it began.
    pub(crate) fn forcing(
        mut self: Box<Self>,
        cell: usize,
        step: impl FnOnce() -> Option<(Span, String)>,
    ) -> Box<Fault> {
        if let Some(open) = self.open_cycle {
            self.cycle.extend(step());
            if open == cell {
                self.open_cycle = None;
            }
        }
        self
    }

    pub(crate) fn is_catchable(&self) -> bool {
        matches!(self.kind, ErrorKind::Throw | ErrorKind::Assert)
    }

    /// Looks the positions up; files below the folders of `libraries` are not the user's own.
    pub(crate) fn resolve(self, sources: &Sources, libraries: &[PathBuf]) -> EvalError {
        let look = Look { sources, libraries };
        let mut kind = self.kind;
        let mut marks: Vec<Mark> =
            self.notes.into_iter().filter_map(|(span, text)| look.location(span).map(|at| Mark { at, text })).collect();
        if let ErrorKind::InfiniteRecursion { cycle } = &mut kind {
            let steps: Vec<_> = self.cycle.into_iter().rev().collect();
            marks.extend(look.cycle_marks(&steps));
            *cycle = steps.into_iter().map(|(span, text)| look.frame(span, text, FrameKind::Step)).collect();
            cycle.extend(cycle.first().cloned());
        }
        let location = look.location(self.span);
        if kind == ErrorKind::Throw && look.origin(self.span) == Origin::Library {
            marks.extend(look.definitions(&self.message));
        }
        let definition = (!marks.is_empty() && kind == ErrorKind::Throw).then(|| marks.remove(0));
        let shown = definition.or_else(|| look.shown(self.span, &self.frames));
        let frames = self.frames.into_iter().map(|step| look.frame(step.span, step.text, step.kind)).collect();
        EvalError::new(kind, self.message, self.help).located(location, shown, marks, frames)
    }
}

/// What is known of the sources when an error is finished.
struct Look<'s> {
    sources: &'s Sources,
    libraries: &'s [PathBuf],
}

impl Look<'_> {
    fn frame(&self, span: Span, text: String, kind: FrameKind) -> Frame {
        if kind != FrameKind::Context {
            return Frame { text, position: self.sources.position(span), kind, origin: self.origin(span) };
        }
        // A module system's own words name the files; the place in it where they are said would only distract.
        let position = self.sources.position(span).filter(|_| self.origin(span) == Origin::Own);
        let is_library = self.libraries.iter().any(|library| text.contains(&*library.to_string_lossy()));
        Frame { text, position, kind, origin: if is_library { Origin::Library } else { Origin::Own } }
    }

    fn origin(&self, span: Span) -> Origin {
        let path = self.sources.locate(span).and_then(|(source, _)| source.path.as_ref());
        let is_library = path.is_some_and(|path| self.libraries.iter().any(|library| path.starts_with(library)));
        if is_library { Origin::Library } else { Origin::Own }
    }

    /// Where the option that a module system complains of is defined.
    fn definitions(&self, message: &str) -> Vec<Mark> {
        let Some(complaint) = Complaint::of(message) else { return Vec::new() };
        if complaint.files.is_empty() {
            return self.definitions_around(&complaint.option);
        }
        let files = complaint.files.iter().filter_map(|file| self.sources.of_file(Path::new(file)));
        files.flat_map(|source| self.definitions_in(source, &complaint.option, "this definition")).collect()
    }

    /// Where the nearest set around an option that nobody defines is defined.
    fn definitions_around(&self, option: &str) -> Vec<Mark> {
        let mut outer = option;
        while let Some((around, name)) = outer.rsplit_once('.') {
            let text = format!("without `{name}`");
            let own = self.sources.files_of_user(self.libraries);
            let marks: Vec<Mark> = own.flat_map(|source| self.definitions_in(source, around, &text)).collect();
            if !marks.is_empty() {
                return marks;
            }
            outer = around;
        }
        Vec::new()
    }

    fn definitions_in(&self, source: &Source, option: &str, text: &str) -> Vec<Mark> {
        let spans = definitions::find(&source.text, option).into_iter();
        let spans = spans.map(|range| Span { start: source.base + range.start as u32, len: range.len() as u32 });
        spans.filter_map(|span| Some(Mark { at: self.location(span)?, text: text.to_owned() })).collect()
    }

    /// The place that concerns the user most: the error's own, or that in their files which led into a library.
    fn shown(&self, span: Span, frames: &[Step]) -> Option<Mark> {
        if !span.is_none() && self.origin(span) == Origin::Own {
            return None;
        }
        let own = frames.iter().find(|step| !step.span.is_none() && self.origin(step.span) == Origin::Own)?;
        let text = if own.kind == FrameKind::Detail { "called here".to_owned() } else { own.text.clone() };
        Some(Mark { at: self.location(own.span)?, text })
    }

    /// The places of a recursion's steps, each saying what it needs.
    fn cycle_marks(&self, steps: &[(Span, String)]) -> Vec<Mark> {
        let next = |index: usize| &steps[(index + 1) % steps.len()].1;
        let marks = steps.iter().enumerate().filter_map(|(index, (span, text))| {
            let text = format!("{text} needs {}", next(index));
            Some(Mark { at: self.location(*span)?, text })
        });
        marks.collect()
    }

    fn location(&self, span: Span) -> Option<Location> {
        let (source, offset) = self.sources.locate(span)?;
        let position = self.sources.position(span)?;
        let rest = source.text.get(offset..).unwrap_or_default();
        let piece = match span.len {
            0 => word(rest),
            len => rest.get(..len as usize).unwrap_or(rest).lines().next().unwrap_or_default().trim_end(),
        };
        Some(Location { position, offset, len: piece.len().max(1).min(rest.len()), text: source.text.clone() })
    }
}

/// The name or the sign that a text begins with.
fn word(text: &str) -> &str {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '\'' | '.');
    let end = text.find(|c: char| !is_part(c)).unwrap_or(text.len());
    match text.chars().next() {
        Some(first) if end == 0 => &text[..first.len_utf8()],
        _ => &text[..end],
    }
}
