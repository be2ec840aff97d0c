//! Failing, catching, sequencing and tracing.

use std::collections::HashSet;

use super::{Builtin, global, prefixed};
use crate::attrs::Builder;
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::settings::Purity;
use crate::source::Span;
use crate::symbols::{SUCCESS, VALUE};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    global("abort", 1, abort),
    global("throw", 1, throw),
    global("break", 1, identity),
    prefixed("tryEval", 1, try_eval),
    prefixed("seq", 2, seq),
    prefixed("deepSeq", 2, deep_seq),
    prefixed("trace", 2, trace),
    prefixed("traceVerbose", 2, trace_verbose),
    prefixed("warn", 2, warn),
    prefixed("addErrorContext", 2, add_error_context),
    prefixed("getEnv", 1, get_env),
];

fn abort<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.coerced_arg(args[0])?;
    let text = String::from_utf8_lossy(text.bytes);
    let message = format!("evaluation aborted with the following error message: '{text}'");
    Err(Fault::new(ErrorKind::Abort, message))
}

fn throw<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.coerced_arg(args[0])?;
    Err(Fault::new(ErrorKind::Throw, String::from_utf8_lossy(text.bytes)))
}

fn identity<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    e.force_value(args[0])
}

fn try_eval<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let depth = e.depth;
    let (success, value) = match e.force_value(args[0]) {
        Ok(value) => (true, value),
        Err(fault) if fault.is_catchable() => (false, Value::Bool(false)),
        Err(fault) => return Err(fault),
    };
    e.depth = depth;
    Ok(Builder::new(e.arena).with(SUCCESS, Value::Bool(success)).with(VALUE, value).finish())
}

fn seq<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    e.force_value(args[0])?;
    e.force_value(args[1])
}

fn deep_seq<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    e.force_deep(value)?;
    e.force_value(args[1])
}

fn trace<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = match e.force_value(args[0])? {
        Value::Str(text) => String::from_utf8_lossy(text.bytes).into_owned(),
        value => e.brief(value),
    };
    (e.settings.trace)(&format!("trace: {text}"));
    e.force_value(args[1])
}

fn trace_verbose<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    e.force_value(args[1])
}

fn warn<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.string_arg(args[0])?;
    (e.settings.trace)(&format!("evaluation warning: {}", String::from_utf8_lossy(text.bytes)));
    e.force_value(args[1])
}

fn add_error_context<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    match e.force_value(args[1]) {
        Ok(value) => Ok(value),
        Err(fault) => {
            let text = e.force_value(args[0])?;
            let text = e.coerce(text, Coerce::Plain)?;
            Err(fault.context(span, || String::from_utf8_lossy(text.bytes).into_owned()))
        }
    }
}

fn get_env<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let name = e.plain_arg(args[0])?;
    let found = match (e.settings.purity, std::str::from_utf8(name)) {
        (Purity::Impure, Ok(name)) => e.settings.env.get(name).cloned(),
        _ => None,
    };
    Ok(e.string(found.unwrap_or_default().as_bytes()))
}

impl<'a> Evaluator<'a> {
    /// Computes everything inside a computed value.
    pub(crate) fn force_deep(&mut self, value: Value<'a>) -> Res<()> {
        self.force_inside(value, &mut HashSet::new())
    }

    fn force_inside(&mut self, value: Value<'a>, seen: &mut HashSet<usize>) -> Res<()> {
        match value {
            Value::Attrs(set) if seen.insert(std::ptr::from_ref(set).addr()) => {
                for attr in set.entries(self.arena).iter() {
                    let inner = self.force(attr.value);
                    let done = inner.and_then(|value| self.deeper(|this| this.force_inside(value, seen)));
                    done.map_err(|fault| {
                        fault.frame(Span::at(attr.position), || {
                            format!("while evaluating the attribute '{}'", self.symbols.text(attr.name))
                        })
                    })?;
                }
                Ok(())
            }
            Value::List(items) if seen.insert(items.address()) => {
                for (index, item) in items.iter().enumerate() {
                    let inner = self.force(item);
                    let done = inner.and_then(|value| self.deeper(|this| this.force_inside(value, seen)));
                    done.map_err(|fault| {
                        fault.frame(Span::NONE, || format!("while evaluating list element at index {index}"))
                    })?;
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }
}
