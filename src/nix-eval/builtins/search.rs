//! Regular expressions: `match` and `split`.

use super::{Builtin, prefixed};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::regex::{Groups, Pattern};
use crate::source::Span;
use crate::value::{Ref, Value};

pub(super) const TABLE: &[Builtin] = &[prefixed("match", 2, match_), prefixed("split", 2, split)];

/// How many steps of a match take as long as a call.
const STEPS_A_UNIT: usize = 16;

fn match_<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let pattern = pattern(e, args[0])?;
    let text = e.string_arg(args[1])?.bytes;
    let (groups, steps) = pattern.match_whole(text)?;
    e.charge(steps / STEPS_A_UNIT)?;
    Ok(match groups {
        Some(groups) => groups_value(e, text, &groups),
        None => Value::Null,
    })
}

/// The text between matches alternates with the groups of each match.
fn split<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let pattern = pattern(e, args[0])?;
    let text = e.string_arg(args[1])?;
    let mut items: Vec<Ref<'a>> = Vec::new();
    let mut done = 0;
    let (matches, steps) = pattern.matches(text.bytes)?;
    e.charge(steps / STEPS_A_UNIT)?;
    for (found, groups) in matches {
        let between = e.string(&text.bytes[done..found.start]);
        items.push(e.arena.cell(between));
        let groups = groups_value(e, text.bytes, &groups);
        items.push(e.arena.cell(groups));
        done = found.end;
    }
    if items.is_empty() {
        items.push(e.arena.cell(Value::Str(text)));
    } else {
        let rest = e.string(&text.bytes[done..]);
        items.push(e.arena.cell(rest));
    }
    Ok(e.list(&items))
}

fn pattern<'a>(e: &mut Evaluator<'a>, value: Value<'a>) -> Res<Pattern> {
    let source = e.plain_arg(value)?;
    if let Some(pattern) = e.regexes.get(source) {
        return Ok(pattern.clone());
    }
    let pattern = Pattern::new(source)?;
    e.regexes.insert(source.to_vec(), pattern.clone());
    Ok(pattern)
}

fn groups_value<'a>(e: &mut Evaluator<'a>, text: &[u8], groups: &Groups) -> Value<'a> {
    let mut cells = Vec::with_capacity(groups.len());
    for group in groups {
        let value = match group {
            Some(range) => e.string(&text[range.clone()]),
            None => Value::Null,
        };
        cells.push(e.arena.cell(value));
    }
    e.list(&cells)
}
