//! Operators, and which expressions may be their operands without parentheses.

use rnix::SyntaxKind::*;
use rnix::ast::{BinOpKind, UnaryOpKind};

use super::tree::Node;
use super::{Lowering, present};
use crate::ast::{Binary, Call, Expr, Lazy, Op, Unary};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::settings::PipeOperators;
use crate::source::Span;
use crate::symbols::{DIV, LESS_THAN, MUL, SUB, Symbol};
use crate::value::Value;

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn binary(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let (left, right) = (present(node.expr(0), span)?, present(node.expr(1), span)?);
        let op = match present(operator(node), span)? {
            BinOpKind::PipeRight => return self.pipe(right, left, BinOpKind::PipeRight, span),
            BinOpKind::PipeLeft => return self.pipe(left, right, BinOpKind::PipeLeft, span),
            BinOpKind::Add => Op::Add,
            BinOpKind::Sub => Op::Sub,
            BinOpKind::Mul => Op::Mul,
            BinOpKind::Div => Op::Div,
            BinOpKind::And => Op::And,
            BinOpKind::Or => Op::Or,
            BinOpKind::Implication => Op::Implies,
            BinOpKind::Equal => Op::Equal,
            BinOpKind::NotEqual => Op::NotEqual,
            BinOpKind::Less => Op::Less,
            BinOpKind::LessOrEq => Op::LessOrEqual,
            BinOpKind::More => Op::Greater,
            BinOpKind::MoreOrEq => Op::GreaterOrEqual,
            BinOpKind::Concat => Op::Concat,
            BinOpKind::Update => Op::Update,
        };
        check_operand(left)?;
        check_operand(right)?;
        if let Some(call) = self.redefined_binary(op, left, right, span)? {
            return Ok(call);
        }
        let (left, right) = (self.expr(left)?, self.expr(right)?);
        Ok(Expr::Binary(self.tables.arena.alloc(Binary { op, left, right, span })))
    }

    fn pipe(&mut self, function: Node<'_>, arg: Node<'_>, kind: BinOpKind, span: Span) -> Res<Expr<'a>> {
        if self.unit.pipe_operators == PipeOperators::Refused {
            let message = "experimental Nix feature 'pipe-operators' is disabled";
            let help = "--extra-experimental-features pipe-operators switches it on".to_owned();
            return Err(Fault::new(ErrorKind::Parse, message).at(span).help(Some(help)));
        }
        check_operand(function)?;
        check_operand(arg)?;
        if let Some(mixed) = [function, arg].into_iter().find(|side| is_other_pipe(*side, kind)) {
            let help = Some("put parentheses around one of the pipes".to_owned());
            let message = "syntax error, unexpected pipe of the other direction";
            return Err(Fault::new(ErrorKind::Parse, message).at(mixed.span()).help(help));
        }
        let function = self.expr(function)?;
        let arg = self.lazy(arg, None)?;
        let args = self.tables.arena.slice(&[arg]);
        Ok(Expr::Call(self.tables.arena.alloc(Call { function, args, span })))
    }

    pub(super) fn unary(&mut self, node: Node<'_>) -> Res<Expr<'a>> {
        let span = node.span();
        let operand = present(node.expr(0), span)?;
        let operator = present(UnaryOpKind::from_kind(node.token()), span)?;
        check_operand(operand)?;
        if operator == UnaryOpKind::Negate
            && let Some(function) = self.redefined(SUB, span)?
        {
            let zero = self.tables.arena.alloc(Expr::Const(self.tables.arena.word(Value::Int(0)), span));
            let args = [self.lazy_expr(zero, None), self.lazy(operand, None)?];
            return Ok(self.call_of(function, &args, span));
        }
        let operand = self.expr(operand)?;
        let unary = self.tables.arena.alloc(Unary { operand, span });
        Ok(match operator {
            UnaryOpKind::Invert => Expr::Not(unary),
            UnaryOpKind::Negate => Expr::Negate(unary),
        })
    }

    /// The call that an operator is where its function has another meaning: Nix reads `a - b` as `__sub a b`.
    fn redefined_binary(&mut self, op: Op, left: Node<'_>, right: Node<'_>, span: Span) -> Res<Option<Expr<'a>>> {
        let (name, operands) = match op {
            Op::Sub => (SUB, [left, right]),
            Op::Mul => (MUL, [left, right]),
            Op::Div => (DIV, [left, right]),
            Op::Less | Op::GreaterOrEqual => (LESS_THAN, [left, right]),
            Op::Greater | Op::LessOrEqual => (LESS_THAN, [right, left]),
            _ => return Ok(None),
        };
        let Some(function) = self.redefined(name, span)? else { return Ok(None) };
        let args = [self.lazy(operands[0], None)?, self.lazy(operands[1], None)?];
        let call = self.call_of(function, &args, span);
        if !matches!(op, Op::GreaterOrEqual | Op::LessOrEqual) {
            return Ok(Some(call));
        }
        let operand = self.tables.arena.alloc(call);
        Ok(Some(Expr::Not(self.tables.arena.alloc(Unary { operand, span }))))
    }

    /// The variable of a name that something other than the builtins binds.
    fn redefined(&mut self, name: Symbol, span: Span) -> Res<Option<&'a Expr<'a>>> {
        if !self.scopes.binds(name) {
            return Ok(None);
        }
        let variable = self.resolve(name, span)?;
        Ok(Some(self.tables.arena.alloc(variable)))
    }

    fn call_of(&self, function: &'a Expr<'a>, args: &[Lazy<'a>], span: Span) -> Expr<'a> {
        let args = self.tables.arena.slice(args);
        Expr::Call(self.tables.arena.alloc(Call { function, args, span }))
    }
}

/// Refuses what rnix takes as an operand although Nix wants parentheses around it.
pub(super) fn check_operand(node: Node<'_>) -> Res<()> {
    let what = match node.kind() {
        NODE_LAMBDA => "a function",
        NODE_LET_IN => "'let'",
        NODE_WITH => "'with'",
        NODE_ASSERT => "'assert'",
        NODE_IF_ELSE => "'if'",
        _ => return Ok(()),
    };
    let message = format!("syntax error, unexpected {what} here");
    let help = Some("put parentheses around it".to_owned());
    Err(Fault::new(ErrorKind::Parse, message).at(node.span()).help(help))
}

fn operator(node: Node<'_>) -> Option<BinOpKind> {
    BinOpKind::from_kind(node.token())
}

/// Whether an operand is itself a pipe, but not of this direction.
fn is_other_pipe(operand: Node<'_>, kind: BinOpKind) -> bool {
    operand.kind() == NODE_BIN_OP
        && matches!(operator(operand), Some(found @ (BinOpKind::PipeRight | BinOpKind::PipeLeft)) if found != kind)
}
