//! Reads an expression into a tree.

use super::Refusal;
use super::brackets::{self, ByteSet};
use crate::large_stack;

/// An expression.
pub(super) enum Node {
    Empty,
    /// One byte of a set.
    Byte(ByteSet),
    /// `^`
    Start,
    /// `$`
    End,
    /// The group of this number, from 0.
    Group(usize, Box<Node>),
    Sequence(Vec<Node>),
    Either(Box<Node>, Box<Node>),
    Repeat(Box<Node>, Bounds),
}

/// How often something is repeated.
#[derive(Clone, Copy)]
pub(super) enum Bounds {
    /// `*`
    Any,
    /// `+`
    Some,
    /// `{n,}`
    AtLeast(usize),
    /// `?` and `{n,m}`: at least, and how many more.
    Between(usize, usize),
}

/// Characters that a backslash makes ordinary.
const SPECIAL: &[u8] = b".[\\()*+?{|^$";

/// The most rounds a bound may ask for: each becomes instructions.
const MOST_ROUNDS: usize = 100_000;

pub(super) fn parse(source: &[u8]) -> Result<Node, Refusal> {
    let mut parser = Parser { rest: source, groups: 0 };
    let tree = parser.alternatives()?;
    if parser.rest.is_empty() { Ok(tree) } else { Err(Refusal::Malformed) }
}

struct Parser<'t> {
    rest: &'t [u8],
    groups: usize,
}

impl Parser<'_> {
    fn take(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    fn take_if(&mut self, wanted: u8) -> bool {
        let is_there = self.rest.first() == Some(&wanted);
        if is_there {
            self.rest = &self.rest[1..];
        }
        is_there
    }

    fn alternatives(&mut self) -> Result<Node, Refusal> {
        if large_stack::here() < large_stack::floor() {
            return Err(Refusal::TooLarge);
        }
        let mut tree = self.sequence()?;
        while self.take_if(b'|') {
            tree = Node::Either(Box::new(tree), Box::new(self.sequence()?));
        }
        Ok(tree)
    }

    fn sequence(&mut self) -> Result<Node, Refusal> {
        let mut parts = Vec::new();
        while let Some(part) = self.part()? {
            parts.push(part);
        }
        Ok(match parts.len() {
            0 => Node::Empty,
            1 => parts.remove(0),
            _ => Node::Sequence(parts),
        })
    }

    /// An atom with its repetitions, or an anchor; none where neither begins.
    fn part(&mut self) -> Result<Option<Node>, Refusal> {
        let Some(first) = self.rest.first() else { return Ok(None) };
        let atom = match first {
            b'|' | b')' | b'*' | b'+' | b'?' | b'{' => return Ok(None),
            b'^' => {
                self.take();
                return Ok(Some(Node::Start));
            }
            b'$' => {
                self.take();
                return Ok(Some(Node::End));
            }
            _ => self.atom()?,
        };
        self.repeated(atom).map(Some)
    }

    fn atom(&mut self) -> Result<Node, Refusal> {
        match self.take().ok_or(Refusal::Malformed)? {
            b'.' => Ok(Node::Byte(ByteSet::of(&[0]).complement())),
            b'\\' => match self.take() {
                Some(escaped) if SPECIAL.contains(&escaped) => Ok(Node::Byte(ByteSet::of(&[escaped]))),
                _ => Err(Refusal::Malformed),
            },
            b'[' => brackets::read(&mut self.rest).map(Node::Byte),
            b'(' => {
                let number = self.groups;
                self.groups += 1;
                let inner = self.alternatives()?;
                if self.take_if(b')') { Ok(Node::Group(number, Box::new(inner))) } else { Err(Refusal::Malformed) }
            }
            other => Ok(Node::Byte(ByteSet::of(&[other]))),
        }
    }

    fn repeated(&mut self, mut node: Node) -> Result<Node, Refusal> {
        loop {
            let bounds = match self.rest.first() {
                Some(b'*') => Bounds::Any,
                Some(b'+') => Bounds::Some,
                Some(b'?') => Bounds::Between(0, 1),
                Some(b'{') => {
                    self.take();
                    node = Node::Repeat(Box::new(node), self.bounds()?);
                    continue;
                }
                _ => return Ok(node),
            };
            self.take();
            node = Node::Repeat(Box::new(node), bounds);
        }
    }

    /// Reads the rest of `{n}`, `{n,}` or `{n,m}`.
    fn bounds(&mut self) -> Result<Bounds, Refusal> {
        let least = self.number()?.ok_or(Refusal::Malformed)?;
        let bounds = if self.take_if(b',') {
            match self.number()? {
                Some(most) => Bounds::Between(least, most.checked_sub(least).ok_or(Refusal::Malformed)?),
                None => Bounds::AtLeast(least),
            }
        } else {
            Bounds::Between(least, 0)
        };
        if self.take_if(b'}') { Ok(bounds) } else { Err(Refusal::Malformed) }
    }

    fn number(&mut self) -> Result<Option<usize>, Refusal> {
        let digits = self.rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        if number.is_empty() {
            return Ok(None);
        }
        let number = std::str::from_utf8(number).ok().and_then(|number| number.parse::<usize>().ok());
        match number {
            Some(number) if number <= MOST_ROUNDS => Ok(Some(number)),
            _ => Err(Refusal::TooLarge),
        }
    }
}
