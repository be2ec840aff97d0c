//! An error as miette shows it: the place with a label, other places that explain it, and the steps that led there.

use std::collections::HashSet;
use std::fmt;

use miette::{Diagnostic, LabeledSpan, Severity, SourceCode};

use super::{ErrorKind, EvalError, Frame, FrameKind, Location, Mark, Origin, report};

/// The code of a step that led to an error; such steps are an error's related diagnostics.
pub const TRACE_CODE: &str = "nix::trace";

/// The most steps of the short trace.
const SHORT: usize = 6;

/// A step that led to an error. One of severity `Advice` belongs to the whole trace only.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{text}")]
pub(super) struct Step {
    text: String,
    severity: Severity,
}

impl Diagnostic for Step {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(TRACE_CODE))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }
}

/// The steps of an error, innermost first: what cannot be shown as a label, then the trace.
pub(super) fn steps(
    kind: &ErrorKind,
    location: Option<&Location>,
    shown: Option<&Mark>,
    marks: &[Mark],
    frames: &[Frame],
) -> Vec<Step> {
    let warning = |text: String| Step { text, severity: Severity::Warning };
    let mut steps = Vec::new();
    if let (Some(_), Some(at)) = (shown, location) {
        steps.push(warning(format!("{} at {}", raised(kind), at.position)));
    }
    let main = shown.map(|mark| &mark.at).or(location);
    if let ErrorKind::InfiniteRecursion { cycle } = kind
        && cycle.len() > 1
    {
        // Where labels show all of the cycle, nothing is left to say.
        let is_shown = marks.iter().all(|mark| main.is_some_and(|main| is_same_source(main, &mark.at)));
        let is_complete = is_shown && marks.len() == cycle.len() - 1;
        let cycle = if is_complete { &[] } else { &cycle[..] };
        steps.extend(cycle.windows(2).map(|pair| warning(needs(&pair[0], &pair[1]))));
    } else {
        let elsewhere = marks.iter().filter(|mark| !main.is_some_and(|main| is_same_source(main, &mark.at)));
        steps.extend(elsewhere.map(|mark| warning(format!("{}: {}", mark.at.position, mark.text))));
    }
    let is_recursion = matches!(kind, ErrorKind::InfiniteRecursion { .. });
    let telling = if is_recursion { HashSet::new() } else { telling(frames) };
    steps.extend(frames.iter().enumerate().map(|(index, frame)| {
        let severity = if telling.contains(&index) { Severity::Warning } else { Severity::Advice };
        Step { text: step_text(frame), severity }
    }));
    steps
}

fn needs(step: &Frame, next: &Frame) -> String {
    match &step.position {
        Some(position) => format!("{} ({position}) needs {}", step.text, next.text),
        None => format!("{} needs {}", step.text, next.text),
    }
}

fn step_text(frame: &Frame) -> String {
    let text = frame.text.trim_end_matches(':');
    match &frame.position {
        Some(position) => format!("{text} ({position})"),
        None => text.to_owned(),
    }
}

/// The frames worth reading: the program's own words first of all, then named things in the user's files.
fn telling(frames: &[Frame]) -> HashSet<usize> {
    let has_own = frames.iter().any(|frame| frame.kind == FrameKind::Step && frame.origin == Origin::Own);
    let mut seen = HashSet::new();
    let candidates: Vec<usize> = (0..frames.len())
        .filter(|index| {
            let frame = &frames[*index];
            let is_wanted = match frame.kind {
                FrameKind::Context => frame.origin == Origin::Own,
                FrameKind::Step => frame.position.is_some() && (frame.origin == Origin::Own || !has_own),
                FrameKind::Detail => false,
            };
            is_wanted && seen.insert(seen_as(frame))
        })
        .collect();
    let contexts = candidates.iter().filter(|index| frames[**index].kind == FrameKind::Context);
    let mut chosen: HashSet<usize> = contexts.take(SHORT / 3).copied().collect();
    for index in candidates {
        if chosen.len() < SHORT {
            chosen.insert(index);
        }
    }
    chosen
}

/// Frames of one place tell the same, as those of a nested attribute path do.
fn seen_as(frame: &Frame) -> String {
    match &frame.position {
        Some(position) => position.to_string(),
        None => frame.text.clone(),
    }
}

fn raised(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throw => "thrown",
        ErrorKind::Abort => "aborted",
        ErrorKind::Assert => "asserted",
        _ => "found",
    }
}

fn label(kind: &ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Throw => "thrown here",
        ErrorKind::Abort => "aborted here",
        ErrorKind::Assert => "this assertion",
        ErrorKind::UndefinedVariable { .. } => "not defined",
        ErrorKind::MissingAttribute { .. } => "no such attribute",
        ErrorKind::InfiniteRecursion { .. } => "needed again here",
        ErrorKind::StackOverflow => "the innermost call",
        _ => "here",
    }
}

fn is_same_source(a: &Location, b: &Location) -> bool {
    a.position.file == b.position.file && a.text.len() == b.text.len()
}

impl Diagnostic for EvalError {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(report::code(&self.0.kind)))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let (main, text) = match (&self.0.shown, &self.0.location) {
            (Some(mark), _) => (&mark.at, mark.text.as_str()),
            (None, Some(at)) => (at, label(&self.0.kind)),
            (None, None) => return None,
        };
        let main_label = LabeledSpan::new_primary_with_span(Some(text.to_owned()), (main.offset, main.len));
        let beside = self.0.marks.iter().filter(|mark| is_same_source(main, &mark.at));
        let is_recursion = matches!(self.0.kind, ErrorKind::InfiniteRecursion { .. });
        // The steps of a recursion pass the place where it was noticed.
        let main_label = (!is_recursion || self.0.marks.is_empty()).then_some(main_label);
        let others =
            beside.map(|mark| LabeledSpan::new_with_span(Some(mark.text.clone()), (mark.at.offset, mark.at.len)));
        Some(Box::new(main_label.into_iter().chain(others)))
    }

    fn related<'a>(&'a self) -> Option<Box<dyn Iterator<Item = &'a dyn Diagnostic> + 'a>> {
        if self.0.steps.is_empty() {
            return None;
        }
        Some(Box::new(self.0.steps.iter().map(|step| step as &dyn Diagnostic)))
    }
}
