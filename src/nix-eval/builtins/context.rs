//! What strings depend on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Builtin, global, prefixed};
use crate::attrs::{Attr, Attrs, Builder};
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::strings::{Context, ContextElement, Str, from_set};
use crate::symbols::{ALL_OUTPUTS, OUTPUTS, PATH};
use crate::value::Value;

pub(super) const TABLE: &[Builtin] = &[
    prefixed("hasContext", 1, |e, args, _| Ok(Value::Bool(e.string_arg(args[0])?.context.is_some()))),
    prefixed("getContext", 1, context_of),
    prefixed("appendContext", 2, append_context),
    prefixed("unsafeDiscardStringContext", 1, discard_context),
    prefixed("unsafeDiscardOutputDependency", 1, discard_output_dependency),
    prefixed("addDrvOutputDependencies", 1, add_output_dependencies),
    global("placeholder", 1, placeholder),
];

fn discard_context<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let value = e.force_value(args[0])?;
    let text = e.coerce(value, Coerce::Plain)?;
    Ok(with_context(e, text, None))
}

fn with_context<'a>(e: &mut Evaluator<'a>, text: &Str<'a>, context: Option<Context<'a>>) -> Value<'a> {
    Value::Str(e.arena.alloc(Str { bytes: text.bytes, context }))
}

/// A derivation with everything it is made of becomes the plain derivation file.
fn discard_output_dependency<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.coerced_arg(args[0])?;
    let plain = text.context.unwrap_or_default().iter().map(|element| match element {
        ContextElement::DrvDeep(path) => ContextElement::Opaque(path),
        other => *other,
    });
    let context = from_set(e.arena, plain.collect());
    Ok(with_context(e, text, context))
}

fn add_output_dependencies<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.coerced_arg(args[0])?;
    let elements = text.context.unwrap_or_default();
    let shown = String::from_utf8_lossy(text.bytes);
    let [element] = elements else {
        let message = format!("context of string '{shown}' must have exactly one element, but has {}", elements.len());
        return Err(Fault::new(ErrorKind::Value, message));
    };
    let deep = match element {
        ContextElement::Opaque(path) if path.ends_with(b".drv") => ContextElement::DrvDeep(path),
        ContextElement::Opaque(path) => {
            let message = format!("path '{}' is not a derivation", String::from_utf8_lossy(path));
            return Err(Fault::new(ErrorKind::Value, message));
        }
        ContextElement::Built { output, .. } => {
            let message = format!(
                "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '{}'",
                String::from_utf8_lossy(output)
            );
            return Err(Fault::new(ErrorKind::Value, message));
        }
        deep => *deep,
    };
    let context = from_set(e.arena, BTreeSet::from([deep]));
    Ok(with_context(e, text, context))
}

/// What is known of one store path in a context.
#[derive(Default)]
struct Facts<'a> {
    path: bool,
    all_outputs: bool,
    outputs: Vec<&'a [u8]>,
}

fn context_of<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.string_arg(args[0])?;
    let mut paths: BTreeMap<&[u8], Facts<'a>> = BTreeMap::new();
    for element in text.context.unwrap_or_default() {
        match element {
            ContextElement::Opaque(path) => paths.entry(path).or_default().path = true,
            ContextElement::DrvDeep(path) => paths.entry(path).or_default().all_outputs = true,
            ContextElement::Built { drv, output } => paths.entry(drv).or_default().outputs.push(output),
        }
    }
    let mut entries = Vec::new();
    for (path, facts) in paths {
        let mut set = Builder::new(e.arena);
        if facts.path {
            set.push(PATH, Value::Bool(true));
        }
        if facts.all_outputs {
            set.push(ALL_OUTPUTS, Value::Bool(true));
        }
        if !facts.outputs.is_empty() {
            let outputs: Vec<_> = facts.outputs.iter().map(|name| e.arena.cell(e.string(name))).collect();
            set.push(OUTPUTS, e.list(&outputs));
        }
        let name = e.symbols.intern(e.arena, path);
        entries.push(Attr { name, position: 0, value: e.arena.cell(set.finish()) });
    }
    Ok(Value::Attrs(Attrs::from_unsorted(e.arena, entries)))
}

fn append_context<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let text = e.string_arg(args[0])?;
    let mut elements: BTreeSet<_> = text.context.unwrap_or_default().iter().copied().collect();
    for attr in e.attrs_arg(args[1])?.entries(e.arena).iter() {
        let path = e.symbols.bytes(attr.name);
        if e.store.dir.parse(path).is_err() {
            let message = format!("context key '{}' is not a store path", e.name_text(attr.name));
            return Err(Fault::new(ErrorKind::Value, message).at(Span::at(attr.position)));
        }
        let need_derivation = |e: &Evaluator<'a>, what: &str| match path.ends_with(b".drv") {
            true => Ok(path),
            false => {
                let key = e.name_text(attr.name);
                let message = format!("tried to add {what} context of {key}, which is not a derivation, to a string");
                Err(Fault::new(ErrorKind::Value, message).at(Span::at(attr.position)))
            }
        };
        let facts = e.attrs_arg(Value::Alias(attr.value))?;
        if let Some(flag) = facts.value(PATH)
            && e.bool_arg(Value::Alias(flag))?
        {
            elements.insert(ContextElement::Opaque(path));
        }
        if let Some(flag) = facts.value(ALL_OUTPUTS)
            && e.bool_arg(Value::Alias(flag))?
        {
            elements.insert(ContextElement::DrvDeep(need_derivation(e, "all-outputs")?));
        }
        if let Some(outputs) = facts.value(OUTPUTS) {
            let outputs = e.list_arg(Value::Alias(outputs))?;
            for output in outputs.iter() {
                let output = e.plain_arg(Value::Alias(output))?;
                elements.insert(ContextElement::Built { drv: need_derivation(e, "derivation output")?, output });
            }
        }
    }
    let context = from_set(e.arena, elements);
    Ok(with_context(e, text, context))
}

/// Stands for an output's path until it is known.
fn placeholder<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let output = e.plain_arg(args[0])?;
    let digest = crate::hash::Algorithm::Sha256.digest(&[b"nix-output:", output].concat());
    Ok(e.string(format!("/{}", crate::hash::nix32(&digest)).as_bytes()))
}
