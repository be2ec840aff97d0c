//! Builtins on attribute sets that call functions, later.

use rustc_hash::FxHashMap;

use super::arguments::share;
use super::{Builtin, prefixed};
use crate::attrs::{Attr, Attrs, Entries};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::Symbol;
use crate::value::{Ref, Value};

pub(super) const TABLE: &[Builtin] = &[prefixed("mapAttrs", 2, map_attrs), prefixed("zipAttrsWith", 2, zip_attrs_with)];

fn map_attrs<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let set = e.attrs_arg(args[1])?;
    let function = e.shared(args[0]);
    let entries = set.entries(e.arena);
    let values = e.arena.items_with(entries.len(), |index| {
        let attr = entries.at(index);
        e.delayed_call(function, &[Value::Str(e.symbols.string(attr.name)), share(attr.value)])
    });
    // Like Nix, the result forgets where the attributes were defined.
    Ok(Value::Attrs(e.arena.set(Entries { names: entries.names, positions: &[], values })))
}

/// Gathers the values of each name over all sets and calls the function with name and values.
fn zip_attrs_with<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let function = e.function_arg(args[0])?;
    let sets = e.list_arg(args[1])?;
    let mut gathered: FxHashMap<Symbol, Vec<Ref<'a>>> = FxHashMap::default();
    for set in sets.iter() {
        for attr in e.attrs_arg(Value::Alias(set))?.entries(e.arena).iter() {
            gathered.entry(attr.name).or_default().push(attr.value);
        }
    }
    let mut entries = Vec::with_capacity(gathered.len());
    for (name, values) in gathered {
        let value = e.delayed_call(function, &[Value::Str(e.symbols.string(name)), e.list(&values)]);
        entries.push(Attr { name, position: 0, value });
    }
    Ok(Value::Attrs(Attrs::from_unsorted(e.arena, entries)))
}
