//! The grammar of Nix, over the tokens of rnix.
//!
//! rnix's own parser makes a tree for editors: it keeps every space, shares equal nodes and goes on behind errors, which
//! takes three times as long (ADR 8). This one makes what lowering reads and stops at the first error; what is wrong
//! there is then asked of rnix.

use rnix::SyntaxKind::{self, *};

use super::tree::{Builder, Mark, Tree};
use crate::large_stack;

mod operators;
mod primary;
mod sets;

/// Why there is no tree, and at which offset that was seen.
pub(super) enum Refusal {
    Syntax(usize),
    TooDeep(usize),
}

type Parsed = Result<(), Refusal>;

/// A token that is neither space nor comment.
#[derive(Clone, Copy)]
struct Token {
    kind: SyntaxKind,
    start: u32,
    end: u32,
}

struct Parser<'t> {
    text: &'t str,
    /// All tokens, and one of `TOKEN_ERROR` at the end.
    tokens: Vec<Token>,
    next: usize,
    /// Where the token before the next one ends.
    end: u32,
    builder: Builder<'t>,
}

/// Reads a whole text, whose first byte is at `base` among all sources.
pub(super) fn parse(text: &str, base: u32) -> Result<Tree<'_>, Refusal> {
    let tokens = tokens(text)?;
    let builder = Builder::new(text, base, tokens.len());
    let mut parser = Parser { text, tokens, next: 0, end: 0, builder };
    parser.expr()?;
    if parser.next + 1 < parser.tokens.len() {
        return Err(parser.refusal());
    }
    Ok(parser.builder.finish())
}

fn tokens(text: &str) -> Result<Vec<Token>, Refusal> {
    let mut tokens = Vec::with_capacity(text.len() / 6 + 1);
    let mut start = 0;
    for (kind, word) in rnix::tokenize(text) {
        let end = start + word.len() as u32;
        match kind {
            TOKEN_WHITESPACE | TOKEN_COMMENT => {}
            TOKEN_ERROR => return Err(Refusal::Syntax(start as usize)),
            kind => tokens.push(Token { kind, start, end }),
        }
        start = end;
    }
    tokens.push(Token { kind: TOKEN_ERROR, start, end: start });
    Ok(tokens)
}

impl Parser<'_> {
    #[inline]
    fn peek(&self) -> SyntaxKind {
        self.tokens[self.next].kind
    }

    /// The kind of the token `ahead` places behind the next one.
    #[inline]
    fn peek_behind(&self, ahead: usize) -> SyntaxKind {
        self.tokens.get(self.next + ahead).map_or(TOKEN_ERROR, |token| token.kind)
    }

    #[inline]
    fn bump(&mut self) -> Token {
        let token = self.tokens[self.next];
        if self.next + 1 < self.tokens.len() {
            self.next += 1;
        }
        self.end = token.end;
        token
    }

    #[inline]
    fn expect(&mut self, kind: SyntaxKind) -> Parsed {
        if self.peek() != kind {
            return Err(self.refusal());
        }
        self.bump();
        Ok(())
    }

    #[cold]
    fn refusal(&self) -> Refusal {
        Refusal::Syntax(self.tokens[self.next].start as usize)
    }

    fn check_stack(&self) -> Parsed {
        if large_stack::here() < large_stack::floor() {
            return Err(Refusal::TooDeep(self.tokens[self.next].start as usize));
        }
        Ok(())
    }

    /// Where a node begins that begins with the next token.
    #[inline]
    fn mark(&self) -> Mark {
        self.builder.mark(self.tokens[self.next].start)
    }

    #[inline]
    fn node(&mut self, mark: Mark, kind: SyntaxKind, token: SyntaxKind) {
        self.builder.node(mark, self.end, kind, token);
    }

    /// Takes the next token as a node of its own.
    #[inline]
    fn leaf(&mut self, kind: SyntaxKind) {
        let token = self.bump();
        self.builder.leaf(token.start, token.end, kind, token.kind);
    }

    fn expr(&mut self) -> Parsed {
        self.check_stack()?;
        let mark = self.mark();
        let keyword = self.peek();
        match keyword {
            TOKEN_LET if self.peek_behind(1) != TOKEN_L_BRACE => {
                self.bump();
                self.bindings(TOKEN_IN)?;
                self.expr()?;
                self.node(mark, NODE_LET_IN, keyword);
            }
            TOKEN_WITH | TOKEN_ASSERT => {
                self.bump();
                self.expr()?;
                self.expect(TOKEN_SEMICOLON)?;
                self.expr()?;
                self.node(mark, if keyword == TOKEN_WITH { NODE_WITH } else { NODE_ASSERT }, keyword);
            }
            TOKEN_IF => {
                self.bump();
                self.expr()?;
                self.expect(TOKEN_THEN)?;
                self.expr()?;
                self.expect(TOKEN_ELSE)?;
                self.expr()?;
                self.node(mark, NODE_IF_ELSE, keyword);
            }
            _ => self.operators(0)?,
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
