//! `derivation` and `derivationStrict`.

mod attributes;
mod imported;
mod outputs;

use std::collections::BTreeSet;
use std::rc::Rc;

use super::arguments::share;
use super::{Builtin, global};
use crate::attrs::{Attrs, Builder};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::store::path::check_name;
use crate::store::{Derivation, Known, StorePath, bad_path};
use crate::strings::ContextElement;
use crate::symbols::{ALL, DRV_ATTRS, DRV_PATH, NAME, OUT_PATH, OUTPUT_NAME, OUTPUTS, Symbol, TYPE};
use crate::value::{Ref, Value};
use attributes::Draft;
pub(super) use outputs::hash_or_empty;

pub(super) const TABLE: &[Builtin] =
    &[global("derivation", 1, derivation), global("derivationStrict", 1, derivation_strict)];

static STRICT: Builtin = global("derivationStrict", 1, derivation_strict);

/// The set of the first output: everything that was given, each output as a set like this one, and the paths, which
/// are computed only when somebody asks.
fn derivation<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let given = e.attrs_arg(args[0])?;
    let names = output_names(e, given)?;
    let strict = e.arena.cell(Value::Apply(e.arena.application(Value::Builtin(&STRICT), &[Value::Attrs(given)])));
    let cells: Vec<Ref<'a>> = names.iter().map(|_| e.arena.cell(Value::Null)).collect();
    let mut common = Builder::new(e.arena);
    // Of equal names the first one counts.
    common.push(ALL, e.list(&cells));
    common.push(DRV_ATTRS, Value::Attrs(given));
    for (name, cell) in names.iter().zip(&cells) {
        common.push(*name, Value::Alias(cell));
    }
    let Value::Attrs(common) = common.finish() else { unreachable!("a builder makes a set") };
    let common = given.update(e.arena, common);
    let kind = e.string(b"derivation");
    for (name, cell) in names.iter().zip(&cells) {
        let own = Builder::new(e.arena)
            .with(OUT_PATH, e.attribute_later(strict, *name))
            .with(DRV_PATH, e.attribute_later(strict, DRV_PATH))
            .with(TYPE, kind)
            .with(OUTPUT_NAME, Value::Str(e.symbols.string(*name)));
        let Value::Attrs(own) = own.finish() else { unreachable!("a builder makes a set") };
        cell.put(e.arena.word(Value::Attrs(common.update(e.arena, own))));
    }
    match cells.first() {
        Some(first) => Ok(first.get()),
        None => Err(Fault::new(ErrorKind::Value, "'builtins.head' called on an empty list")),
    }
}

fn output_names<'a>(e: &mut Evaluator<'a>, given: &'a Attrs<'a>) -> Res<Vec<Symbol>> {
    let Some(outputs) = given.value(OUTPUTS) else {
        return Ok(vec![e.symbols.intern(e.arena, b"out")]);
    };
    let outputs = e.list_arg(share(outputs))?;
    outputs.iter().map(|name| e.name_arg(share(name))).collect()
}

/// Makes the derivation: the set of its path and those of its outputs.
fn derivation_strict<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], _: Span) -> Res<Value<'a>> {
    let given = e.attrs_arg(args[0])?;
    let Some(name) = given.find(NAME) else { return Err(e.missing_attribute(given, NAME, Span::NONE)) };
    let in_name = |fault: Box<Fault>| {
        fault.frame(Span::at(name.position), || "while evaluating the derivation attribute 'name'".to_owned())
    };
    let text = e.plain_arg(share(name.value)).map_err(in_name)?;
    let made = make(e, given, text);
    made.map_err(|fault| {
        let text = String::from_utf8_lossy(text);
        fault.frame(Span::at(name.position), || format!("while evaluating derivation '{text}'"))
    })
}

fn make<'a>(e: &mut Evaluator<'a>, given: &'a Attrs<'a>, name: &'a [u8]) -> Res<Value<'a>> {
    let name = check_name(name).map_err(|bad| {
        let message = format!("invalid derivation name: {bad}. Please pass a different 'name'.");
        Fault::new(ErrorKind::Value, message)
    })?;
    let mut draft = Draft::new(e, given, name)?;
    for attr in given.by_name(e.arena, &e.symbols) {
        draft.attribute(e, attr).map_err(|fault| {
            let key = e.symbols.text(attr.name);
            fault
                .frame(Span::at(attr.position), || format!("while evaluating attribute '{key}' of derivation '{name}'"))
        })?;
    }
    let (drv, hashes) = draft.finish(e)?;
    let file = drv.file(&e.store.dir);
    let known = drv.known(drv.modulo(&e.store.dir, &hashes));
    let path = e.add_text(&format!("{name}.drv"), &file, drv.references())?;
    let value = paths_value(e, &path, &known);
    e.store.derivations.insert(path, Rc::new(known));
    Ok(value)
}

fn paths_value<'a>(e: &mut Evaluator<'a>, path: &StorePath, known: &Known) -> Value<'a> {
    let drv = e.arena.slice(e.store.dir.print(path).as_bytes());
    let mut set = Builder::new(e.arena);
    // An output may not be called `drvPath`.
    set.push(DRV_PATH, e.string_with(drv, Some(e.arena.slice(&[ContextElement::DrvDeep(drv)]))));
    for (output, found) in &known.outputs {
        let context = ContextElement::Built { drv, output: e.arena.slice(output.as_bytes()) };
        let bytes = found.as_ref().map(|found| e.store.dir.print(found)).unwrap_or_default();
        let text = e.string_with(bytes.as_bytes(), Some(e.arena.slice(&[context])));
        let symbol = e.symbols.intern(e.arena, output.as_bytes());
        set.push(symbol, text);
    }
    set.finish()
}

impl<'a> Evaluator<'a> {
    /// Selects an attribute of a set when somebody asks.
    fn attribute_later(&mut self, set: Ref<'a>, name: Symbol) -> Value<'a> {
        let name = Value::Str(self.symbols.string(name));
        let function = Value::Builtin(&super::attrs::GET_ATTR);
        Value::Apply(self.arena.application(function, &[name, Value::Alias(set)]))
    }

    /// Adds what the strings of a derivation depend on.
    fn add_inputs(&mut self, drv: &mut Derivation, context: &BTreeSet<ContextElement<'a>>) -> Res<()> {
        for element in context {
            match *element {
                ContextElement::Opaque(path) => {
                    drv.input_srcs.insert(self.store.dir.parse(path).map_err(bad_path)?);
                }
                ContextElement::Built { drv: input, output } => {
                    let input = self.store.dir.parse(input).map_err(bad_path)?;
                    drv.input_drvs.entry(input).or_default().insert(String::from_utf8_lossy(output).into_owned());
                }
                ContextElement::DrvDeep(path) => {
                    let path = self.store.dir.parse(path).map_err(bad_path)?;
                    for path in self.closure(&path)? {
                        if path.is_derivation() {
                            let known = self.known_derivation(&path)?;
                            drv.input_drvs.entry(path.clone()).or_default().extend(known.outputs.keys().cloned());
                        }
                        drv.input_srcs.insert(path);
                    }
                }
            }
        }
        Ok(())
    }
}
