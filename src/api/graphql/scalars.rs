//! Times and lengths of time, as text.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use jiff::Timestamp;
use model::Span;

/// A time: RFC 3339, in UTC.
#[derive(Clone, Copy, Debug)]
pub(super) struct Time(pub(super) Timestamp);

/// A length of time: `8h`, `1h30m`, `7d`; ISO 8601 is understood too.
#[derive(Clone, Debug)]
pub(super) struct Duration(pub(super) String);

/// A time: RFC 3339, in UTC.
#[Scalar]
impl ScalarType for Time {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let expected = || InputValueError::custom(format!("`{text}` is not a time such as 2026-01-31T08:00:00Z"));
        text.parse().map(Self).map_err(|_| expected())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

/// A length of time: `8h`, `1h30m`, `7d`; ISO 8601 is understood too.
#[Scalar]
impl ScalarType for Duration {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(text) = &value else { return Err(InputValueError::expected_type(value)) };
        let span: Span = text.parse().map_err(|error| InputValueError::custom(format!("{error}")))?;
        Ok(span.into())
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.clone())
    }
}

impl From<Span> for Duration {
    /// Written without the blanks between its parts.
    fn from(span: Span) -> Self {
        Self(span.to_string().replace(' ', ""))
    }
}
