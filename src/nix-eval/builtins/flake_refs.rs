//! References of flakes: from text to attributes and back.

use serde_json::{Map, json};

use super::arguments::share;
use super::{Builtin, prefixed};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::flake::reference;
use crate::source::Span;
use crate::value::Value;

pub(super) const TABLE: &[Builtin] =
    &[prefixed("parseFlakeRef", 1, parse_flake_ref), prefixed("flakeRefToString", 1, flake_ref_to_string)];

fn parse_flake_ref<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = String::from_utf8_lossy(e.string_arg(args[0])?.bytes).into_owned();
    let attributes = reference::exact::parse(&text).map_err(|refused| Fault::new(ErrorKind::Value, refused))?;
    Ok(e.of_json(&attributes.into()))
}

fn flake_ref_to_string<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let set = e.attrs_arg(args[0])?;
    let mut attributes = Map::new();
    for attr in set.by_name(e.arena, &e.symbols) {
        let name = e.symbols.text(attr.name).into_owned();
        let value = match e.force_value(share(attr.value))? {
            Value::Str(text) => json!(String::from_utf8_lossy(text.bytes)),
            Value::Bool(switch) => json!(switch),
            Value::Int(number) if number < 0 => {
                let message = format!("negative value given for flake ref attr {name}: {number}");
                return Err(Fault::new(ErrorKind::Value, message).at(Span::at(attr.position)));
            }
            Value::Int(number) => json!(number),
            other => {
                let message = format!(
                    "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute \
                     '{name}' is {}",
                    other.described()
                );
                return Err(Fault::new(ErrorKind::Type, message).at(Span::at(attr.position)));
            }
        };
        attributes.insert(name, value);
    }
    let text = reference::exact::written(&attributes).map_err(|refused| Fault::new(ErrorKind::Value, refused))?;
    Ok(e.string(text.as_bytes()))
}
