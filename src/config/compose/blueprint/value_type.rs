//! The types that parameters, inputs and outputs name.

use std::fmt;

use model::{Bytes, Span};
use serde_json::Value;

/// A type, as a blueprint or component names it.
///
/// `string`, `int`, `float`, `bool`, `list`, `set`, `any`, `port`, `size`, `duration`, `path`, `enum(a, b)` and
/// `list of …` are checked, under their usual other names too. Any other name is a type of the user's own: every
/// value is of it, and it goes only to inputs of the same name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ValueType {
    Any,
    Text,
    Int,
    Float,
    Bool,
    List(Box<ValueType>),
    Set,
    Port,
    Size,
    Duration,
    Path,
    Enum(Vec<String>),
    Own(String),
}

impl ValueType {
    pub(super) fn parse(text: &str) -> Self {
        let text = text.trim();
        if let Some(of) = text.strip_prefix("list of ").or_else(|| text.strip_prefix("listOf ")) {
            return Self::List(Box::new(Self::parse(of)));
        }
        if let Some(words) = text.strip_prefix("enum(").and_then(|rest| rest.strip_suffix(')')) {
            return Self::Enum(words.split([',', '|']).map(|word| word.trim().trim_matches('"').to_owned()).collect());
        }
        match text {
            "any" | "anything" => Self::Any,
            "string" | "str" | "text" => Self::Text,
            "int" | "integer" => Self::Int,
            "float" | "number" => Self::Float,
            "bool" | "boolean" => Self::Bool,
            "list" | "array" => Self::List(Box::new(Self::Any)),
            "set" | "attrs" | "object" => Self::Set,
            "port" => Self::Port,
            "size" | "bytes" => Self::Size,
            "duration" => Self::Duration,
            "path" => Self::Path,
            own => Self::Own(own.to_owned()),
        }
    }

    /// Whether a value is of this type.
    pub(super) fn admits(&self, value: &Value) -> bool {
        let text = value.as_str();
        match self {
            Self::Any | Self::Own(_) => true,
            Self::Text => text.is_some(),
            Self::Int => value.is_i64() || value.is_u64(),
            Self::Float => value.is_number(),
            Self::Bool => value.is_boolean(),
            Self::List(of) => value.as_array().is_some_and(|list| list.iter().all(|element| of.admits(element))),
            Self::Set => value.is_object(),
            Self::Port => value.as_u64().is_some_and(|port| (1..=65_535).contains(&port)),
            Self::Size => value.is_u64() || text.is_some_and(|text| text.parse::<Bytes>().is_ok()),
            Self::Duration => text.is_some_and(|text| text.parse::<Span>().is_ok()),
            Self::Path => text.is_some_and(|text| text.starts_with('/')),
            Self::Enum(words) => text.is_some_and(|text| words.iter().any(|word| word == text)),
        }
    }

    /// Whether every value of this type is one of `other`.
    pub(super) fn goes_to(&self, other: &Self) -> bool {
        match (self, other) {
            (_, Self::Any) | (Self::Any, _) => true,
            (Self::Int | Self::Port, Self::Float) | (Self::Port, Self::Int) => true,
            (Self::Path | Self::Size | Self::Duration | Self::Enum(_), Self::Text) => true,
            (Self::List(a), Self::List(b)) => a.goes_to(b),
            (a, b) => a == b,
        }
    }

    /// Reads text as a value of this type; text that is none of it stays text.
    pub(super) fn read(&self, text: String) -> Value {
        let parsed = match self {
            Self::Int | Self::Float | Self::Bool | Self::List(_) | Self::Set | Self::Port => {
                serde_json::from_str(&text).ok()
            }
            _ => None,
        };
        parsed.unwrap_or(Value::String(text))
    }

    /// Whether values of this type have an order, so that a range can bound them.
    pub(super) fn is_ordered(&self) -> bool {
        matches!(self, Self::Int | Self::Float | Self::Port | Self::Size)
    }
}

impl fmt::Display for ValueType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("any value"),
            Self::Text => f.write_str("text"),
            Self::Int => f.write_str("a whole number"),
            Self::Float => f.write_str("a number"),
            Self::Bool => f.write_str("true or false"),
            Self::List(of) if **of == Self::Any => f.write_str("a list"),
            Self::List(of) => write!(f, "a list, each element {of}"),
            Self::Set => f.write_str("a set"),
            Self::Port => f.write_str("a port (1 to 65535)"),
            Self::Size => f.write_str("a size such as \"4Gi\""),
            Self::Duration => f.write_str("a length of time such as \"30s\""),
            Self::Path => f.write_str("an absolute path"),
            Self::Enum(words) => write!(f, "one of {}", crate::nearest::quoted(words)),
            Self::Own(name) => write!(f, "`{name}`"),
        }
    }
}
