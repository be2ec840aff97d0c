//! Runs a program over a text.

use std::hash::Hasher;

use rustc_hash::{FxHashMap, FxHasher};

use super::program::{At, Instruction, Program};
use super::{Groups, Match, Refusal};
use crate::large_stack;

/// The most steps for one text, each a few nanoseconds, and how many more for each of its bytes.
const MOST_STEPS: usize = 20_000_000;
const MOST_STEPS_A_BYTE: usize = 1000;

/// What remembering the outcome of a choice costs.
const STEPS_A_CHOICE: usize = 8;

/// How many repetitions can be looked at in the time of one step.
const ROUNDS_A_STEP: usize = 4;

/// The most findings remembered at a time.
const MOST_REMEMBERED: usize = 1 << 20;

/// How often an empty round is tried at one place.
const EMPTY_ROUNDS: u8 = 2;

/// What must hold at the end of a match.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Goal {
    /// The text ends there.
    Whole,
    Anywhere,
    /// The match, which begins here, is not empty.
    Beyond(usize),
}

/// An instruction, a place, and the rounds begun there.
type Key = (At, usize, u64);

/// A program at work on a text.
pub(super) struct Matcher<'p, 't> {
    program: &'p Program,
    text: &'t [u8],
    goal: Goal,
    /// Where the repetitions whose rounds can be empty began their last round, and how many there.
    rounds: Vec<(usize, u8)>,
    /// The end of the match that was found from a key.
    found: FxHashMap<Key, Option<usize>>,
    steps: usize,
}

impl<'p, 't> Matcher<'p, 't> {
    pub(super) fn whole(program: &'p Program, text: &'t [u8]) -> Self {
        Self::new(program, text, Goal::Whole)
    }

    pub(super) fn somewhere(program: &'p Program, text: &'t [u8]) -> Self {
        Self::new(program, text, Goal::Anywhere)
    }

    fn new(program: &'p Program, text: &'t [u8], goal: Goal) -> Self {
        let rounds = vec![(usize::MAX, 0); program.counters];
        Self { program, text, goal, rounds, found: FxHashMap::default(), steps: 0 }
    }

    /// How many steps were taken so far.
    pub(super) fn steps(&self) -> usize {
        self.steps
    }

    pub(super) fn groups_of_whole(&mut self) -> Result<Option<Groups>, Refusal> {
        match self.end_from(self.program.start, 0)? {
            Some(_) => self.groups(0).map(Some),
            None => Ok(None),
        }
    }

    /// After an empty match a longer one is tried at the same place, then the next place.
    pub(super) fn all(&mut self) -> Result<Vec<Match>, Refusal> {
        let mut matches: Vec<Match> = Vec::new();
        let mut at = 0;
        while let Some(found) = self.next(at)? {
            at = found.0.end;
            let was_empty = found.0.is_empty();
            matches.push(found);
            if !was_empty {
                continue;
            }
            if at == self.text.len() {
                break;
            }
            match self.not_empty(at)? {
                Some(longer) => {
                    at = longer.0.end;
                    matches.push(longer);
                }
                None => at += 1,
            }
        }
        Ok(matches)
    }

    /// The first match from `at` on.
    fn next(&mut self, at: usize) -> Result<Option<Match>, Refusal> {
        for start in at..=self.text.len() {
            if self.text.get(start).is_some_and(|byte| !self.program.first.contains(*byte)) {
                continue;
            }
            if let Some(end) = self.end_from(self.program.start, start)? {
                return Ok(Some((start..end, self.groups(start)?)));
            }
        }
        Ok(None)
    }

    fn not_empty(&mut self, at: usize) -> Result<Option<Match>, Refusal> {
        self.found.clear();
        self.goal = Goal::Beyond(at);
        let found = match self.end_from(self.program.start, at)? {
            Some(end) => Some((at..end, self.groups(at)?)),
            None => None,
        };
        self.goal = Goal::Anywhere;
        self.found.clear();
        Ok(found)
    }

    /// Where the preferred match from here ends.
    fn end_from(&mut self, mut at: At, mut place: usize) -> Result<Option<usize>, Refusal> {
        loop {
            self.take(1)?;
            match self.program.instructions[at] {
                Instruction::Byte(set, next) => match self.text.get(place) {
                    Some(byte) if self.program.sets[set].contains(*byte) => (at, place) = (next, place + 1),
                    _ => return Ok(None),
                },
                Instruction::Start(next) if place == 0 => at = next,
                Instruction::End(next) if place == self.text.len() => at = next,
                Instruction::Start(_) | Instruction::End(_) => return Ok(None),
                Instruction::Open(_, next) | Instruction::Close(_, next) => at = next,
                Instruction::Accept => return Ok(self.accepts(place).then_some(place)),
                Instruction::Run(..) | Instruction::Either(..) | Instruction::Repeat { .. } => {
                    return self.end_from_choice(at, place);
                }
            }
        }
    }

