//! Builtins on attribute sets that look at names.

use super::{Builtin, global, prefixed};
use crate::attrs::{Attr, Attrs};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{NAME, Symbol, VALUE};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("attrNames", 1, attr_names),
    prefixed("attrValues", 1, attr_values),
    prefixed("getAttr", 2, get_attr),
    prefixed("hasAttr", 2, has_attr),
    prefixed("unsafeGetAttrPos", 2, unsafe_get_attr_pos),
    prefixed("listToAttrs", 1, list_to_attrs),
    prefixed("intersectAttrs", 2, intersect_attrs),
    prefixed("catAttrs", 2, cat_attrs),
    global("removeAttrs", 2, remove_attrs),
];

/// For calls that are delayed.
pub(super) static GET_ATTR: Builtin = prefixed("getAttr", 2, get_attr);

fn attr_names<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let entries = e.attrs_arg(args[0])?.by_name(e.arena, &e.symbols);
    let name = |index: usize| e.arena.cell(Value::Str(e.symbols.string(entries[index].name)));
    Ok(Value::List(e.arena.items_with(entries.len(), name)))
}

fn attr_values<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let entries = e.attrs_arg(args[0])?.by_name(e.arena, &e.symbols);
    Ok(Value::List(e.arena.items_with(entries.len(), |index| entries[index].value)))
}

fn get_attr<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.name_arg(args[0])?;
    let set = e.attrs_arg(args[1])?;
    let value = e.required(set, name)?;
    e.force(value)
}

fn has_attr<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.plain_arg(args[0])?;
    let set = e.attrs_arg(args[1])?;
    Ok(Value::Bool(e.symbols.known(name).is_some_and(|name| set.find(name).is_some())))
}

fn unsafe_get_attr_pos<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.plain_arg(args[0])?;
    let set = e.attrs_arg(args[1])?;
    let attr = e.symbols.known(name).and_then(|name| set.find(name));
    Ok(attr.map_or(Value::Null, |attr| e.position_value(attr.position)))
}

/// Of equal names the first one counts.
fn list_to_attrs<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let items = e.list_arg(args[0])?;
    let mut entries = Vec::with_capacity(items.len());
    for item in items.iter() {
        let set = e.attrs_arg(Value::Alias(item))?;
        let name = e.required(set, NAME)?;
        let name = e.name_arg(Value::Alias(name))?;
        let value = set.find(VALUE);
        let Some(value) = value else { return Err(e.missing_attribute(set, VALUE, Span::NONE)) };
        entries.push(Attr { name, ..value });
    }
    Ok(Value::Attrs(Attrs::from_unsorted(e.arena, entries)))
}

/// The attributes of the second set that the first one has too.
fn intersect_attrs<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let left = e.attrs_arg(args[0])?;
    let right = e.attrs_arg(args[1])?;
    let common: Vec<_> = if left.len() < right.len() {
        left.entries(e.arena).iter().filter_map(|attr| right.find(attr.name)).collect()
    } else {
        right.entries(e.arena).iter().filter(|attr| left.find(attr.name).is_some()).collect()
    };
    Ok(Value::Attrs(Attrs::from_sorted(e.arena, &common)))
}

fn cat_attrs<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.name_arg(args[0])?;
    let items = e.list_arg(args[1])?;
    let mut found = Vec::new();
    for item in items.iter() {
        found.extend(e.attrs_arg(Value::Alias(item))?.value(name));
    }
    Ok(e.list(&found))
}

fn remove_attrs<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let set = e.attrs_arg(args[0])?;
    let items = e.list_arg(args[1])?;
    let mut names: Vec<Symbol> = Vec::with_capacity(items.len());
    for item in items.iter() {
        let name = e.plain_arg(Value::Alias(item))?;
        names.extend(e.symbols.known(name).filter(|name| set.find(*name).is_some()));
    }
    if names.is_empty() {
        return Ok(Value::Attrs(set));
    }
    names.sort_unstable();
    let entries = set.entries(e.arena).iter().filter(|attr| names.binary_search(&attr.name).is_err());
    let kept: Vec<_> = entries.collect();
    Ok(Value::Attrs(Attrs::from_sorted(e.arena, &kept)))
}
