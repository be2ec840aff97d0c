//! Lists taken apart by what a function says of their elements.

use rustc_hash::FxHashMap;

use super::arguments::share;
use super::{Builtin, prefixed};
use crate::attrs::{Attr, Attrs, Builder};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{RIGHT, Symbol, WRONG};
use crate::value::{Ref, Value};

pub(super) const TABLE: &[Builtin] = &[prefixed("partition", 2, partition), prefixed("groupBy", 2, group_by)];

fn partition<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let predicate = e.function_arg(args[0])?;
    let (mut right, mut wrong) = (Vec::new(), Vec::new());
    for item in e.list_arg(args[1])?.iter() {
        e.force(item)?;
        let side = if e.test(predicate, &[share(item)])? { &mut right } else { &mut wrong };
        side.push(item);
    }
    let (right, wrong) = (e.list(&right), e.list(&wrong));
    Ok(Builder::new(e.arena).with(RIGHT, right).with(WRONG, wrong).finish())
}

fn group_by<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let function = e.function_arg(args[0])?;
    let mut groups: FxHashMap<Symbol, Vec<Ref<'a>>> = FxHashMap::default();
    for item in e.list_arg(args[1])?.iter() {
        let name = e.call_one(function, share(item), span)?;
        let name = e.name_arg(name)?;
        groups.entry(name).or_default().push(item);
    }
    let mut entries = Vec::with_capacity(groups.len());
    for (name, items) in groups {
        entries.push(Attr { name, position: 0, value: e.arena.cell(e.list(&items)) });
    }
    Ok(Value::Attrs(Attrs::from_unsorted(e.arena, entries)))
}
