//! `toString`, JSON, TOML and XML.

use super::{Builtin, global, prefixed};
use crate::coerce::Coerce;
use crate::error::fault::Res;
use crate::evaluator::{Evaluator, Extent};
use crate::source::Span;
use crate::value::Value;
use crate::xml::{Positions, Style};

pub(super) const TABLE: &[Builtin] = &[
    global("toString", 1, to_string),
    prefixed("toJSON", 1, to_json),
    prefixed("fromJSON", 1, from_json),
    global("fromTOML", 1, from_toml),
    prefixed("toXML", 1, to_xml),
];

fn to_string<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    e.coerce(value, Coerce::Anything).map(Value::Str)
}

fn to_json<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    e.json_text(value)
}

fn from_json<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.plain_arg(args[0])?;
    e.parse_json(text)
}

fn from_toml<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.plain_arg(args[0])?;
    e.parse_toml(text)
}

fn to_xml<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    e.force_deep(value)?;
    e.xml_text(value, Style { extent: Extent::Whole, positions: Positions::Omitted })
}
