//! Names of resources that both libvirt and Docker accept.

use std::{borrow::Borrow, fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A resource's name: a letter or digit, then letters, digits, `_`, `.` and `-`, at most 63 characters.
///
/// Docker's rule (`[a-zA-Z0-9][a-zA-Z0-9_.-]+`) is the stricter of the two backends'; the length is that of a
/// DNS label, so that a name can be a guest's host name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(String);

/// A name that a backend would refuse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// It is empty or has one character only.
    #[error("the name `{0}` is too short: Docker and libvirt want at least two characters")]
    TooShort(String),
    /// It is longer than a DNS label.
    #[error("the name `{0}` is longer than 63 characters")]
    TooLong(String),
    /// It has a character that Docker or libvirt refuses.
    #[error(
        "the name `{name}` has the character {character:?}: use letters, digits, `_`, `.` and `-`, and begin with a letter or digit"
    )]
    Character {
        /// The whole name.
        name: String,
        /// The first character that is not allowed where it stands.
        character: char,
    },
}

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Name {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let inner = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        let refused =
            text.chars().enumerate().find(|&(at, c)| if at == 0 { !c.is_ascii_alphanumeric() } else { !inner(c) });
        match (refused, text.len()) {
            (Some((_, character)), _) => Err(InvalidName::Character { name: text.to_owned(), character }),
            (None, 0..=1) => Err(InvalidName::TooShort(text.to_owned())),
            (None, 2..=63) => Ok(Self(text.to_owned())),
            (None, _) => Err(InvalidName::TooLong(text.to_owned())),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Name {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl Serialize for Name {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::Name;

    #[test]
    fn names_that_either_backend_refuses_are_refused() {
        for good in ["web", "db-1", "a.b_c", "9lives"] {
            assert!(good.parse::<Name>().is_ok(), "{good}");
        }
        for bad in ["", "x", "-web", "we b", "a/b", "ä1", &"n".repeat(64)] {
            assert!(bad.parse::<Name>().is_err(), "{bad}");
        }
    }
}
