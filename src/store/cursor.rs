//! A place in the log.

use std::{fmt, str::FromStr};

/// The place of an event: the append that brought it, and its place in that append. Written `12.0`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// The append, from 1.
    pub index: u64,
    /// The place in it, from 0.
    pub sub: u32,
}

/// The text is no cursor.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an event's id: expected one such as `12.0`")]
pub struct ParseCursorError {
    text: String,
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.index, self.sub)
    }
}

impl FromStr for Cursor {
    type Err = ParseCursorError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parsed = text.split_once('.').and_then(|(index, sub)| Some((index.parse().ok()?, sub.parse().ok()?)));
        let (index, sub) = parsed.ok_or_else(|| ParseCursorError { text: text.to_owned() })?;
        Ok(Self { index, sub })
    }
}

#[cfg(test)]
mod tests {
    use super::Cursor;

    #[test]
    fn cursors_print_as_they_are_read_and_sort_by_time() {
        let cursor: Cursor = "12.3".parse().expect("a cursor");
        assert_eq!(cursor.to_string(), "12.3");
        assert!(cursor < "100.0".parse().expect("a cursor"));
        assert!("12".parse::<Cursor>().is_err());
    }
}
