//! A refused plan as diagnostics: every reason with its place in the source and its cure.

use std::{fmt, fs};

use miette::{Diagnostic, LabeledSpan, NamedSource, Report, SourceCode};
use model::{Desired, SourcePos};
use plan::PlanError;
use reconcile::PlanningError;

use super::{Failure, Trouble};

/// One reason.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
struct Reason {
    code: &'static str,
    message: String,
    cure: Option<String>,
    excerpt: Option<Excerpt>,
}

/// The line that a reason is about.
#[derive(Debug)]
struct Excerpt {
    source: NamedSource<String>,
    label: LabeledSpan,
}

/// Whether the state directory still knows what was applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It does, or nothing was ever applied.
    Kept,
    /// It has generations, and not one object that is ours.
    Lost,
}

/// Why there is no plan for `desired`.
pub fn failure(error: PlanningError, desired: &Desired, memory: Memory) -> Failure {
    match error {
        PlanningError::Refused(refusal) => {
            Failure::several(refusal.errors.iter().map(|error| Report::new(Reason::of(error, memory))).collect())
        }
        PlanningError::Invalid { findings, .. } => {
            let reasons = findings.into_iter().map(|finding| {
                let at = desired.resources.get(&finding.address).and_then(|resource| resource.declared_at.as_ref());
                Report::new(Reason {
                    code: "plan::backend_refuses",
                    message: format!("{}: {}", finding.address, finding.text),
                    cure: Some(format!("{} itself says so; nothing was changed", finding.address.kind.backend())),
                    excerpt: at.and_then(Excerpt::of),
                })
            });
            Failure::several(reasons.collect())
        }
        source => Trouble::Plan { source }.into(),
    }
}

impl Reason {
    fn of(error: &PlanError, memory: Memory) -> Self {
        let excerpt = error.at().and_then(Excerpt::of);
        let mut cure = error.cure();
        if memory == Memory::Lost && matches!(error, PlanError::Unmanaged { .. }) {
            cure.push_str(
                "; the state here has generations but remembers no object: if it was lost, `hypernix state rebuild` \
                 makes it anew",
            );
        }
        Self { code: code(error), message: error.to_string(), cure: Some(cure), excerpt }
    }
}

impl Excerpt {
    /// The word at the place, where the file can still be read.
    fn of(at: &SourcePos) -> Option<Self> {
        let text = fs::read_to_string(&at.file).ok()?;
        let before: usize = text.split_inclusive('\n').take(at.line.checked_sub(1)? as usize).map(str::len).sum();
        let line = text.get(before..)?.lines().next()?;
        let column: usize = line.chars().take(at.column.checked_sub(1)? as usize).map(char::len_utf8).sum();
        let rest = line.get(column..)?;
        let word = rest.find(|c: char| c.is_whitespace() || matches!(c, '=' | ';' | '{' | '}')).unwrap_or(rest.len());
        let label =
            LabeledSpan::new_primary_with_span(Some("declared here".to_owned()), (before + column, word.max(1)));
        Some(Self { source: NamedSource::new(at.file.display().to_string(), text), label })
    }
}

impl Diagnostic for Reason {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(self.code))
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.cure.as_ref().map(|cure| Box::new(cure) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| &excerpt.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        Some(Box::new(std::iter::once(excerpt.label.clone())))
    }
}

fn code(error: &PlanError) -> &'static str {
    match error {
        PlanError::Unmanaged { .. } => "plan::unmanaged",
        PlanError::OtherOwner { .. } => "plan::other_owner",
        PlanError::CannotAdopt { .. } => "plan::cannot_adopt",
        PlanError::NotLive { .. } => "plan::not_live",
        PlanError::Shrink { .. } => "plan::shrink",
        PlanError::WouldLoseData { .. } => "plan::would_lose_data",
        PlanError::ImageInUse { .. } => "plan::image_in_use",
        PlanError::Unreachable { .. } => "plan::unreachable",
        PlanError::EmptyDeclaration { .. } => "plan::empty_declaration",
        PlanError::TooManyPruned { .. } => "plan::too_many_pruned",
        PlanError::Cycle { .. } => "plan::cycle",
    }
}
