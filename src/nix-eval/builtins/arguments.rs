//! Reading arguments: forced and checked for their type.

use crate::attrs::Attrs;
use crate::coerce::Coerce;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::io::io_fault;
use crate::path_text::canonical;
use crate::strings::{Context, Str};
use crate::symbols::{FUNCTOR, Symbol};
use crate::value::{Items, Ref, Value};

impl<'a> Evaluator<'a> {
    pub(crate) fn int_arg(&mut self, value: Value<'a>) -> Res<i64> {
        match self.force_value(value)? {
            Value::Int(n) => Ok(n),
            other => Err(self.type_fault("an integer", other)),
        }
    }

    pub(crate) fn bool_arg(&mut self, value: Value<'a>) -> Res<bool> {
        match self.force_value(value)? {
            Value::Bool(b) => Ok(b),
            other => Err(self.type_fault("a Boolean", other)),
        }
    }

    pub(crate) fn string_arg(&mut self, value: Value<'a>) -> Res<&'a Str<'a>> {
        match self.force_value(value)? {
            Value::Str(text) => Ok(text),
            other => Err(self.type_fault("a string", other)),
        }
    }

    /// A string that depends on no store path.
    pub(crate) fn plain_arg(&mut self, value: Value<'a>) -> Res<&'a [u8]> {
        let text = self.string_arg(value)?;
        if text.context.is_some() { Err(self.context_forbidden(text)) } else { Ok(text.bytes) }
    }

    pub(crate) fn name_arg(&mut self, value: Value<'a>) -> Res<Symbol> {
        let name = self.plain_arg(value)?;
        Ok(self.symbols.intern(self.arena, name))
    }

    pub(crate) fn list_arg(&mut self, value: Value<'a>) -> Res<Items<'a>> {
        match self.force_value(value)? {
            Value::List(items) => Ok(items),
            other => Err(self.type_fault("a list", other)),
        }
    }

    pub(crate) fn attrs_arg(&mut self, value: Value<'a>) -> Res<&'a Attrs<'a>> {
        match self.force_value(value)? {
            Value::Attrs(set) => Ok(set),
            other => Err(self.type_fault("a set", other)),
        }
    }

    pub(crate) fn function_arg(&mut self, value: Value<'a>) -> Res<Value<'a>> {
        match self.force_value(value)? {
            value if value.is_function() => Ok(value),
            value @ Value::Attrs(set) if set.value(FUNCTOR).is_some() => Ok(value),
            other => Err(self.type_fault("a function", other)),
        }
    }

    /// Anything that a string can be made of, as interpolation does it.
    pub(crate) fn coerced_arg(&mut self, value: Value<'a>) -> Res<&'a Str<'a>> {
        let value = self.force_value(value)?;
        self.coerce(value, Coerce::Interpolation)
    }

    /// An absolute path, from a path or a string, in canonical form; what it depends on is there to be read.
    pub(crate) fn path_arg(&mut self, value: Value<'a>) -> Res<Vec<u8>> {
        let (path, context) = self.path_and_context(value)?;
        self.realise(context)?;
        Ok(path)
    }

    /// An absolute path in canonical form and what it depends on.
    pub(crate) fn path_and_context(&mut self, value: Value<'a>) -> Res<(Vec<u8>, Option<Context<'a>>)> {
        let value = self.force_value(value)?;
        let text = self.coerce(value, Coerce::Plain)?;
        if !text.bytes.starts_with(b"/") {
            let message =
                format!("string '{}' doesn't represent an absolute path", String::from_utf8_lossy(text.bytes));
            return Err(Fault::new(ErrorKind::Value, message));
        }
        Ok((canonical(text.bytes), text.context))
    }

    /// A path without symbolic links.
    pub(crate) fn canonical_path(&self, path: &[u8]) -> Res<Vec<u8>> {
        let path = super::io::host_path(path);
        let real = self.settings.io.canonicalize(&path).map_err(|e| io_fault("look at", &path, &e))?;
        Ok(real.into_os_string().into_encoded_bytes())
    }

    /// Calls a predicate.
    pub(crate) fn test(&mut self, predicate: Value<'a>, args: &[Value<'a>]) -> Res<bool> {
        match self.call_all(predicate, args, crate::source::Span::NONE)? {
            Value::Bool(b) => Ok(b),
            other => Err(self.type_fault("a Boolean", other)),
        }
    }

    /// A cell with a call that is made when somebody needs its result.
    pub(super) fn delayed_call(&self, function: Value<'a>, args: &[Value<'a>]) -> Ref<'a> {
        self.arena.cell(Value::Apply(self.arena.application(function, args)))
    }

    /// The attribute that a builtin's argument must have.
    pub(crate) fn required(&mut self, set: &'a Attrs<'a>, name: Symbol) -> Res<Ref<'a>> {
        match set.value(name) {
            Some(value) => Ok(value),
            None => Err(self.missing_attribute(set, name, crate::source::Span::NONE)),
        }
    }
}

/// An argument of a delayed call: a link to the cell unless it is computed.
pub(crate) use crate::eval::share;
