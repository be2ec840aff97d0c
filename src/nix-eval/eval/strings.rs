//! Strings and paths with `${…}`, and `+` on them.

use crate::arena::{Env, Word};
use crate::ast::{Interpolate, Part};
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::path_text::canonical;
use crate::source::Span;
use crate::strings::{Str, union};
use crate::value::Value;

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(super) fn eval_interpolate(&mut self, string: &'a Interpolate<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let mut bytes = Vec::new();
        let mut context = None;
        for part in string.parts {
            let text = match part {
                Part::Text(text) => *text,
                Part::Expr(expr, span) => {
                    let value = self.eval_value(expr, env)?;
                    self.coerce(value, Coerce::Interpolation).map_err(|fault| {
                        fault.at(*span).frame(*span, || "while evaluating a path segment or string part".to_owned())
                    })?
                }
            };
            bytes.extend_from_slice(text.bytes);
            context = union(self.arena, context, text.context);
        }
        self.check_size(bytes.len(), string.span)?;
        let text = self.string_with(&bytes, context);
        Ok(self.arena.word(text))
    }

    #[inline(never)]
    pub(super) fn eval_path(&mut self, path: &'a Interpolate<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let mut bytes = Vec::new();
        for part in path.parts {
            let text = match part {
                Part::Text(text) => *text,
                Part::Expr(expr, span) => {
                    let value = self.eval_value(expr, env)?;
                    let text = self.coerce(value, Coerce::Plain).map_err(|fault| fault.at(*span))?;
                    self.refuse_path_context(text, *span)?;
                    text
                }
            };
            bytes.extend_from_slice(text.bytes);
        }
        let path = self.path_value(&canonical(&bytes));
        Ok(self.arena.word(path))
    }

    fn refuse_path_context(&self, text: &'a Str<'a>, span: Span) -> Res<()> {
        if text.context.is_none() {
            return Ok(());
        }
        let message = "a string that refers to a store path cannot be appended to a path";
        Err(Fault::new(ErrorKind::Value, message).at(span))
    }

    /// `left + right` where `left` is no number.
    #[inline(never)]
    pub(super) fn add_strings(&mut self, left: Value<'a>, right: Value<'a>, spans: [Span; 2]) -> Res<Value<'a>> {
        if let Value::Path(path) = left {
            let text = self.coerce(right, Coerce::Plain).map_err(|fault| fault.at(spans[1]))?;
            self.refuse_path_context(text, spans[1])?;
            return Ok(self.path_value(&canonical(&[path.bytes, text.bytes].concat())));
        }
        let mode = if matches!(left, Value::Str(_)) { Coerce::Interpolation } else { Coerce::Plain };
        let first = self.coerce(left, mode).map_err(|fault| fault.at(spans[0]))?;
        self.append(first, right, mode, left.described(), spans)
    }

    /// Joins a text, made of something that is `described`, and what a value becomes as text.
    pub(super) fn append(
        &mut self,
        first: &'a Str<'a>,
        right: Value<'a>,
        mode: Coerce,
        described: &str,
        spans: [Span; 2],
    ) -> Res<Value<'a>> {
        let second = self
            .coerce(right, mode)
            .map_err(|fault| fault.at(spans[1]).note(spans[0], format!("this is {described}")))?;
        if second.bytes.is_empty() && second.context.is_none() {
            return Ok(Value::Str(first));
        }
        let len = first.bytes.len() + second.bytes.len();
        self.check_size(len, spans[0])?;
        let bytes = self.arena.joined(first.bytes, second.bytes);
        let context = union(self.arena, first.context, second.context);
        Ok(Value::Str(self.arena.alloc(Str { bytes, context })))
    }

    /// A string without context.
    pub(crate) fn string(&self, bytes: &[u8]) -> Value<'a> {
        self.string_with(bytes, None)
    }

    pub(crate) fn string_with(&self, bytes: &[u8], context: Option<crate::strings::Context<'a>>) -> Value<'a> {
        Value::Str(self.arena.alloc(Str { bytes: self.arena.slice(bytes), context }))
    }

    /// A path of canonical text.
    pub(crate) fn path_value(&self, bytes: &[u8]) -> Value<'a> {
        Value::Path(self.arena.alloc(Str { bytes: self.arena.slice(bytes), context: None }))
    }
}
