//! From source text to the syntax tree that is evaluated.
//!
//! rnix makes tokens of the text, and explains what is wrong with one that does not parse; [`grammar`] makes a tree of
//! the tokens. This resolves names to slots and checks what no grammar does (duplicate attributes and arguments,
//! undefined variables, operands that need parentheses).

mod access;
mod ahead;
mod bindings;
mod draft;
mod functions;
mod grammar;
mod indented;
mod line_ends;
mod lints;
mod literals;
mod operators;
mod paths;
mod scope;
mod shape;
mod siblings;
mod strings;
mod syntax_error;
mod tree;

use std::path::PathBuf;

use rnix::SyntaxKind::*;
use rustc_hash::FxHashMap;

use crate::arena::Arena;
use crate::ast::{Assert, Code, CodeId, Expr, If, Lambda, Lazy, List, With};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::large_stack;
use crate::settings::{Lints, PipeOperators};
use crate::source::Span;
use crate::symbols::{Symbol, Symbols};
use crate::value::{Items, Value};
use grammar::Refusal;
use operators::check_operand;
use scope::Scopes;
use tree::{Node, Tree};

/// The tables that lowering fills.
pub(crate) struct Tables<'e, 'a> {
    pub(crate) arena: &'a Arena,
    pub(crate) symbols: &'e mut Symbols<'a>,
    pub(crate) codes: &'e mut Vec<Code<'a>>,
    pub(crate) lambdas: &'e mut Vec<&'a Lambda<'a>>,
    pub(crate) globals: &'e FxHashMap<Symbol, Value<'a>>,
    /// Takes warnings.
    pub(crate) trace: &'e dyn Fn(&str),
}

/// What a source text is and what it sees.
pub(crate) struct Unit<'u> {
    pub(crate) text: &'u str,
    /// What error messages call it.
    pub(crate) name: String,
    /// Offset of the text among all sources.
    pub(crate) base: u32,
    /// The folder that relative paths start from.
    pub(crate) folder: PathBuf,
    pub(crate) home: Option<PathBuf>,
    pub(crate) pipe_operators: PipeOperators,
    pub(crate) lints: Lints,
    /// Names bound by `scopedImport`, in the order of their slots.
    pub(crate) outer: Vec<Symbol>,
    pub(crate) encoding: Encoding,
    /// The tree of the text, where it was made before ([`syntax_tree`]).
    pub(crate) tree: Option<&'static [u8]>,
}

/// Whether the text is the file's bytes or stands for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Encoding {
    Utf8,
    /// Bytes that are not UTF-8 are escaped as private characters (`literals::escape_bytes`).
    Escaped,
}

pub use ahead::syntax_tree;
pub(crate) use literals::{escape_bytes, null_bytes};

/// Parses and lowers a whole text.
pub(crate) fn lower<'a>(tables: Tables<'_, 'a>, unit: Unit<'_>) -> Res<&'a Expr<'a>> {
    let text = line_ends::normalized(unit.text);
    let base = unit.base;
    let mut tree = match unit.tree.and_then(|bytes| ahead::read(bytes, &text, base)) {
        Some(tree) => tree,
        None => parse(&text, base)?,
    };
    tree.intern(tables.symbols, tables.arena);
    let mut lowering = Lowering { scopes: Scopes::new(&unit.outer), tables, unit };
    let root = present(tree.root(), Span::at(base))?;
    lowering.expr(root).map_err(|fault| siblings::explain(fault, &text, base).of_text())
}

fn parse(text: &str, base: u32) -> Res<Tree<'_>> {
    if shape::has_long_run(text) {
        shape::check(text, base)?;
    }
    grammar::parse(text, base).map_err(|refusal| refused(&refusal, text, base).of_text())
}

/// The error of a text that does not parse, with what rnix knows of it.
#[cold]
fn refused(refusal: &Refusal, text: &str, base: u32) -> Box<Fault> {
    let offset = match *refusal {
        Refusal::TooDeep(offset) => {
            let fault = Fault::new(ErrorKind::Parse, "expression is nested too deeply");
            return fault.at(Span::at(base + offset as u32));
        }
        Refusal::Syntax(offset) => offset,
    };
    if let Err(fault) = shape::check(text, base) {
        return fault;
    }
    let parse = rnix::Root::parse(text);
    match syntax_error::first(parse.errors()) {
        Some(error) => syntax_error::describe(error, text, base),
        // rnix forgives some: it takes whatever closes a parenthesis.
        None => {
            let word = rnix::tokenize(&text[offset..]).next().map_or("", |(_, word)| word);
            let message = match word {
                "" => "syntax error, unexpected end of file".to_owned(),
                word => format!("syntax error, unexpected '{word}'"),
            };
            Fault::new(ErrorKind::Parse, message).at(Span { start: base + offset as u32, len: word.len() as u32 })
        }
    }
}

