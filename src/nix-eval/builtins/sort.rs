//! `sort`: stable, and safe with comparisons that contradict themselves.

use super::arguments::share;
use super::{Builtin, prefixed};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::{Ref, Value};

pub(super) const TABLE: &[Builtin] = &[prefixed("sort", 2, sort)];

fn sort<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let items = e.list_arg(args[1])?;
    if items.is_empty() {
        return Ok(Value::List(items));
    }
    let function = e.function_arg(args[0])?;
    for item in items.iter() {
        e.force(item)?;
    }
    let mut sorted = items.iter().collect::<Vec<_>>();
    merge_sort(e, &mut sorted, function)?;
    Ok(e.list(&sorted))
}

fn merge_sort<'a>(e: &mut Evaluator<'a>, items: &mut [Ref<'a>], function: Value<'a>) -> Res<()> {
    if items.len() < 2 {
        return Ok(());
    }
    let middle = items.len() / 2;
    merge_sort(e, &mut items[..middle], function)?;
    merge_sort(e, &mut items[middle..], function)?;
    if !comes_before(e, items[middle], items[middle - 1], function)? {
        return Ok(());
    }
    let left = items[..middle].to_vec();
    let (mut i, mut j, mut out) = (0, middle, 0);
    while i < left.len() {
        if j < items.len() && comes_before(e, items[j], left[i], function)? {
            items[out] = items[j];
            j += 1;
        } else {
            items[out] = left[i];
            i += 1;
        }
        out += 1;
    }
    Ok(())
}

fn comes_before<'a>(e: &mut Evaluator<'a>, a: Ref<'a>, b: Ref<'a>, function: Value<'a>) -> Res<bool> {
    match function {
        Value::Builtin(builtin) if builtin.name == "lessThan" => {
            e.charge(1)?;
            let (a, b) = (e.force(a)?, e.force(b)?);
            e.less(a, b)
        }
        _ => e.test(function, &[share(a), share(b)]),
    }
}
