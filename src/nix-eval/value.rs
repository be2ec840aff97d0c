//! Values: 16 bytes, copied freely. Where they stay they lie in a [`Slot`] of 8 bytes.

pub(crate) use crate::arena::Items;
use crate::arena::{Env, Slot, Slots};
use crate::ast::{CodeId, LambdaId};
use crate::attrs::Attrs;
use crate::builtins::Builtin;
use crate::strings::Str;

/// A shared place for a value. Forcing a thunk overwrites it with the result.
pub(crate) type Ref<'a> = &'a Slot<'a>;

/// A Nix value, or (the last five variants) one not yet computed.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Null,
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'a Str<'a>),
    /// An absolute path without `.`, `..` or a trailing slash; its context is always empty.
    Path(&'a Str<'a>),
    List(Items<'a>),
    Attrs(&'a Attrs<'a>),
    Lambda(LambdaId, Env<'a>),
    Builtin(&'static Builtin),
    /// A builtin with some arguments that still lacks others.
    Partial(Slots<'a>),
    /// An expression to be evaluated in an environment.
    Thunk(CodeId, Env<'a>),
    /// A function to be applied to arguments, as `map` delays it.
    Apply(Slots<'a>),
    /// Whatever another cell holds.
    Alias(Ref<'a>),
    /// A thunk under evaluation; meeting one is an infinite recursion.
    Blackhole,
    /// A thunk that failed; meeting it again fails with the same error, of this number.
    Failed(u32),
}

const _: () = assert!(size_of::<Value<'_>>() == 16);

impl<'a> Value<'a> {
    /// Whether the value is computed, as opposed to a thunk of any kind.
    #[inline]
    pub(crate) fn is_forced(self) -> bool {
        !matches!(self, Value::Thunk(..) | Value::Apply(_) | Value::Alias(_) | Value::Blackhole | Value::Failed(_))
    }

    /// The type as `builtins.typeOf` names it.
    pub(crate) fn type_of(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Int(_) => "int",
            Value::Float(_) => "float",
            Value::Str(_) => "string",
            Value::Path(_) => "path",
            Value::List(_) => "list",
            Value::Attrs(_) => "set",
            Value::Lambda(..) | Value::Builtin(_) | Value::Partial(_) => "lambda",
            Value::Thunk(..) | Value::Apply(_) | Value::Alias(_) | Value::Blackhole | Value::Failed(_) => "thunk",
        }
    }

    /// The type with its article, as error messages name it.
    pub(crate) fn described(self) -> &'static str {
        match self {
            Value::Null => "null",
            Value::Bool(_) => "a Boolean",
            Value::Int(_) => "an integer",
            Value::Float(_) => "a float",
            Value::Str(s) if s.context.is_some() => "a string with context",
            Value::Str(_) => "a string",
            Value::Path(_) => "a path",
            Value::List(_) => "a list",
            Value::Attrs(_) => "a set",
            Value::Lambda(..) => "a function",
            Value::Builtin(_) => "a built-in function",
            Value::Partial(_) => "a partially applied built-in function",
            Value::Thunk(..) | Value::Apply(_) | Value::Alias(_) | Value::Blackhole | Value::Failed(_) => "a thunk",
        }
    }

    pub(crate) fn is_function(self) -> bool {
        matches!(self, Value::Lambda(..) | Value::Builtin(_) | Value::Partial(_))
    }
}
