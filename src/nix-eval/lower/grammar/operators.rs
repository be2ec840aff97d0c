//! Operators by how tightly they bind, and application.

use rnix::SyntaxKind::{self, *};

use super::{Parsed, Parser};

/// How operators of one level follow each other.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Left,
    Right,
    /// Not at all without parentheses.
    Never,
}

/// The level of `!`; operands of tighter operators do not begin with it.
const NOT: u8 = 8;

/// Above all levels.
const TIGHTEST: u8 = u8::MAX;

/// The level of a binary operator, the loosest first.
fn level(operator: SyntaxKind) -> Option<(u8, Group)> {
    Some(match operator {
        TOKEN_PIPE_LEFT => (0, Group::Right),
        TOKEN_PIPE_RIGHT => (1, Group::Left),
        TOKEN_IMPLICATION => (2, Group::Right),
        TOKEN_OR_OR => (3, Group::Left),
        TOKEN_AND_AND => (4, Group::Left),
        TOKEN_EQUAL | TOKEN_NOT_EQUAL => (5, Group::Never),
        TOKEN_LESS | TOKEN_LESS_OR_EQ | TOKEN_MORE | TOKEN_MORE_OR_EQ => (6, Group::Never),
        TOKEN_UPDATE => (7, Group::Right),
        TOKEN_ADD | TOKEN_SUB => (9, Group::Left),
        TOKEN_MUL | TOKEN_DIV => (10, Group::Left),
        TOKEN_CONCAT => (11, Group::Right),
        TOKEN_QUESTION => (12, Group::Left),
        _ => return None,
    })
}

impl Parser<'_> {
    /// An operand with all operators behind it that bind at least as tightly as `loosest`.
    pub(super) fn operators(&mut self, loosest: u8) -> Parsed {
        let mark = self.mark();
        match self.peek() {
            TOKEN_INVERT if loosest <= NOT => {
                self.check_stack()?;
                self.bump();
                self.operators(NOT)?;
                self.node(mark, NODE_UNARY_OP, TOKEN_INVERT);
            }
            TOKEN_SUB => self.negation()?,
            _ => self.application()?,
        }
        let mut tightest = TIGHTEST;
        while let Some((level, group)) = level(self.peek())
            && (loosest..=tightest).contains(&level)
        {
            let operator = self.bump().kind;
            if operator == TOKEN_QUESTION {
                self.attrpath()?;
                self.node(mark, NODE_HAS_ATTR, operator);
            } else {
                self.check_stack()?;
                self.operators(if group == Group::Right { level } else { level + 1 })?;
                self.node(mark, NODE_BIN_OP, operator);
            }
            tightest = if group == Group::Never { level - 1 } else { level };
        }
        Ok(())
    }

    fn negation(&mut self) -> Parsed {
        if self.peek() != TOKEN_SUB {
            return self.application();
        }
        self.check_stack()?;
        let mark = self.mark();
        self.bump();
        self.negation()?;
        self.node(mark, NODE_UNARY_OP, TOKEN_SUB);
        Ok(())
    }

    fn application(&mut self) -> Parsed {
        let mark = self.mark();
        self.selection()?;
        while self.is_argument() {
            self.selection()?;
            self.node(mark, NODE_APPLY, TOKEN_ERROR);
        }
        Ok(())
    }

    /// Whether the next token begins an argument of a function.
    fn is_argument(&self) -> bool {
        match self.peek() {
            TOKEN_LET => self.peek_behind(1) == TOKEN_L_BRACE,
            kind => kind.is_fn_arg(),
        }
    }
}
