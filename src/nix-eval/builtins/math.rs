//! Arithmetic, bits and rounding.

use super::{Builtin, prefixed};
use crate::ast::Op;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("add", 2, |e, args, span| binary(e, Op::Add, args, span)),
    prefixed("sub", 2, |e, args, span| binary(e, Op::Sub, args, span)),
    prefixed("mul", 2, |e, args, span| binary(e, Op::Mul, args, span)),
    prefixed("div", 2, |e, args, span| binary(e, Op::Div, args, span)),
    prefixed("lessThan", 2, less_than),
    prefixed("bitAnd", 2, |e, args, _| Ok(Value::Int(e.int_arg(args[0])? & e.int_arg(args[1])?))),
    prefixed("bitOr", 2, |e, args, _| Ok(Value::Int(e.int_arg(args[0])? | e.int_arg(args[1])?))),
    prefixed("bitXor", 2, |e, args, _| Ok(Value::Int(e.int_arg(args[0])? ^ e.int_arg(args[1])?))),
    prefixed("ceil", 1, |e, args, _| round(e, args[0], f64::ceil)),
    prefixed("floor", 1, |e, args, _| round(e, args[0], f64::floor)),
];

fn binary<'a>(e: &mut Evaluator<'a>, op: Op, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let left = e.force_value(args[0])?;
    let right = e.force_value(args[1])?;
    e.arithmetic(op, left, right, [span, span])
}

fn less_than<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let left = e.force_value(args[0])?;
    let right = e.force_value(args[1])?;
    e.less(left, right).map(Value::Bool)
}

fn round<'a>(e: &mut Evaluator<'a>, value: Value<'a>, how: fn(f64) -> f64) -> Res<Value<'a>> {
    match e.force_value(value)? {
        Value::Int(n) => round_integer(n),
        Value::Float(n) => match integer(how(n)) {
            Some(rounded) => Ok(Value::Int(rounded)),
            None => {
                let shown = crate::print::float_general(n);
                Err(Fault::new(ErrorKind::Value, format!("NixFloat argument {shown} is not in the range of NixInt")))
            }
        },
        other => Err(e.type_fault("a float", other)),
    }
}

/// The integer that a whole float is.
fn integer(n: f64) -> Option<i64> {
    // 2^63 is the first float above all integers.
    (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&n).then_some(n as i64)
}

/// Refuses integers that earlier versions of Nix rounded wrongly, as Nix itself does now.
fn round_integer<'a>(n: i64) -> Res<Value<'a>> {
    let damage = match integer(n as f64) {
        Some(same) if same == n => return Ok(Value::Int(n)),
        Some(other) => {
            format!(
                "a loss of precision occurred in previous Nix versions because the NixInt argument {n} was rounded to {other}."
            )
        }
        None => format!("the NixInt argument {n} caused undefined behavior in previous Nix versions."),
    };
    let message = format!("Due to a bug (see https://github.com/NixOS/nix/issues/12899) {damage}");
    Err(Fault::new(ErrorKind::Value, message))
}
