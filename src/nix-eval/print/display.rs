//! Values as the REPL shows them: over several lines where they are long, with errors in their places.

use crate::error::ErrorKind;
use crate::error::EvalError;
use crate::error::fault::{Fault, Res};
use crate::evaluator::{Evaluated, Evaluator, Extent};
use crate::symbols::DRV_PATH;
use crate::value::{Ref, Value};

/// A set or list that fits here stands on one line.
const WIDTH: usize = 80;

/// The sets and lists around a value, and how many levels below it are still shown.
struct Around {
    places: Vec<usize>,
    left: usize,
}

impl<'a> Evaluator<'a> {
    /// Shows a value: with `Extent::Top` its attributes or elements computed and what is inside them left out, else all.
    ///
    /// # Errors
    /// When the evaluation is stopped or meets a limit. Other errors stand in the place of the value that failed.
    pub fn display(&mut self, value: Evaluated<'a>, extent: Extent) -> Result<String, EvalError> {
        let left = if extent == Extent::Top { 1 } else { usize::MAX };
        let shown = self.shown(value.0, 0, &mut Around { places: Vec::new(), left });
        self.finish(shown)
    }

    /// Says what a value is, with the arguments that a function takes.
    #[must_use]
    pub fn describe(&self, value: Evaluated<'a>) -> String {
        match value.0 {
            Value::Lambda(id, _) => {
                let lambda = self.lambdas[id.0 as usize];
                match lambda.formals {
                    Some(_) => format!("a function of {}", self.formals_text(lambda)),
                    None => "a function".to_owned(),
                }
            }
            other => other.described().to_owned(),
        }
    }

    fn shown(&mut self, value: Value<'a>, indent: usize, around: &mut Around) -> Res<String> {
        match value {
            Value::Attrs(set) if self.is_derivation(set)? => {
                let path = set.value(DRV_PATH).map(|cell| self.force(cell));
                let path = match path {
                    Some(Ok(Value::Str(text))) => String::from_utf8_lossy(text.bytes).into_owned(),
                    Some(Err(fault)) => in_place(fault)?,
                    _ => "???".to_owned(),
                };
                Ok(format!("«derivation {path}»"))
            }
            Value::Attrs(set) if set.len() > 0 => {
                if around.left == 0 {
                    return Ok("{ ... }".to_owned());
                }
                let mut parts = Vec::with_capacity(set.len());
                let mut name = Vec::new();
                for attr in set.by_name(self.arena, &self.symbols) {
                    name.clear();
                    self.attr_name_text(attr.name, &mut name);
                    let name = String::from_utf8_lossy(&name);
                    let inner = self.shown_inside(std::ptr::from_ref(set).addr(), attr.value, indent, around)?;
                    parts.push(format!("{name} = {inner};"));
                }
                Ok(laid_out("{", &parts, "}", indent))
            }
            Value::List(items) if !items.is_empty() => {
                if around.left == 0 {
                    return Ok("[ ... ]".to_owned());
                }
                let mut parts = Vec::with_capacity(items.len());
                for item in items.iter() {
                    parts.push(self.shown_inside(items.address(), item, indent, around)?);
                }
                Ok(laid_out("[", &parts, "]", indent))
            }
            Value::Attrs(_) => Ok("{ }".to_owned()),
            Value::List(_) => Ok("[ ]".to_owned()),
            Value::Str(text) => {
                let mut literal = Vec::new();
                super::string_literal(text.bytes, &mut literal);
                Ok(String::from_utf8_lossy(&literal).into_owned())
            }
            other => Ok(self.brief(other)),
        }
    }

    /// Shows what is in a set or list at `place`.
    fn shown_inside(&mut self, place: usize, cell: Ref<'a>, indent: usize, around: &mut Around) -> Res<String> {
        let value = match self.force(cell) {
            Ok(value) => value,
            Err(fault) => return in_place(fault),
        };
        around.places.push(place);
        around.left -= 1;
        let is_around = match value {
            Value::Attrs(set) => around.places.contains(&std::ptr::from_ref(set).addr()),
            Value::List(items) => around.places.contains(&items.address()),
            _ => false,
        };
        let shown = if is_around {
            Ok("«repeated»".to_owned())
        } else {
            self.deeper(|this| this.shown(value, indent + 2, around))
        };
        around.places.pop();
        around.left += 1;
        match shown {
            Ok(text) => Ok(text),
            Err(fault) => in_place(fault),
        }
    }
}

/// An error in the place of the value that failed; one that concerns the whole evaluation stays an error.
fn in_place(fault: Box<Fault>) -> Res<String> {
    match fault.kind {
        ErrorKind::Interrupted | ErrorKind::Limit | ErrorKind::StackOverflow => Err(fault),
        _ => Ok(format!("«error: {}»", fault.message.lines().next().unwrap_or_default())),
    }
}

fn laid_out(open: &str, parts: &[String], close: &str, indent: usize) -> String {
    let len: usize = parts.iter().map(|part| part.chars().count() + 1).sum();
    if indent + len + 3 <= WIDTH && parts.iter().all(|part| !part.contains('\n')) {
        return format!("{open} {} {close}", parts.join(" "));
    }
    let margin = " ".repeat(indent + 2);
    let lines: String = parts.iter().map(|part| format!("{margin}{part}\n")).collect();
    format!("{open}\n{lines}{}{close}", " ".repeat(indent))
}
