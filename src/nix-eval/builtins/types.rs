//! Asking for types.

use super::{Builtin, global, prefixed};
use crate::attrs::{Attr, Attrs, Builder};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::OUTPUTS;
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("typeOf", 1, type_of),
    global("isNull", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Null))),
    prefixed("isFunction", 1, |e, args, _| is(e, args[0], |value| value.is_function())),
    prefixed("isInt", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Int(_)))),
    prefixed("isFloat", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Float(_)))),
    prefixed("isString", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Str(_)))),
    prefixed("isBool", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Bool(_)))),
    prefixed("isPath", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Path(_)))),
    prefixed("isAttrs", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::Attrs(_)))),
    prefixed("isList", 1, |e, args, _| is(e, args[0], |value| matches!(value, Value::List(_)))),
    prefixed("functionArgs", 1, function_args),
];

fn is<'a>(e: &mut Evaluator<'a>, value: Value<'a>, check: fn(Value<'a>) -> bool) -> Res<Value<'a>> {
    Ok(Value::Bool(check(e.force_value(value)?)))
}

fn type_of<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.force_value(args[0])?.type_of();
    Ok(e.string(name.as_bytes()))
}

/// Which arguments a function names, and whether they have defaults.
fn function_args<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let formals = match e.force_value(args[0])? {
        // In Nix it is a function written in Nix.
        Value::Builtin(builtin) if builtin.name == "derivation" => {
            return Ok(Builder::new(e.arena).with(OUTPUTS, Value::Bool(true)).finish());
        }
        Value::Lambda(id, _) => e.lambdas[id.0 as usize].formals.map_or(&[][..], |formals| formals.all),
        Value::Builtin(_) | Value::Partial(_) => &[],
        _ => return Err(Fault::new(ErrorKind::Type, "'functionArgs' requires a function")),
    };
    let attrs = formals.iter().map(|formal| {
        let value = e.arena.cell(Value::Bool(formal.default.is_some()));
        Attr { name: formal.name, position: formal.position, value }
    });
    Ok(Value::Attrs(Attrs::from_sorted(e.arena, &attrs.collect::<Vec<_>>())))
}
