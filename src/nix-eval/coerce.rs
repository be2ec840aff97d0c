//! Turning values into strings.

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::strings::{Context, Str, union};
use crate::symbols::{OUT_PATH, TO_STRING};
use crate::value::{Items, Value};

/// What may become a string, and how.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Coerce {
    /// Strings, sets with `outPath` or `__toString`, and paths, which are copied to the store.
    Interpolation,
    /// The same, but a path stays where it is.
    Plain,
    /// Also numbers, Booleans, null and lists; what `toString` takes.
    Anything,
    /// What `toString` takes, but a path is copied to the store: the environment of a builder.
    Environment,
}

impl<'a> Evaluator<'a> {
    /// Turns a computed value into a string.
    pub(crate) fn coerce(&mut self, value: Value<'a>, mode: Coerce) -> Res<&'a Str<'a>> {
        self.check_stack(Span::NONE)?;
        match value {
            Value::Str(text) => Ok(text),
            Value::Path(path) if matches!(mode, Coerce::Plain | Coerce::Anything) => Ok(path),
            Value::Path(path) => self.copy_path(path),
            Value::Attrs(set) => {
                if let Some(text) = self.attrs_to_string(value, mode)? {
                    return Ok(text);
                }
                match set.value(OUT_PATH) {
                    Some(path) => {
                        let path = self.force(path)?;
                        self.deeper(|this| this.coerce(path, mode))
                    }
                    None => Err(self.cannot_coerce(value)),
                }
            }
            _ if matches!(mode, Coerce::Interpolation | Coerce::Plain) => Err(self.cannot_coerce(value)),
            Value::Null | Value::Bool(false) => Ok(self.plain(b"")),
            Value::Bool(true) => Ok(self.plain(b"1")),
            Value::Int(n) => Ok(self.plain(n.to_string().as_bytes())),
            Value::Float(n) => Ok(self.plain(float_text(n).as_bytes())),
            Value::List(items) => self.coerce_list(items, mode),
            _ => Err(self.cannot_coerce(value)),
        }
    }

    /// The result of a set's `__toString`, if it has one.
    pub(crate) fn attrs_to_string(&mut self, value: Value<'a>, mode: Coerce) -> Res<Option<&'a Str<'a>>> {
        let Value::Attrs(set) = value else { return Ok(None) };
        let Some(function) = set.value(TO_STRING) else { return Ok(None) };
        let function = self.force(function)?;
        let result = self.deeper(|this| this.call_one(function, value, Span::NONE))?;
        self.deeper(|this| this.coerce(result, mode)).map(Some)
    }

    fn coerce_list(&mut self, items: Items<'a>, mode: Coerce) -> Res<&'a Str<'a>> {
        let mut bytes = Vec::new();
        let mut context: Option<Context<'a>> = None;
        for (index, item) in items.iter().enumerate() {
            let value = self.force(item)?;
            let text = self.deeper(|this| this.coerce(value, mode))?;
            bytes.extend_from_slice(text.bytes);
            context = union(self.arena, context, text.context);
            let is_empty_list = matches!(value, Value::List(items) if items.is_empty());
            if index + 1 < items.len() && !is_empty_list {
                bytes.push(b' ');
            }
        }
        Ok(self.arena.alloc(Str { bytes: self.arena.slice(&bytes), context }))
    }

    /// Runs `work` one level deeper, within the depth limit.
    #[inline]
    pub(crate) fn deeper<T>(&mut self, work: impl FnOnce(&mut Self) -> Res<T>) -> Res<T> {
        self.check_stack(Span::NONE)?;
        if self.depth >= self.max_depth {
            return Err(Self::stack_overflow(Span::NONE));
        }
        self.charge(1)?;
        self.depth += 1;
        let result = work(self);
        self.depth -= 1;
        result
    }

    fn plain(&self, bytes: &[u8]) -> &'a Str<'a> {
        self.arena.alloc(Str { bytes: self.arena.slice(bytes), context: None })
    }

    #[cold]
    fn cannot_coerce(&self, value: Value<'a>) -> Box<Fault> {
        let message = format!("cannot coerce {} to a string: {}", value.described(), self.brief(value));
        let help = match value {
            Value::Attrs(_) => {
                "a set becomes a string only by its `outPath` or `__toString`; was one of its attributes meant?"
            }
            Value::Lambda(..) | Value::Builtin(_) | Value::Partial(_) => {
                "is an argument missing? Only its result can be a string"
            }
            Value::List(_) => "`toString` or `builtins.concatStringsSep` makes a string of a list",
            _ => "`toString` makes a string of it",
        };
        Fault::new(ErrorKind::Type, message).help(Some(help.to_owned()))
    }

    #[cold]
    pub(crate) fn no_store_copy(&mut self, path: &Str<'_>) -> Box<Fault> {
        let shown = String::from_utf8_lossy(path.bytes);
        if self.file_type(std::path::Path::new(&*shown)).is_ok_and(|kind| kind.is_none()) {
            return Fault::new(ErrorKind::Io, format!("path '{shown}' does not exist"));
        }
        let message = format!("cannot copy the path '{shown}' to the store");
        let help = "this evaluator writes no store; `toString ./path` gives the path where it is".to_owned();
        Fault::new(ErrorKind::Unsupported, message).help(Some(help))
    }

    #[cold]
    pub(crate) fn type_fault(&self, wanted: &str, value: Value<'a>) -> Box<Fault> {
        let message = format!("expected {wanted} but found {}: {}", value.described(), self.brief(value));
        Fault::new(ErrorKind::Type, message)
    }

    #[cold]
    pub(crate) fn context_forbidden(&self, text: &Str<'a>) -> Box<Fault> {
        let first = text.context.and_then(|context| context.first()).map(|element| element.encode());
        let message = format!(
            "the string '{}' is not allowed to refer to a store path (such as '{}')",
            String::from_utf8_lossy(text.bytes),
            String::from_utf8_lossy(&first.unwrap_or_default()),
        );
        Fault::new(ErrorKind::Value, message)
    }
}

/// A float as `toString` gives it: six digits after the point.
fn float_text(n: f64) -> String {
    if n.is_nan() { "nan".to_owned() } else { format!("{n:.6}") }
}
