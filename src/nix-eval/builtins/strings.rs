//! Strings.

use super::{Builtin, prefixed};
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::evaluator::limits::BYTES_A_UNIT;
use crate::source::Span;
use crate::strings::{Str, union};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("stringLength", 1, |e, args, _| Ok(Value::Int(e.coerced_arg(args[0])?.bytes.len() as i64))),
    prefixed("substring", 3, substring),
    prefixed("concatStringsSep", 2, concat_strings_sep),
    prefixed("replaceStrings", 3, replace_strings),
];

/// A negative length means the rest of the string.
fn substring<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let Ok(start) = usize::try_from(e.int_arg(args[0])?) else {
        return Err(Fault::new(ErrorKind::Value, "negative start position in 'substring'"));
    };
    let len = e.int_arg(args[1])?;
    let text = e.coerced_arg(args[2])?;
    let start = start.min(text.bytes.len());
    let rest = &text.bytes[start..];
    let len = usize::try_from(len).map_or(rest.len(), |len| len.min(rest.len()));
    Ok(Value::Str(e.arena.alloc(Str { bytes: &rest[..len], context: text.context })))
}

fn concat_strings_sep<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let separator = e.string_arg(args[0])?;
    let items = e.list_arg(args[1])?;
    let (mut bytes, mut context) = (Vec::new(), separator.context);
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            bytes.extend_from_slice(separator.bytes);
        }
        let item = e.force(item)?;
        let text = e.coerce(item, Coerce::Interpolation)?;
        bytes.extend_from_slice(text.bytes);
        context = union(e.arena, context, text.context);
        e.check_size(bytes.len(), span)?;
    }
    Ok(e.string_with(&bytes, context))
}

/// At each place the first pattern that fits is replaced; replacements are looked at only when used.
fn replace_strings<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let patterns = e.list_arg(args[0])?;
    let replacements = e.list_arg(args[1])?;
    if patterns.len() != replacements.len() {
        let message = "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths";
        return Err(Fault::new(ErrorKind::Value, message));
    }
    let mut from = Vec::with_capacity(patterns.len());
    for pattern in patterns.iter() {
        from.push(e.string_arg(Value::Alias(pattern))?.bytes);
    }
    let text = e.string_arg(args[2])?;
    e.charge((text.bytes.len() / BYTES_A_UNIT).saturating_mul(from.len() + 1))?;
    let (mut out, mut context, mut at) = (Vec::with_capacity(text.bytes.len()), text.context, 0);
    while at <= text.bytes.len() {
        let rest = &text.bytes[at..];
        let found = from.iter().position(|pattern| rest.starts_with(pattern));
        if let Some(index) = found {
            let replacement = e.string_arg(Value::Alias(replacements.at(index)))?;
            out.extend_from_slice(replacement.bytes);
            context = union(e.arena, context, replacement.context);
            e.check_size(out.len(), span)?;
        }
        let matched = found.map_or(0, |index| from[index].len());
        if matched == 0 {
            out.extend(rest.first());
        }
        at += matched.max(1);
    }
    Ok(e.string_with(&out, context))
}
