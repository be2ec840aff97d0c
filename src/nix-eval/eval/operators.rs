//! Unary minus and the strict binary operators.

use std::cmp::Ordering;

use crate::arena::{Env, Word};
use crate::ast::{Binary, Expr, Op, Unary};
use crate::attrs::Attrs;
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::Value;

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(super) fn eval_binary(&mut self, binary: &'a Binary<'a>, env: Env<'a>) -> Res<Word<'a>> {
        if binary.op == Op::Update {
            let set = self.eval_update(binary, env)?;
            return Ok(self.arena.word(set));
        }
        if binary.op == Op::Add {
            return self.eval_add(binary, env);
        }
        // Nix reads `a > b` as `b < a`, and `a <= b` as `!(b < a)`.
        let (left, right) = if matches!(binary.op, Op::Greater | Op::LessOrEqual) {
            let right = self.eval(binary.right, env)?;
            (self.eval(binary.left, env)?, right)
        } else {
            let left = self.eval(binary.left, env)?;
            (left, self.eval(binary.right, env)?)
        };
        if let (Some(a), Some(b)) = (left.as_int(), right.as_int())
            && let Some(result) = small_integers(binary.op, a, b)
        {
            return Ok(result);
        }
        let (left, right) = (self.arena.value(left), self.arena.value(right));
        let result = self.binary_values(binary, left, right)?;
        Ok(self.arena.word(result))
    }

    fn binary_values(&mut self, binary: &'a Binary<'a>, left: Value<'a>, right: Value<'a>) -> Res<Value<'a>> {
        let spans = [binary.left.span(), binary.right.span()];
        match binary.op {
            Op::Equal => self.equal_at(left, right, binary.span).map(Value::Bool),
            Op::NotEqual => self.equal_at(left, right, binary.span).map(|equal| Value::Bool(!equal)),
            Op::Less => self.ordered(left, right, binary.span, Ordering::is_lt),
            Op::Greater => self.ordered(right, left, binary.span, Ordering::is_lt),
            Op::LessOrEqual => self.ordered(right, left, binary.span, Ordering::is_ge),
            Op::GreaterOrEqual => self.ordered(left, right, binary.span, Ordering::is_ge),
            Op::Concat => self.concat(left, right, spans),
            _ => self.arithmetic(binary.op, left, right, spans).map_err(|fault| fault.at(binary.span)),
        }
    }

    fn equal_at(&mut self, left: Value<'a>, right: Value<'a>, span: Span) -> Res<bool> {
        self.equal(left, right).map_err(|fault| fault.at(span))
    }

    /// `holds` is asked about the order of the two; it is false for NaN unless it is "not less".
    fn ordered(&mut self, a: Value<'a>, b: Value<'a>, span: Span, holds: fn(Ordering) -> bool) -> Res<Value<'a>> {
        let less = self.less(a, b).map_err(|fault| fault.at(span))?;
        Ok(Value::Bool(holds(if less { Ordering::Less } else { Ordering::Greater })))
    }

    /// What is neither number, text nor path becomes text before the right side is computed.
    fn eval_add(&mut self, binary: &'a Binary<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let spans = [binary.left.span(), binary.right.span()];
        let left = self.eval(binary.left, env)?;
        let value = self.arena.value(left);
        if matches!(value, Value::Int(_) | Value::Float(_) | Value::Str(_) | Value::Path(_)) {
            let right = self.eval(binary.right, env)?;
            if let (Some(a), Some(b)) = (left.as_int(), right.as_int())
                && let Some(sum) = small_integers(Op::Add, a, b)
            {
                return Ok(sum);
            }
            let sum = self.add(value, self.arena.value(right), spans)?;
            return Ok(self.arena.word(sum));
        }
        let first = self.coerce(value, Coerce::Plain).map_err(|fault| fault.at(spans[0]))?;
        let right = self.eval(binary.right, env)?;
        let text = self.append(first, self.arena.value(right), Coerce::Plain, value.described(), spans)?;
        Ok(self.arena.word(text))
    }

    /// `left // right`: the right side is computed first.
    fn eval_update(&mut self, binary: &'a Binary<'a>, env: Env<'a>) -> Res<Value<'a>> {
        let right = self.operand_of_update(binary.right, env)?;
        let left = self.operand_of_update(binary.left, env)?;
        if let Some(watcher) = &mut self.watcher {
            watcher.counts.updates += 1;
        }
        Ok(Value::Attrs(left.update(self.arena, right)))
    }

    fn operand_of_update(&mut self, operand: &'a Expr<'a>, env: Env<'a>) -> Res<&'a Attrs<'a>> {
        let value = self.eval(operand, env)?;
        match self.arena.value(value) {
            Value::Attrs(set) => Ok(set),
            other => {
                let span = operand.span();
                let fault = self.type_fault("a set", other).at(span);
                Err(fault.frame(span, || "in the update operator (//)".to_owned()))
            }
        }
    }

    fn concat(&mut self, left: Value<'a>, right: Value<'a>, spans: [Span; 2]) -> Res<Value<'a>> {
        let Value::List(a) = left else { return Err(self.type_fault("a list", left).at(spans[0])) };
        let Value::List(b) = right else { return Err(self.type_fault("a list", right).at(spans[1])) };
        if b.is_empty() {
            return Ok(left);
        }
        if a.is_empty() {
            return Ok(right);
        }
        let len = a.len() + b.len();
        self.check_size(len * 8, spans[0])?;
        let item = |index| if index < a.len() { a.at(index) } else { b.at(index - a.len()) };
        Ok(Value::List(self.arena.items_with(len, item)))
    }

    #[inline]
    fn add(&mut self, left: Value<'a>, right: Value<'a>, spans: [Span; 2]) -> Res<Value<'a>> {
        match (left, right) {
            (Value::Int(a), Value::Int(b)) => {
                a.checked_add(b).map(Value::Int).ok_or_else(|| overflow("adding", a, "+", b).at(spans[0]))
            }
            (Value::Int(a), Value::Float(b)) => Ok(Value::Float(a as f64 + b)),
            (Value::Float(a), Value::Int(b)) => Ok(Value::Float(a + b as f64)),
            (Value::Float(a), Value::Float(b)) => Ok(Value::Float(a + b)),
            (Value::Int(_) | Value::Float(_), other) => {
                let message = format!("cannot add {} to {}", other.described(), left.described());
                let help = "make strings of both (`toString 1`), or numbers".to_owned();
                let fault = Fault::new(ErrorKind::Type, message).at(spans[1]).help(Some(help));
                Err(fault.note(spans[0], format!("this is {}", left.described())))
            }
            _ => self.add_strings(left, right, spans),
        }
    }

    /// `+`, `-`, `*` and `/` on numbers; also behind `builtins.add` and its like.
    pub(crate) fn arithmetic(&mut self, op: Op, left: Value<'a>, right: Value<'a>, spans: [Span; 2]) -> Res<Value<'a>> {
        if let (Value::Int(a), Value::Int(b)) = (left, right) {
            let (result, deed, sign) = match op {
                Op::Add => (a.checked_add(b), "adding", "+"),
                Op::Sub => (a.checked_sub(b), "subtracting", "-"),
                Op::Mul => (a.checked_mul(b), "multiplying", "*"),
                _ if b == 0 => return Err(Fault::new(ErrorKind::Arithmetic, "division by zero").at(spans[1])),
                _ => (a.checked_div(b), "dividing", "/"),
            };
            return result.map(Value::Int).ok_or_else(|| overflow(deed, a, sign, b));
        }
        let sides = [(left, right, spans[0]), (right, left, spans[1])];
        if op == Op::Div {
            // Nix looks at the divisor first, and as a float.
            self.divisor(right).map_err(|fault| fault.at(spans[1]))?;
        }
        let mut numbers = [0.0; 2];
        for (number, (value, other, span)) in numbers.iter_mut().zip(sides) {
            *number = self.number(value, other).map_err(|fault| fault.at(span))?;
        }
        let [a, b] = numbers;
        Ok(Value::Float(match op {
            Op::Add => a + b,
            Op::Sub => a - b,
            Op::Mul => a * b,
            _ => a / b,
        }))
    }

    fn divisor(&mut self, value: Value<'a>) -> Res<()> {
        match value {
            Value::Int(0) | Value::Float(0.0) => Err(Fault::new(ErrorKind::Arithmetic, "division by zero")),
            Value::Int(_) | Value::Float(_) => Ok(()),
            other => Err(self.type_fault("a float", other)),
        }
    }

    fn number(&mut self, value: Value<'a>, other: Value<'a>) -> Res<f64> {
        match value {
            Value::Int(n) => Ok(n as f64),
            Value::Float(n) => Ok(n),
            value if matches!(other, Value::Float(_)) => Err(self.type_fault("a float", value)),
            value => Err(self.type_fault("an integer", value)),
        }
    }

    #[inline(never)]
    pub(super) fn eval_negate(&mut self, unary: &'a Unary<'a>, env: Env<'a>) -> Res<Word<'a>> {
        match self.eval_value(unary.operand, env)? {
            Value::Int(n) => match n.checked_neg() {
                Some(n) => Ok(self.arena.word(Value::Int(n))),
                None => Err(overflow("subtracting", 0, "-", n).at(unary.span)),
            },
            Value::Float(n) => Ok(self.arena.word(Value::Float(0.0 - n))),
            other => Err(self.type_fault("an integer", other).at(unary.operand.span())),
        }
    }
}

/// What an operator makes of two integers of up to 60 bits, unless it is larger or an error.
#[inline]
fn small_integers<'a>(op: Op, a: i64, b: i64) -> Option<Word<'a>> {
    match op {
        Op::Add => Word::int(a + b),
        Op::Sub => Word::int(a - b),
        Op::Mul => a.checked_mul(b).and_then(Word::int),
        Op::Equal => Some(Word::bool(a == b)),
        Op::NotEqual => Some(Word::bool(a != b)),
        Op::Less => Some(Word::bool(a < b)),
        Op::LessOrEqual => Some(Word::bool(a <= b)),
        Op::Greater => Some(Word::bool(a > b)),
        Op::GreaterOrEqual => Some(Word::bool(a >= b)),
        _ => None,
    }
}

#[cold]
fn overflow(deed: &str, a: i64, sign: &str, b: i64) -> Box<Fault> {
    Fault::new(ErrorKind::Arithmetic, format!("integer overflow in {deed} {a} {sign} {b}"))
}
