//! From a file's value to the value that a caller asked for: `--attr a.b.0`, calling functions met on the way.

use std::path::Path;

use super::{Evaluated, Evaluator};
use crate::arena::Env;
use crate::ast::Extra;
use crate::attrs::{Attr, Attrs};
use crate::error::fault::{Fault, Res};
use crate::error::{ErrorKind, EvalError};
use crate::source::Span;
use crate::symbols::{FUNCTOR, Symbol};
use crate::value::Value;

/// What functions that stand in a caller's way are called with: `--arg` and `--argstr`.
#[derive(Default)]
pub struct Arguments<'a> {
    named: Vec<(Symbol, Value<'a>)>,
}

impl Arguments<'_> {
    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.named.is_empty()
    }
}

impl<'a> Evaluator<'a> {
    /// Adds an argument that is an expression; it is evaluated when a function needs it.
    ///
    /// # Errors
    /// When the expression cannot be parsed.
    pub fn add_argument(
        &mut self,
        arguments: &mut Arguments<'a>,
        name: &str,
        expression: &str,
        base: &Path,
    ) -> Result<(), EvalError> {
        let value = self.delayed_text(expression, base);
        let value = self.finish(value)?;
        self.put_argument(arguments, name, value);
        Ok(())
    }

    /// Adds an argument that is a string.
    pub fn add_text_argument(&mut self, arguments: &mut Arguments<'a>, name: &str, text: &str) {
        let value = self.string(text.as_bytes());
        self.put_argument(arguments, name, value);
    }

    fn put_argument(&mut self, arguments: &mut Arguments<'a>, name: &str, value: Value<'a>) {
        let name = self.symbols.intern(self.arena, name.as_bytes());
        arguments.named.retain(|(other, _)| *other != name);
        arguments.named.push((name, value));
    }

    /// Calls a function that names its arguments with those it takes; any other value stays as it is.
    ///
    /// # Errors
    /// When an argument without a default is not among `arguments`, or the call fails.
    pub fn auto_call(&mut self, value: Evaluated<'a>, arguments: &Arguments<'a>) -> Result<Evaluated<'a>, EvalError> {
        let value = self.called(value.0, arguments);
        self.finish(value).map(Evaluated)
    }

    /// Selects by a path as in `a."b.c".0`, where a number is the index in a list, and calls functions on the way.
    ///
    /// # Errors
    /// When the path is malformed, something on it is missing or of another type, or its evaluation fails.
    pub fn select_along(
        &mut self,
        value: Evaluated<'a>,
        path: &str,
        arguments: &Arguments<'a>,
    ) -> Result<Evaluated<'a>, EvalError> {
        let value = self.along(value.0, path, arguments);
        self.finish(value).map(Evaluated)
    }

    fn along(&mut self, mut value: Value<'a>, path: &str, arguments: &Arguments<'a>) -> Res<Value<'a>> {
        for step in steps(path)? {
            value = self.called(value, arguments)?;
            let cell = match step.parse::<u32>() {
                Ok(index) => self.item(value, index as usize, path)?,
                Err(_) => self.named(value, &step, path)?.value,
            };
            let frame = || format!("while evaluating '{step}' of the selection path '{path}'");
            value = self.force(cell).map_err(|fault| fault.frame(Span::NONE, frame))?;
        }
        Ok(value)
    }

    fn item(&self, value: Value<'a>, index: usize, path: &str) -> Res<crate::value::Ref<'a>> {
        let Value::List(items) = value else { return Err(unselectable(path, "a list", value)) };
        items.get(index).ok_or_else(|| {
            let message = format!("list index {index} in selection path '{path}' is out of range");
            let count = match items.len() {
                0 => "the list is empty".to_owned(),
                1 => "the list has one element, 0".to_owned(),
                len => format!("the list has {len} elements, 0 to {}", len - 1),
            };
            Fault::new(ErrorKind::Value, message).help(Some(count))
        })
    }

    fn named(&mut self, value: Value<'a>, name: &str, path: &str) -> Res<Attr<'a>> {
        let Value::Attrs(set) = value else { return Err(unselectable(path, "a set", value)) };
        if name.is_empty() {
            return Err(Fault::new(ErrorKind::Value, format!("empty attribute name in selection path '{path}'")));
        }
        let symbol = self.symbols.intern(self.arena, name.as_bytes());
        set.find(symbol).ok_or_else(|| {
            let mut fault = self.missing_attribute(set, symbol, Span::NONE);
            fault.message = format!("attribute '{name}' in selection path '{path}' not found");
            fault
        })
    }

    fn called(&mut self, value: Value<'a>, arguments: &Arguments<'a>) -> Res<Value<'a>> {
        match value {
            Value::Attrs(set) => match set.value(FUNCTOR) {
                Some(functor) => {
                    let function = self.force(functor)?;
                    let function = self.call_one(function, value, Span::NONE)?;
                    self.deeper(|this| this.called(function, arguments))
                }
                None => Ok(value),
            },
            Value::Lambda(id, env) => self.called_by_name(id, env, arguments),
            _ => Ok(value),
        }
    }

    fn called_by_name(&mut self, id: crate::ast::LambdaId, env: Env<'a>, arguments: &Arguments<'a>) -> Res<Value<'a>> {
        let lambda = self.lambdas[id.0 as usize];
        let Some(formals) = lambda.formals else { return Ok(Value::Lambda(id, env)) };
        let mut entries = Vec::new();
        for (name, value) in &arguments.named {
            if formals.extra == Extra::Accepted || formals.all.iter().any(|formal| formal.name == *name) {
                let value = self.arena.cell(*value);
                entries.push(Attr { name: *name, position: 0, value });
            }
        }
        for formal in formals.all {
            if formal.default.is_none() && entries.iter().all(|attr| attr.name != formal.name) {
                return Err(self.without_argument(formal.name, Span::at(formal.position)));
            }
        }
        let set = Value::Attrs(Attrs::from_unsorted(self.arena, entries));
        self.call_one(Value::Lambda(id, env), set, Span::NONE)
    }

    fn without_argument(&self, name: Symbol, span: Span) -> Box<Fault> {
        let name = self.symbols.text(name);
        let message = format!("cannot evaluate a function that has an argument without a value ('{name}')");
        let help = format!("give it one: --arg {name} EXPRESSION or --argstr {name} TEXT");
        let span = Span { len: name.len() as u32, ..span };
        Fault::new(ErrorKind::Argument, message).at(span).help(Some(help))
    }
}

fn unselectable(path: &str, wanted: &str, value: Value<'_>) -> Box<Fault> {
    let message = format!(
        "the expression selected by the selection path '{path}' should be {wanted} but is {}",
        value.described()
    );
    Fault::new(ErrorKind::Type, message)
}

/// The steps of a path; quotes keep dots.
fn steps(path: &str) -> Res<Vec<String>> {
    let (mut steps, mut step) = (Vec::new(), String::new());
    let mut letters = path.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '.' => steps.push(std::mem::take(&mut step)),
            '"' => loop {
                match letters.next() {
                    Some('"') => break,
                    Some(letter) => step.push(letter),
                    None => {
                        let message = format!("missing closing quote in selection path '{path}'");
                        return Err(Fault::new(ErrorKind::Parse, message));
                    }
                }
            },
            letter => step.push(letter),
        }
    }
    if !step.is_empty() {
        steps.push(step);
    }
    Ok(steps)
}
