//! Why the condition of a failed assertion is false: its part that is, with the values that were compared.

use crate::arena::Env;
use crate::ast::{Expr, Op};
use crate::evaluator::Evaluator;
use crate::value::Value;

/// The most bytes of a value that a hint shows.
const MOST_BYTES: usize = 60;

impl<'a> Evaluator<'a> {
    /// What makes a false condition false. Everything it looks at has been computed before, or fails quietly.
    #[cold]
    pub(super) fn explain_condition(&mut self, condition: &'a Expr<'a>, env: Env<'a>) -> Option<String> {
        match condition {
            Expr::Binary(binary) if binary.op == Op::And => {
                let left = self.eval_bool(binary.left, env).ok()?;
                let part = if left { binary.right } else { binary.left };
                let text = self.source_text(part.span());
                let why = self.explain_condition(part, env);
                Some(why.unwrap_or_else(|| format!("`{text}` is false")))
            }
            Expr::Binary(binary) if is_comparison(binary.op) => {
                let sides = [binary.left, binary.right].into_iter().filter(|side| !matches!(side, Expr::Const(..)));
                let shown: Vec<String> = sides.filter_map(|side| self.side_text(side, env)).collect();
                (!shown.is_empty()).then(|| shown.join(", "))
            }
            Expr::Not(unary) => Some(format!("`{}` is true", self.source_text(unary.operand.span()))),
            _ => None,
        }
    }

    fn side_text(&mut self, side: &'a Expr<'a>, env: Env<'a>) -> Option<String> {
        let value: Value<'a> = self.eval_value(side, env).ok()?;
        let mut text = self.brief(value);
        if text.len() > MOST_BYTES {
            let end = (0..=MOST_BYTES).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
            text.truncate(end);
            text.push('…');
        }
        Some(format!("`{}` is {text}", self.source_text(side.span())))
    }
}

fn is_comparison(op: Op) -> bool {
    matches!(op, Op::Equal | Op::NotEqual | Op::Less | Op::LessOrEqual | Op::Greater | Op::GreaterOrEqual)
}
