//! POSIX extended regular expressions over bytes, matched as the C++ library does that Nix uses.
//!
//! ```text
//! text ─syntax─► tree ─program─► instructions ─matcher─► extent, then groups
//! ```
//! Alternatives (`|`) prefer the longer match, repetitions the first one found with most rounds, and an empty round is
//! tried twice: together these decide what the groups hold. The matcher remembers what it found from each instruction
//! and place, so its work grows with their product and not exponentially.

mod brackets;
mod matcher;
mod program;
mod syntax;

use std::ops::Range;
use std::sync::Arc;

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use matcher::Matcher;
use program::Program;

/// The ranges of an expression's groups; none for a group that took no part.
pub(crate) type Groups = Vec<Option<Range<usize>>>;

/// What an expression found: where, and its groups.
pub(crate) type Match = (Range<usize>, Groups);

/// Why an expression cannot be used.
enum Refusal {
    Malformed,
    /// It needs more instructions, steps or stack than allowed.
    TooLarge,
}

/// A compiled expression.
#[derive(Clone)]
pub(crate) struct Pattern(Arc<Compiled>);

struct Compiled {
    source: Vec<u8>,
    program: Program,
}

impl Pattern {
    pub(crate) fn new(source: &[u8]) -> Res<Pattern> {
        let program = syntax::parse(source).and_then(|tree| Program::new(&tree));
        let program = program.map_err(|refusal| describe(&refusal, source))?;
        Ok(Pattern(Arc::new(Compiled { source: source.to_vec(), program })))
    }

    /// Matches the whole text; gives the groups and how many steps it took.
    pub(crate) fn match_whole(&self, text: &[u8]) -> Res<(Option<Groups>, usize)> {
        let mut matcher = Matcher::whole(&self.0.program, text);
        match matcher.groups_of_whole() {
            Ok(groups) => Ok((groups, matcher.steps())),
            Err(refusal) => Err(describe(&refusal, &self.0.source)),
        }
    }

    /// All matches, each from the end of the one before, and how many steps they took.
    pub(crate) fn matches(&self, text: &[u8]) -> Res<(Vec<Match>, usize)> {
        let mut matcher = Matcher::somewhere(&self.0.program, text);
        match matcher.all() {
            Ok(matches) => Ok((matches, matcher.steps())),
            Err(refusal) => Err(describe(&refusal, &self.0.source)),
        }
    }
}

#[cold]
fn describe(refusal: &Refusal, source: &[u8]) -> Box<Fault> {
    let shown = String::from_utf8_lossy(source);
    match refusal {
        Refusal::Malformed => Fault::new(ErrorKind::Value, format!("invalid regular expression '{shown}'")),
        Refusal::TooLarge => {
            Fault::new(ErrorKind::Limit, format!("memory limit exceeded by regular expression '{shown}'"))
        }
    }
}
