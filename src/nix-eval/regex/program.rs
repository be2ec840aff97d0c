//! From the tree to instructions.

use super::Refusal;
use super::brackets::ByteSet;
use super::syntax::{Bounds, Node};
use crate::large_stack;

/// Index of an instruction.
pub(super) type At = usize;

/// The C++ library refuses more than 100 000, some of which are not needed here.
const MOST_INSTRUCTIONS: usize = 99_990;

#[derive(Clone, Copy)]
pub(super) enum Instruction {
    /// One byte of the set of this number.
    Byte(usize, At),
    /// As many bytes of a set as there are, or fewer.
    Run(usize, At),
    Start(At),
    End(At),
    /// The group of this number begins.
    Open(usize, At),
    Close(usize, At),
    /// Both are tried; the first wins unless the second reaches farther.
    Either(At, At),
    /// Another round if one succeeds, else on.
    Repeat {
        round: At,
        next: At,
        /// Number among the repetitions whose rounds can be empty.
        counter: Option<usize>,
    },
    Accept,
}

/// A compiled expression.
pub(super) struct Program {
    pub(super) instructions: Vec<Instruction>,
    pub(super) sets: Vec<ByteSet>,
    pub(super) start: At,
    pub(super) groups: usize,
    /// How many repetitions have rounds that can be empty.
    pub(super) counters: usize,
    /// The bytes that a match can begin with; all if it can be empty.
    pub(super) first: ByteSet,
}

impl Program {
    pub(super) fn new(tree: &Node) -> Result<Self, Refusal> {
        let accept = vec![Instruction::Accept];
        let mut program = Self {
            instructions: accept,
            sets: Vec::new(),
            start: 0,
            groups: 0,
            counters: 0,
            first: first_bytes(tree).unwrap_or(ByteSet::all()),
        };
        program.start = program.compile(tree, 0)?;
        Ok(program)
    }

    fn push(&mut self, instruction: Instruction) -> Result<At, Refusal> {
        if self.instructions.len() >= MOST_INSTRUCTIONS || large_stack::here() < large_stack::floor() {
            return Err(Refusal::TooLarge);
        }
        self.instructions.push(instruction);
        Ok(self.instructions.len() - 1)
    }

    /// Compiles a tree that is followed by `next`; gives its first instruction.
    fn compile(&mut self, node: &Node, next: At) -> Result<At, Refusal> {
        match node {
            Node::Empty => Ok(next),
            Node::Byte(set) => {
                let set = self.set(*set);
                self.push(Instruction::Byte(set, next))
            }
            Node::Start => self.push(Instruction::Start(next)),
            Node::End => self.push(Instruction::End(next)),
            Node::Group(number, inner) => {
                self.groups = self.groups.max(number + 1);
                let close = self.push(Instruction::Close(*number, next))?;
                let inner = self.compile(inner, close)?;
                self.push(Instruction::Open(*number, inner))
            }
            Node::Sequence(parts) => parts.iter().rev().try_fold(next, |next, part| self.compile(part, next)),
            Node::Either(first, second) => {
                let second = self.compile(second, next)?;
                let first = self.compile(first, next)?;
                self.push(Instruction::Either(first, second))
            }
            Node::Repeat(inner, bounds) => self.repeat(inner, *bounds, next),
        }
    }

    fn repeat(&mut self, inner: &Node, bounds: Bounds, next: At) -> Result<At, Refusal> {
        match bounds {
            Bounds::Any => self.endless(inner, next).map(|(repeat, _)| repeat),
            Bounds::Some => self.endless(inner, next).and_then(|(repeat, round)| match round {
                Some(round) => Ok(round),
                None => self.compile(inner, repeat),
            }),
            Bounds::AtLeast(least) => {
                let repeat = self.endless(inner, next)?.0;
                (0..least).try_fold(repeat, |next, _| self.compile(inner, next))
            }
            Bounds::Between(least, more) => {
                let counts = can_be_empty(inner);
                let optional = (0..more).try_fold(next, |after, _| {
                    let counter = self.counter(counts);
                    let round = self.compile(inner, after)?;
                    self.push(Instruction::Repeat { round, next, counter })
                })?;
                (0..least).try_fold(optional, |next, _| self.compile(inner, next))
            }
        }
    }

    /// Compiles `*`; gives the repetition and, unless it is a mere run of bytes, the start of its round.
    fn endless(&mut self, inner: &Node, next: At) -> Result<(At, Option<At>), Refusal> {
        if let Node::Byte(set) = inner {
            let set = self.set(*set);
            return Ok((self.push(Instruction::Run(set, next))?, None));
        }
        let counter = self.counter(can_be_empty(inner));
        let repeat = self.push(Instruction::Accept)?;
        let round = self.compile(inner, repeat)?;
        self.instructions[repeat] = Instruction::Repeat { round, next, counter };
        Ok((repeat, Some(round)))
    }

    fn counter(&mut self, counts: bool) -> Option<usize> {
        counts.then(|| {
            self.counters += 1;
            self.counters - 1
        })
    }

    fn set(&mut self, set: ByteSet) -> usize {
        self.sets.push(set);
        self.sets.len() - 1
    }
}

fn can_be_empty(node: &Node) -> bool {
    match node {
        Node::Empty | Node::Start | Node::End => true,
        Node::Byte(_) => false,
        Node::Group(_, inner) => can_be_empty(inner),
        Node::Sequence(parts) => parts.iter().all(can_be_empty),
        Node::Either(first, second) => can_be_empty(first) || can_be_empty(second),
        Node::Repeat(inner, bounds) => match bounds {
            Bounds::Any | Bounds::AtLeast(0) | Bounds::Between(0, _) => true,
            _ => can_be_empty(inner),
        },
    }
}

/// The bytes that something not empty begins with; none if it can be empty.
fn first_bytes(node: &Node) -> Option<ByteSet> {
    match node {
        Node::Byte(set) => Some(*set),
        Node::Empty | Node::Start | Node::End => None,
        Node::Group(_, inner) => first_bytes(inner),
        Node::Sequence(parts) => {
            let mut first = ByteSet::default();
            for part in parts {
                match part {
                    Node::Start | Node::End => {}
                    part if can_be_empty(part) => first = first.union(beginnings(part)?),
                    part => return Some(first.union(first_bytes(part)?)),
                }
            }
            None
        }
        Node::Either(first, second) => Some(first_bytes(first)?.union(first_bytes(second)?)),
        Node::Repeat(inner, bounds) => match bounds {
            Bounds::Any | Bounds::AtLeast(0) | Bounds::Between(0, _) => None,
            _ => first_bytes(inner),
        },
    }
}

/// The bytes that a part which can be empty begins with, where that is easily told.
fn beginnings(node: &Node) -> Option<ByteSet> {
    match node {
        Node::Empty => Some(ByteSet::default()),
        Node::Repeat(inner, _) => first_bytes(inner),
        Node::Group(_, inner) => beginnings(inner),
        _ => None,
    }
}