    fn accepts(&self, place: usize) -> bool {
        match self.goal {
            Goal::Whole => place == self.text.len(),
            Goal::Anywhere => true,
            Goal::Beyond(start) => place > start,
        }
    }

    fn end_from_choice(&mut self, at: At, place: usize) -> Result<Option<usize>, Refusal> {
        if large_stack::here() < large_stack::floor() {
            return Err(Refusal::TooLarge);
        }
        self.take(STEPS_A_CHOICE + self.rounds.len() / ROUNDS_A_STEP)?;
        let key = (at, place, self.rounds_here(place));
        if let Some(end) = self.found.get(&key) {
            return Ok(*end);
        }
        let end = match self.program.instructions[at] {
            Instruction::Run(set, next) => self.run(set, next, place)?.map(|(_, end)| end),
            Instruction::Either(first, second) => {
                let (first, second) = (self.end_from(first, place)?, self.end_from(second, place)?);
                first.max(second)
            }
            Instruction::Repeat { round, next, counter } => match self.end_of_round(round, counter, place)? {
                Some(end) => Some(end),
                None => self.end_from(next, place)?,
            },
            _ => None,
        };
        if self.found.len() >= MOST_REMEMBERED {
            self.found.clear();
        }
        self.found.insert(key, end);
        Ok(end)
    }

    /// Where a run of bytes stops and the match ends: the longest run after which there is one.
    fn run(&mut self, set: usize, next: At, place: usize) -> Result<Option<(usize, usize)>, Refusal> {
        let set = &self.program.sets[set];
        let longest = self.text[place..].iter().take_while(|byte| set.contains(**byte)).count();
        for stop in (place..=place + longest).rev() {
            if let Some(end) = self.end_from(next, stop)? {
                return Ok(Some((stop, end)));
            }
        }
        Ok(None)
    }

    /// The end of the match if another round is made here.
    fn end_of_round(&mut self, round: At, counter: Option<usize>, place: usize) -> Result<Option<usize>, Refusal> {
        let Some(counter) = counter else { return self.end_from(round, place) };
        let before = self.rounds[counter];
        if !self.begin_round(counter, place) {
            return Ok(None);
        }
        let end = self.end_from(round, place);
        self.rounds[counter] = before;
        end
    }

    fn begin_round(&mut self, counter: usize, place: usize) -> bool {
        let (last, count) = self.rounds[counter];
        let count = if last == place { count + 1 } else { 1 };
        let is_allowed = count <= EMPTY_ROUNDS;
        if is_allowed {
            self.rounds[counter] = (place, count);
        }
        is_allowed
    }

    /// Tells apart the rounds that were begun at this place.
    fn rounds_here(&self, place: usize) -> u64 {
        let mut hasher = FxHasher::default();
        for (counter, (last, count)) in self.rounds.iter().enumerate() {
            if *last == place {
                hasher.write_usize(counter * 4 + usize::from(*count));
            }
        }
        hasher.finish()
    }

    /// Goes the way of the match that begins here and notes its groups.
    fn groups(&mut self, start: usize) -> Result<Groups, Refusal> {
        let mut groups = vec![None; self.program.groups];
        let mut opened = vec![0; self.program.groups];
        self.rounds.fill((usize::MAX, 0));
        let (mut at, mut place) = (self.program.start, start);
        loop {
            at = match self.program.instructions[at] {
                Instruction::Byte(_, next) => {
                    place += 1;
                    next
                }
                Instruction::Start(next) | Instruction::End(next) => next,
                Instruction::Open(group, next) => {
                    opened[group] = place;
                    next
                }
                Instruction::Close(group, next) => {
                    groups[group] = Some(opened[group]..place);
                    next
                }
                Instruction::Run(set, next) => {
                    place = self.run(set, next, place)?.map_or(place, |(stop, _)| stop);
                    next
                }
                Instruction::Either(first, second) => {
                    let ends = (self.end_from(first, place)?, self.end_from(second, place)?);
                    if ends.1 > ends.0 { second } else { first }
                }
                Instruction::Repeat { round, next, counter } => {
                    let succeeds = self.end_of_round(round, counter, place)?.is_some();
                    if succeeds && let Some(counter) = counter {
                        self.begin_round(counter, place);
                    }
                    if succeeds { round } else { next }
                }
                Instruction::Accept => break,
            };
        }
        self.rounds.fill((usize::MAX, 0));
        Ok(groups)
    }

    #[inline]
    fn take(&mut self, steps: usize) -> Result<(), Refusal> {
        self.steps += steps;
        let most = MOST_STEPS + self.text.len().saturating_mul(MOST_STEPS_A_BYTE);
        if self.steps > most { Err(Refusal::TooLarge) } else { Ok(()) }
    }
}
