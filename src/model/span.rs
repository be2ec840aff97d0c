//! Lengths of time as the options write them: `"30s"`, `"1h30m"`, `"7d"`, `"PT30S"`.

use std::{fmt, str::FromStr, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A length of time, kept in whole milliseconds; a day is 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span(Duration);

/// A length of time that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a length of time: expected one such as \"30s\", \"1h30m\", \"7d\" or \"PT30S\"")]
pub struct ParseSpanError {
    /// What was written.
    pub text: String,
}

impl Span {
    /// Makes a span of `n` seconds.
    pub const fn seconds(n: u64) -> Self {
        Self(Duration::from_secs(n))
    }

    /// Makes a span of `n` milliseconds.
    pub const fn milliseconds(n: u64) -> Self {
        Self(Duration::from_millis(n))
    }

    /// The span as a duration.
    pub const fn get(self) -> Duration {
        self.0
    }
}

impl FromStr for Span {
    type Err = ParseSpanError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseSpanError { text: text.to_owned() };
        let span: jiff::Span = text.trim().parse().map_err(|_| refused())?;
        let days_are_24_hours = jiff::SpanRelativeTo::days_are_24_hours();
        let duration = span.to_duration(days_are_24_hours).map_err(|_| refused())?;
        let duration = Duration::try_from(duration).map_err(|_| refused())?;
        let whole = u64::try_from(duration.as_millis()).map_err(|_| refused())?;
        Ok(Self(Duration::from_millis(whole)))
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let signed = jiff::SignedDuration::try_from(self.0).map_err(|_| fmt::Error)?;
        write!(f, "{signed:#}")
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Span;

    #[test]
    fn friendly_and_iso_spellings_parse_and_print_back() {
        for (text, seconds) in [("30s", 30), ("1h30m", 5400), ("7d", 604_800), ("PT30S", 30), ("0s", 0)] {
            let span: Span = text.parse().expect(text);
            assert_eq!(span, Span::seconds(seconds), "{text}");
            assert_eq!(span.to_string().parse(), Ok(span), "{text} prints as {span}");
        }
    }

    #[test]
    fn what_is_not_a_length_of_time_is_refused() {
        for text in ["", "soon", "30", "-5s", "1 fortnight"] {
            assert!(text.parse::<Span>().is_err(), "{text}");
        }
    }
}
