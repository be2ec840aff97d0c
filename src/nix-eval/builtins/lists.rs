//! Lists, one element after the other.

use super::arguments::share;
use super::{Builtin, global, prefixed};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::{Items, Value};

pub(super) const TABLE: &[Builtin] = &[
    prefixed("length", 1, |e, args, _| Ok(Value::Int(e.list_arg(args[0])?.len() as i64))),
    prefixed("head", 1, head),
    prefixed("tail", 1, tail),
    prefixed("elemAt", 2, elem_at),
    prefixed("elem", 2, elem),
    prefixed("filter", 2, filter),
    prefixed("concatLists", 1, concat_lists),
    prefixed("concatMap", 2, concat_map),
    prefixed("foldl'", 3, fold),
    prefixed("any", 2, |e, args, _| quantify(e, args, Quantifier::Any)),
    prefixed("all", 2, |e, args, _| quantify(e, args, Quantifier::All)),
    prefixed("genList", 2, gen_list),
    global("map", 2, map),
];

fn head<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    match e.list_arg(args[0])?.first() {
        Some(first) => e.force(first),
        None => Err(Fault::new(ErrorKind::Value, "'builtins.head' called on an empty list")),
    }
}

fn tail<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    match e.list_arg(args[0])?.rest() {
        Some(rest) => Ok(Value::List(rest)),
        None => Err(Fault::new(ErrorKind::Value, "'builtins.tail' called on an empty list")),
    }
}

fn elem_at<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let index = e.int_arg(args[1])?;
    let items = e.list_arg(args[0])?;
    match usize::try_from(index).ok().and_then(|index| items.get(index)) {
        Some(item) => e.force(item),
        None => {
            let message = format!("'builtins.elemAt' called with index {index} on a list of size {}", items.len());
            Err(Fault::new(ErrorKind::Value, message))
        }
    }
}

fn elem<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let items = e.list_arg(args[1])?;
    if items.is_empty() {
        return Ok(Value::Bool(false));
    }
    let wanted = e.force_value(args[0])?;
    e.charge(items.len())?;
    for item in items.iter() {
        let item = e.force(item)?;
        if e.equal(wanted, item)? {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

fn filter<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let items = e.list_arg(args[1])?;
    if items.is_empty() {
        return Ok(Value::List(items));
    }
    let predicate = e.function_arg(args[0])?;
    let mut kept = Vec::with_capacity(items.len());
    for item in items.iter() {
        if e.test(predicate, &[share(item)])? {
            kept.push(item);
        }
    }
    if kept.len() == items.len() {
        return Ok(Value::List(items));
    }
    Ok(e.list(&kept))
}

fn concat_lists<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let lists = e.list_arg(args[0])?;
    let mut parts = Vec::with_capacity(lists.len());
    for list in lists.iter() {
        parts.push(e.list_arg(Value::Alias(list))?);
    }
    joined(e, &parts, span)
}

fn concat_map<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let function = e.function_arg(args[0])?;
    let items = e.list_arg(args[1])?;
    let mut parts = Vec::with_capacity(items.len());
    for item in items.iter() {
        let list = e.call_one(function, share(item), Span::NONE)?;
        parts.push(e.list_arg(list)?);
    }
    joined(e, &parts, span)
}

fn joined<'a>(e: &mut Evaluator<'a>, parts: &[Items<'a>], span: Span) -> Res<Value<'a>> {
    let mut full = parts.iter().filter(|part| !part.is_empty());
    if let (Some(only), None) = (full.next(), full.next()) {
        return Ok(Value::List(*only));
    }
    let len = parts.iter().map(|part| part.len()).sum::<usize>();
    e.check_size(len.saturating_mul(8), span)?;
    let mut items = parts.iter().flat_map(|part| part.iter());
    Ok(Value::List(e.arena.items_with(len, |_| items.next().expect("the length is the sum of all parts"))))
}

fn fold<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let function = e.function_arg(args[0])?;
    let items = e.list_arg(args[2])?;
    if items.is_empty() {
        return e.force_value(args[1]);
    }
    let mut result = e.shared(args[1]);
    for item in items.iter() {
        result = e.call_all(function, &[result, share(item)], span)?;
    }
    Ok(result)
}

/// How many elements must pass.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quantifier {
    Any,
    All,
}

fn quantify<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], quantifier: Quantifier) -> Res<Value<'a>> {
    let decisive = quantifier == Quantifier::Any;
    let predicate = e.function_arg(args[0])?;
    for item in e.list_arg(args[1])?.iter() {
        if e.test(predicate, &[share(item)])? == decisive {
            return Ok(Value::Bool(decisive));
        }
    }
    Ok(Value::Bool(!decisive))
}

fn gen_list<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let len = e.int_arg(args[1])?;
    let Ok(count) = usize::try_from(len) else {
        return Err(Fault::new(ErrorKind::Value, format!("cannot create list of size {len}")));
    };
    e.check_size(count.saturating_mul(96), span)?;
    let function = e.function_arg(args[0])?;
    Ok(Value::List(e.arena.items_with(count, |index| e.delayed_call(function, &[Value::Int(index as i64)]))))
}

fn map<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let items = e.list_arg(args[1])?;
    if items.is_empty() {
        return Ok(Value::List(items));
    }
    let function = e.function_arg(args[0])?;
    Ok(Value::List(e.arena.items_with(items.len(), |index| e.delayed_call(function, &[share(items.at(index))]))))
}
