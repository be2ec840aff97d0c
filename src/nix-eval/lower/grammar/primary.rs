//! What needs no parentheses: names, literals, brackets, functions, and selecting from any of them.

use rnix::SyntaxKind::{self, *};

use super::{Parsed, Parser};

impl Parser<'_> {
    /// `x`, `x.a.b` or `x.a.b or y`.
    pub(super) fn selection(&mut self) -> Parsed {
        let mark = self.mark();
        self.primary()?;
        match self.peek() {
            TOKEN_DOT => {
                self.bump();
                self.attrpath()?;
                if self.peek() == TOKEN_OR {
                    self.check_stack()?;
                    self.bump();
                    self.selection()?;
                }
                self.node(mark, NODE_SELECT, TOKEN_DOT);
            }
            // Without a path before it, `or` is a name, and applies what stands before it at once.
            TOKEN_OR => {
                self.leaf(NODE_IDENT);
                self.node(mark, NODE_APPLY, TOKEN_ERROR);
            }
            _ => {}
        }
        Ok(())
    }

    fn primary(&mut self) -> Parsed {
        match self.peek() {
            TOKEN_IDENT => self.identifier()?,
            TOKEN_INTEGER | TOKEN_FLOAT | TOKEN_URI => self.leaf(NODE_LITERAL),
            TOKEN_STRING_START => self.string(TOKEN_STRING_START)?,
            TOKEN_PATH_ABS | TOKEN_PATH_REL | TOKEN_PATH_HOME => self.path()?,
            TOKEN_PATH_SEARCH => self.leaf(NODE_PATH_SEARCH),
            TOKEN_L_PAREN => {
                let mark = self.mark();
                self.bump();
                self.expr()?;
                self.expect(TOKEN_R_PAREN)?;
                self.node(mark, NODE_PAREN, TOKEN_L_PAREN);
            }
            TOKEN_L_BRACK => self.list()?,
            TOKEN_L_BRACE => match (self.peek_behind(1), self.peek_behind(2)) {
                (TOKEN_IDENT, TOKEN_COMMA | TOKEN_QUESTION | TOKEN_R_BRACE)
                | (TOKEN_ELLIPSIS, TOKEN_R_BRACE)
                | (TOKEN_R_BRACE, TOKEN_COLON | TOKEN_AT) => self.pattern_function()?,
                _ => self.set()?,
            },
            TOKEN_REC => self.set()?,
            TOKEN_LET => self.legacy_let()?,
            _ => return Err(self.refusal()),
        }
        Ok(())
    }

    /// A variable, or the parameter of a function.
    fn identifier(&mut self) -> Parsed {
        let mark = self.mark();
        match self.peek_behind(1) {
            TOKEN_COLON => {
                self.leaf(NODE_IDENT);
                self.node(mark, NODE_IDENT_PARAM, TOKEN_IDENT);
                self.bump();
                self.expr()?;
                self.node(mark, NODE_LAMBDA, TOKEN_COLON);
            }
            TOKEN_AT => {
                self.leaf(NODE_IDENT);
                self.bump();
                self.node(mark, NODE_PAT_BIND, TOKEN_AT);
                let extra = self.formals()?;
                self.node(mark, NODE_PATTERN, extra);
                self.expect(TOKEN_COLON)?;
                self.expr()?;
                self.node(mark, NODE_LAMBDA, TOKEN_COLON);
            }
            _ => {
                let token = self.tokens[self.next];
                let is_position = &self.text[token.start as usize..token.end as usize] == "__curPos";
                self.leaf(if is_position { NODE_CUR_POS } else { NODE_IDENT });
            }
        }
        Ok(())
    }

    fn list(&mut self) -> Parsed {
        self.check_stack()?;
        let mark = self.mark();
        self.bump();
        while self.peek() != TOKEN_R_BRACK {
            self.selection()?;
        }
        self.bump();
        self.node(mark, NODE_LIST, TOKEN_L_BRACK);
        Ok(())
    }

    /// A string; `role` is `TOKEN_IDENT` where it is the name of an attribute.
    pub(super) fn string(&mut self, role: SyntaxKind) -> Parsed {
        let mark = self.mark();
        self.bump();
        loop {
            match self.peek() {
                TOKEN_STRING_CONTENT => self.leaf(TOKEN_STRING_CONTENT),
                TOKEN_INTERPOL_START => self.interpolation(NODE_INTERPOL)?,
                _ => break,
            }
        }
        self.expect(TOKEN_STRING_END)?;
        self.node(mark, NODE_STRING, role);
        Ok(())
    }

    /// `${…}`, in a string or path or as the name of an attribute.
    pub(super) fn interpolation(&mut self, kind: SyntaxKind) -> Parsed {
        let mark = self.mark();
        self.bump();
        self.expr()?;
        self.expect(TOKEN_INTERPOL_END)?;
        self.node(mark, kind, TOKEN_INTERPOL_START);
        Ok(())
    }

    /// A path; its parts follow each other without a space.
    fn path(&mut self) -> Parsed {
        let mark = self.mark();
        let kind = self.peek();
        self.leaf(kind);
        let mut is_computed = false;
        while self.tokens[self.next].start == self.end {
            match self.peek() {
                TOKEN_INTERPOL_START => {
                    self.interpolation(NODE_INTERPOL)?;
                    is_computed = true;
                }
                part if part == kind && is_computed => {
                    self.leaf(kind);
                    is_computed = false;
                }
                _ => break,
            }
        }
        let node = match kind {
            TOKEN_PATH_ABS => NODE_PATH_ABS,
            TOKEN_PATH_HOME => NODE_PATH_HOME,
            _ => NODE_PATH_REL,
        };
        self.node(mark, node, kind);
        Ok(())
    }
}
