//! Values to JSON and back.

mod parse;
mod write;

use crate::attrs::{Attr, Attrs};
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::strings::{Str, union};
use crate::symbols::OUT_PATH;
use crate::value::{Items, Value};

/// A computed value as JSON sees it.
enum Shape<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'a Str<'a>),
    List(Items<'a>),
    Object(Vec<Attr<'a>>),
    /// A set that stands for the value of its `outPath`.
    Inner(Value<'a>),
}

/// How deep a conversion for the host may go: freeing the result recurses on the host's ordinary stack.
const DEEPEST: usize = 2000;

impl<'a> Evaluator<'a> {
    pub(crate) fn json_of(&mut self, value: Value<'a>) -> Res<serde_json::Value> {
        let deepest = self.max_depth;
        self.max_depth = deepest.min(self.depth + DEEPEST);
        let json = self.json_value(value);
        self.max_depth = deepest;
        json
    }

    fn json_value(&mut self, value: Value<'a>) -> Res<serde_json::Value> {
        Ok(match self.json_shape(value)? {
            Shape::Null => serde_json::Value::Null,
            Shape::Bool(b) => b.into(),
            Shape::Int(n) => n.into(),
            Shape::Float(n) => n.into(),
            Shape::Text(text) => utf8(text)?.into(),
            Shape::List(items) => {
                let mut list = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let value = self.force_for_json(item, || format!("in list element {index}"))?;
                    list.push(self.deeper(|this| this.json_value(value))?);
                }
                list.into()
            }
            Shape::Object(entries) => {
                let mut object = serde_json::Map::with_capacity(entries.len());
                for attr in entries {
                    let name = self.symbols.string(attr.name);
                    let json = self.force_attr(attr).and_then(|value| self.deeper(|this| this.json_value(value)));
                    object.insert(utf8(name)?.to_owned(), json.map_err(|fault| self.attr_frame(fault, attr))?);
                }
                object.into()
            }
            Shape::Inner(value) => return self.deeper(|this| this.json_value(value)),
        })
    }

    fn force_attr(&mut self, attr: Attr<'a>) -> Res<Value<'a>> {
        self.force(attr.value)
    }

    fn force_for_json(&mut self, cell: crate::value::Ref<'a>, text: impl FnOnce() -> String) -> Res<Value<'a>> {
        self.force(cell).map_err(|fault| fault.frame(Span::NONE, text))
    }

    #[cold]
    fn attr_frame(&self, fault: Box<Fault>, attr: Attr<'a>) -> Box<Fault> {
        fault
            .frame(Span::at(attr.position), || format!("while evaluating attribute '{}'", self.symbols.text(attr.name)))
    }

    fn json_shape(&mut self, value: Value<'a>) -> Res<Shape<'a>> {
        Ok(match value {
            Value::Null => Shape::Null,
            Value::Bool(b) => Shape::Bool(b),
            Value::Int(n) => Shape::Int(n),
            Value::Float(n) => Shape::Float(n),
            Value::Str(text) => Shape::Text(text),
            Value::Path(path) => Shape::Text(self.copy_path(path)?),
            Value::List(items) => Shape::List(items),
            Value::Attrs(set) => return self.json_shape_of_set(value, set),
            other => {
                let kind = match other {
                    Value::Builtin(builtin) => format!("the built-in function '{}'", builtin.name),
                    Value::Partial(partial) => match partial.function().get() {
                        Value::Builtin(builtin) => {
                            format!("the partially applied built-in function '{}'", builtin.name)
                        }
                        other => other.described().to_owned(),
                    },
                    other => other.described().to_owned(),
                };
                let message = format!("cannot convert {kind} to JSON");
                let span = match other {
                    Value::Lambda(id, _) => self.lambdas[id.0 as usize].span,
                    _ => Span::NONE,
                };
                return Err(Fault::new(ErrorKind::Type, message).at(span));
            }
        })
    }

    fn json_shape_of_set(&mut self, value: Value<'a>, set: &'a Attrs<'a>) -> Res<Shape<'a>> {
        if let Some(text) = self.attrs_to_string(value, Coerce::Plain)? {
            return Ok(Shape::Text(text));
        }
        match set.value(OUT_PATH) {
            Some(path) => Ok(Shape::Inner(self.force(path)?)),
            None => Ok(Shape::Object(set.by_name(self.arena, &self.symbols))),
        }
    }

    /// Writes a value as `builtins.toJSON` does; the context of its strings goes to the result.
    pub(crate) fn json_text(&mut self, value: Value<'a>) -> Res<Value<'a>> {
        let mut text = write::Text { out: String::new(), context: None };
        self.write_json(value, &mut text)?;
        Ok(self.string_with(text.out.as_bytes(), text.context))
    }

    fn write_json(&mut self, value: Value<'a>, to: &mut write::Text<'a>) -> Res<()> {
        match self.json_shape(value)? {
            Shape::Null => to.out.push_str("null"),
            Shape::Bool(b) => to.out.push_str(if b { "true" } else { "false" }),
            Shape::Int(n) => to.out.push_str(&n.to_string()),
            Shape::Float(n) => write::float(n, &mut to.out),
            Shape::Text(text) => {
                to.context = union(self.arena, to.context, text.context);
                write::string(utf8(text)?, &mut to.out);
            }
            Shape::List(items) => {
                to.out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        to.out.push(',');
                    }
                    let value = self.force_for_json(item, || format!("in list element {index}"))?;
                    self.deeper(|this| this.write_json(value, to))?;
                }
                to.out.push(']');
            }
            Shape::Object(entries) => {
                to.out.push('{');
                for (index, attr) in entries.into_iter().enumerate() {
                    if index > 0 {
                        to.out.push(',');
                    }
                    write::string(utf8(self.symbols.string(attr.name))?, &mut to.out);
                    to.out.push(':');
                    let written =
                        self.force_attr(attr).and_then(|value| self.deeper(|this| this.write_json(value, to)));
                    written.map_err(|fault| self.attr_frame(fault, attr))?;
                }
                to.out.push('}');
            }
            Shape::Inner(value) => return self.deeper(|this| this.write_json(value, to)),
        }
        self.check_size(to.out.len(), Span::NONE)
    }

    pub(crate) fn of_json(&mut self, json: &serde_json::Value) -> Value<'a> {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => match n.as_i64() {
                Some(n) => Value::Int(n),
                None => Value::Float(n.as_f64().unwrap_or(f64::NAN)),
            },
            serde_json::Value::String(text) => self.string(text.as_bytes()),
            serde_json::Value::Array(items) => {
                let cells: Vec<_> = items
                    .iter()
                    .map(|item| {
                        let value = self.of_json(item);
                        self.arena.cell(value)
                    })
                    .collect();
                self.list(&cells)
            }
            serde_json::Value::Object(entries) => {
                let mut builder = crate::attrs::Builder::new(self.arena);
                for (name, value) in entries {
                    let name = self.symbols.intern(self.arena, name.as_bytes());
                    let value = self.of_json(value);
                    builder.push(name, value);
                }
                builder.finish()
            }
        }
    }
}

/// Writes bytes as a JSON string.
pub(crate) fn quoted(bytes: &[u8], out: &mut String) -> Res<()> {
    write::string(utf8(&Str { bytes, context: None })?, out);
    Ok(())
}

fn utf8<'s>(text: &Str<'s>) -> Res<&'s str> {
    std::str::from_utf8(text.bytes).map_err(|e| {
        let index = e.valid_up_to();
        let byte = text.bytes.get(index).copied().unwrap_or_default();
        let message = format!(
            "JSON serialization error: [json.exception.type_error.316] invalid UTF-8 byte at index {index}: 0x{byte:02X}"
        );
        Fault::new(ErrorKind::Value, message)
    })
}
