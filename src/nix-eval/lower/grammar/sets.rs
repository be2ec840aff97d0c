//! Sets, `let`, attribute paths and the formals of functions.

use rnix::SyntaxKind::{self, *};

use super::{Parsed, Parser, Refusal};

impl Parser<'_> {
    pub(super) fn set(&mut self) -> Parsed {
        let mark = self.mark();
        let first = self.bump().kind;
        if first == TOKEN_REC {
            self.expect(TOKEN_L_BRACE)?;
        }
        self.bindings(TOKEN_R_BRACE)?;
        self.node(mark, NODE_ATTR_SET, first);
        Ok(())
    }

    /// `let { …; body = x; }`
    pub(super) fn legacy_let(&mut self) -> Parsed {
        let mark = self.mark();
        self.bump();
        self.expect(TOKEN_L_BRACE)?;
        self.bindings(TOKEN_R_BRACE)?;
        self.node(mark, NODE_LEGACY_LET, TOKEN_LET);
        Ok(())
    }

    /// Bindings and the token that ends them.
    pub(super) fn bindings(&mut self, end: SyntaxKind) -> Parsed {
        while self.peek() != end {
            let mark = self.mark();
            if self.peek() == TOKEN_INHERIT {
                self.inherit()?;
                continue;
            }
            self.attrpath()?;
            self.expect(TOKEN_ASSIGN)?;
            self.expr()?;
            self.expect(TOKEN_SEMICOLON)?;
            self.node(mark, NODE_ATTRPATH_VALUE, TOKEN_ASSIGN);
        }
        self.bump();
        Ok(())
    }

    fn inherit(&mut self) -> Parsed {
        let mark = self.mark();
        self.bump();
        if self.peek() == TOKEN_L_PAREN {
            let mark = self.mark();
            self.bump();
            self.expr()?;
            self.expect(TOKEN_R_PAREN)?;
            self.node(mark, NODE_INHERIT_FROM, TOKEN_L_PAREN);
        }
        while self.peek() != TOKEN_SEMICOLON {
            self.name()?;
        }
        self.bump();
        self.node(mark, NODE_INHERIT, TOKEN_INHERIT);
        Ok(())
    }

    pub(super) fn attrpath(&mut self) -> Parsed {
        let mark = self.mark();
        self.name()?;
        while self.peek() == TOKEN_DOT {
            self.bump();
            self.name()?;
        }
        self.node(mark, NODE_ATTRPATH, TOKEN_DOT);
        Ok(())
    }

    fn name(&mut self) -> Parsed {
        match self.peek() {
            TOKEN_IDENT | TOKEN_OR => self.leaf(NODE_IDENT),
            TOKEN_STRING_START => self.string(TOKEN_IDENT)?,
            TOKEN_INTERPOL_START => self.interpolation(NODE_DYNAMIC)?,
            _ => return Err(self.refusal()),
        }
        Ok(())
    }

    /// `{ a, b ? 1, ... }: body`, with or without a name for the whole behind the bracket.
    pub(super) fn pattern_function(&mut self) -> Parsed {
        let mark = self.mark();
        let extra = self.formals()?;
        if self.peek() == TOKEN_AT {
            let mark = self.mark();
            self.bump();
            if self.peek() != TOKEN_IDENT {
                return Err(self.refusal());
            }
            self.leaf(NODE_IDENT);
            self.node(mark, NODE_PAT_BIND, TOKEN_AT);
        }
        self.node(mark, NODE_PATTERN, extra);
        self.expect(TOKEN_COLON)?;
        self.expr()?;
        self.node(mark, NODE_LAMBDA, TOKEN_COLON);
        Ok(())
    }

    /// The formals in their brackets; gives `TOKEN_ELLIPSIS` where others are accepted too.
    pub(super) fn formals(&mut self) -> Result<SyntaxKind, Refusal> {
        self.expect(TOKEN_L_BRACE)?;
        let mut extra = TOKEN_L_BRACE;
        loop {
            match self.peek() {
                TOKEN_IDENT => self.formal()?,
                TOKEN_ELLIPSIS => {
                    self.bump();
                    extra = TOKEN_ELLIPSIS;
                    break;
                }
                _ => break,
            }
            if self.peek() != TOKEN_COMMA {
                break;
            }
            self.bump();
        }
        self.expect(TOKEN_R_BRACE)?;
        Ok(extra)
    }

    fn formal(&mut self) -> Parsed {
        let mark = self.mark();
        self.leaf(NODE_IDENT);
        let sign = self.peek();
        if sign == TOKEN_QUESTION {
            self.bump();
            self.expr()?;
        }
        self.node(mark, NODE_PAT_ENTRY, sign);
        Ok(())
    }
}
