//! Package names and versions.

use super::{Builtin, prefixed};
use crate::attrs::Builder;
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::evaluator::limits::BYTES_A_UNIT;
use crate::source::Span;
use crate::symbols::{NAME, VERSION};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("parseDrvName", 1, parse_drv_name),
    prefixed("compareVersions", 2, compare_versions),
    prefixed("splitVersion", 1, split_version),
];

/// The version begins after the first dash that no letter follows.
fn parse_drv_name<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.plain_arg(args[0])?;
    let dash = text.windows(2).position(|pair| pair[0] == b'-' && !pair[1].is_ascii_alphabetic());
    let (name, version) = match dash {
        Some(dash) => (&text[..dash], &text[dash + 1..]),
        None => (text, &text[..0]),
    };
    let (name, version) = (e.string(name), e.string(version));
    Ok(Builder::new(e.arena).with(NAME, name).with(VERSION, version).finish())
}

fn compare_versions<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let (mut a, mut b) = (e.plain_arg(args[0])?, e.plain_arg(args[1])?);
    e.charge((a.len() + b.len()) / BYTES_A_UNIT)?;
    while !a.is_empty() || !b.is_empty() {
        let (x, y) = (next_component(&mut a), next_component(&mut b));
        if component_less(x, y) {
            return Ok(Value::Int(-1));
        }
        if component_less(y, x) {
            return Ok(Value::Int(1));
        }
    }
    Ok(Value::Int(0))
}

fn split_version<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let mut text = e.plain_arg(args[0])?;
    let mut components = Vec::new();
    loop {
        let component = next_component(&mut text);
        if component.is_empty() {
            return Ok(e.list(&components));
        }
        components.push(e.arena.cell(e.string(component)));
    }
}

/// Takes the next run of digits or of other characters; dots and dashes separate.
fn next_component<'t>(text: &mut &'t [u8]) -> &'t [u8] {
    let separators = text.iter().take_while(|c| matches!(c, b'.' | b'-')).count();
    let rest = &text[separators..];
    let Some(first) = rest.first() else {
        *text = rest;
        return rest;
    };
    let is_number = first.is_ascii_digit();
    let belongs = |c: &&u8| !matches!(c, b'.' | b'-') && c.is_ascii_digit() == is_number;
    let (component, rest) = rest.split_at(rest.iter().take_while(belongs).count());
    *text = rest;
    component
}

fn component_less(a: &[u8], b: &[u8]) -> bool {
    match (number(a), number(b)) {
        (Some(x), Some(y)) => return x < y,
        (None, Some(_)) if a.is_empty() => return true,
        _ => {}
    }
    if a == b"pre" && b != b"pre" {
        return true;
    }
    if b == b"pre" {
        return false;
    }
    match (number(a), number(b)) {
        (None, Some(_)) => true,
        (Some(_), None) => false,
        _ => a < b,
    }
}

/// The number that a component is; to Nix, what does not fit 32 bits is text.
fn number(component: &[u8]) -> Option<i32> {
    std::str::from_utf8(component).ok()?.parse().ok()
}
