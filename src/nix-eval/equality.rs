//! `==` and `<`.

mod difference;

use crate::attrs::Attrs;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::symbols::{OUT_PATH, TYPE};
use crate::value::{Items, Ref, Value};

impl<'a> Evaluator<'a> {
    /// Whether two computed values are equal. Functions never are, except as the same element of a list or set.
    pub(crate) fn equal(&mut self, a: Value<'a>, b: Value<'a>) -> Res<bool> {
        match (a, b) {
            (Value::Null, Value::Null) => Ok(true),
            (Value::Bool(x), Value::Bool(y)) => Ok(x == y),
            (Value::Int(x), Value::Int(y)) => Ok(x == y),
            (Value::Float(x), Value::Float(y)) => Ok(x == y),
            (Value::Int(x), Value::Float(y)) | (Value::Float(y), Value::Int(x)) => Ok(x as f64 == y),
            (Value::Str(x), Value::Str(y)) | (Value::Path(x), Value::Path(y)) => Ok(x.bytes == y.bytes),
            (Value::List(x), Value::List(y)) => self.equal_lists(x, y),
            (Value::Attrs(x), Value::Attrs(y)) => self.equal_sets(x, y),
            _ => Ok(false),
        }
    }

    fn equal_cells(&mut self, a: Ref<'a>, b: Ref<'a>) -> Res<bool> {
        let (x, y) = (self.force(a)?, self.force(b)?);
        if std::ptr::eq(a, b) {
            return Ok(true);
        }
        self.deeper(|this| this.equal(x, y))
    }

    fn equal_lists(&mut self, a: Items<'a>, b: Items<'a>) -> Res<bool> {
        if a.len() != b.len() {
            return Ok(false);
        }
        for (x, y) in a.iter().zip(b.iter()) {
            if !self.equal_cells(x, y)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn equal_sets(&mut self, a: &'a Attrs<'a>, b: &'a Attrs<'a>) -> Res<bool> {
        if self.is_derivation(a)?
            && self.is_derivation(b)?
            && let (Some(x), Some(y)) = (a.value(OUT_PATH), b.value(OUT_PATH))
        {
            return self.equal_cells(x, y);
        }
        if a.len() != b.len() {
            return Ok(false);
        }
        let (xs, ys) = (a.entries(self.arena), b.entries(self.arena));
        if xs.names != ys.names {
            return Ok(false);
        }
        for (x, y) in xs.values.iter().zip(ys.values.iter()) {
            if !self.equal_cells(x, y)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Whether a set says of itself that it is a derivation.
    pub(crate) fn is_derivation(&mut self, set: &'a Attrs<'a>) -> Res<bool> {
        let Some(kind) = set.value(TYPE) else { return Ok(false) };
        Ok(matches!(self.force(kind)?, Value::Str(text) if text.bytes == b"derivation"))
    }

    /// Whether one computed value comes before another.
    pub(crate) fn less(&mut self, a: Value<'a>, b: Value<'a>) -> Res<bool> {
        match (a, b) {
            (Value::Int(x), Value::Int(y)) => Ok(x < y),
            (Value::Float(x), Value::Float(y)) => Ok(x < y),
            (Value::Int(x), Value::Float(y)) => Ok((x as f64) < y),
            (Value::Float(x), Value::Int(y)) => Ok(x < y as f64),
            (Value::Str(x), Value::Str(y)) | (Value::Path(x), Value::Path(y)) => Ok(x.bytes < y.bytes),
            (Value::List(x), Value::List(y)) => self.less_lists(x, y),
            _ => Err(self.incomparable(a, b)),
        }
    }

    fn less_lists(&mut self, a: Items<'a>, b: Items<'a>) -> Res<bool> {
        for (x, y) in a.iter().zip(b.iter()) {
            if !self.equal_cells(x, y)? {
                let (x, y) = (self.force(x)?, self.force(y)?);
                return self.deeper(|this| this.less(x, y));
            }
        }
        Ok(a.len() < b.len())
    }

    #[cold]
    fn incomparable(&self, a: Value<'a>, b: Value<'a>) -> Box<Fault> {
        let (x, y) = (a.described(), b.described());
        let (first, second) = (self.brief(a), self.brief(b));
        let message = if a.type_of() == b.type_of() {
            format!(
                "cannot compare {x} with {y}; values of that type are incomparable (values are {first} and {second})"
            )
        } else {
            format!("cannot compare {x} with {y}; values are {first} and {second}")
        };
        Fault::new(ErrorKind::Type, message)
    }
}