/// Whether a text ends too early: more of it could make it an expression.
#[must_use]
pub fn is_incomplete(text: &str) -> bool {
    if shape::check(text, 1).is_err() {
        return false;
    }
    let parse = rnix::Root::parse(text);
    let is_end = |error: &rnix::ParseError| match error {
        rnix::ParseError::UnexpectedEOF | rnix::ParseError::UnexpectedEOFWanted(_) => true,
        rnix::ParseError::UnexpectedWanted(_, _, wanted) => wanted.contains(&TOKEN_STRING_END),
        _ => false,
    };
    !text.trim().is_empty() && parse.errors().first().is_some_and(is_end)
}

struct Lowering<'e, 'u, 'a> {
    tables: Tables<'e, 'a>,
    unit: Unit<'u>,
    scopes: Scopes,
}

/// The code of a place that never becomes a thunk.
const NO_CODE: CodeId = CodeId(u32::MAX);

impl<'a> Lowering<'_, '_, 'a> {
    fn expr(&mut self, node: Node<'_>) -> Res<&'a Expr<'a>> {
        let span = node.span();
        if large_stack::here() < large_stack::floor() {
            return Err(Fault::new(ErrorKind::Parse, "expression is nested too deeply").at(span));
        }
        let expr = match node.kind() {
            NODE_PAREN => return self.expr(present(node.expr(0), span)?),
            NODE_LITERAL => self.literal(node)?,
            NODE_STRING => self.string(node)?,
            NODE_PATH_ABS | NODE_PATH_REL | NODE_PATH_HOME => self.path(node)?,
            NODE_PATH_SEARCH => self.search_path(node)?,
            NODE_IDENT => self.variable(node)?,
            NODE_CUR_POS => Expr::CurPos(span),
            NODE_LIST => self.list(node)?,
            NODE_ATTR_SET => self.attr_set(node)?,
            NODE_LEGACY_LET => self.legacy_let(node)?,
            NODE_LET_IN => self.let_in(node)?,
            NODE_LAMBDA => self.lambda(node, None)?,
            NODE_APPLY => self.apply(node)?,
            NODE_SELECT => self.select(node)?,
            NODE_HAS_ATTR => self.has_attr(node)?,
            NODE_BIN_OP => self.binary(node)?,
            NODE_UNARY_OP => self.unary(node)?,
            NODE_IF_ELSE => self.if_else(node)?,
            NODE_ASSERT => self.assert(node)?,
            NODE_WITH => self.with(node)?,
            _ => return Err(Fault::new(ErrorKind::Parse, "syntax error").at(span)),
        };
        Ok(self.tables.arena.alloc(expr))
    }

    /// Lowers an expression that is not evaluated at once, `name` being what it is bound to.
    fn lazy(&mut self, node: Node<'_>, name: Option<Symbol>) -> Res<Lazy<'a>> {
        let node = strip_parens(node);
        let expr = if name.is_some() && node.kind() == NODE_LAMBDA {
            let lambda = self.lambda(node, name)?;
            self.tables.arena.alloc(lambda)
        } else {
            self.expr(node)?
        };
        Ok(self.lazy_expr(expr, name))
    }

    fn lazy_expr(&mut self, expr: &'a Expr<'a>, name: Option<Symbol>) -> Lazy<'a> {
        if matches!(expr, Expr::Const(..) | Expr::Lambda(..)) {
            return Lazy { expr, code: NO_CODE };
        }
        let code = CodeId(self.tables.codes.len() as u32);
        self.tables.codes.push(Code { expr, name });
        Lazy { expr, code }
    }

    fn list(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let mut items = Vec::new();
        for item in node.exprs() {
            check_operand(item)?;
            items.push(self.lazy(item, None)?);
        }
        if items.is_empty() {
            return Ok(self.constant(Value::List(Items::NONE), span));
        }
        let items = self.tables.arena.slice(&items);
        Ok(Expr::List(self.tables.arena.alloc(List { items, span })))
    }

    fn if_else(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let mut parts = node.exprs();
        let condition = self.child(parts.next(), span)?;
        let yes = self.child(parts.next(), span)?;
        let no = self.child(parts.next(), span)?;
        Ok(Expr::If(self.tables.arena.alloc(If { condition, yes, no, span })))
    }

    fn assert(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let condition = self.child(node.expr(0), span)?;
        let body = self.child(node.expr(1), span)?;
        Ok(Expr::Assert(self.tables.arena.alloc(Assert { condition, body, span })))
    }

    fn with(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let namespace = self.lazy(present(node.expr(0), span)?, None)?;
        self.scopes.enter_with();
        let body = self.child(node.expr(1), span);
        self.scopes.leave();
        Ok(Expr::With(self.tables.arena.alloc(With { namespace, body: body?, span })))
    }

    fn child(&mut self, node: Option<Node<'_>>, span: Span) -> Res<&'a Expr<'a>> {
        self.expr(present(node, span)?)
    }
}

/// A part that the grammar demands; rnix gives no node where it met an error it could repair.
fn present<T>(node: Option<T>, span: Span) -> Res<T> {
    node.ok_or_else(|| Fault::new(ErrorKind::Parse, "syntax error, something is missing here").at(span))
}

fn strip_parens(mut node: Node<'_>) -> Node<'_> {
    while node.kind() == NODE_PAREN
        && let Some(inner) = node.expr(0)
    {
        node = inner;
    }
    node
}
