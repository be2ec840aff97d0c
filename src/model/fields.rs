//! A specification as its leaves: what the three-way diff compares.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The path of a leaf, dotted: `disks.data.cache`. Keys with a dot or a quote in them are written quoted.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FieldPath(String);

/// Every leaf of a specification by its path. A leaf is anything but a non-empty object: scalars, whole lists
/// and `{}`. What a specification leaves unset is absent.
pub type Fields = BTreeMap<FieldPath, Value>;

impl FieldPath {
    /// Makes a path from its segments.
    pub fn from_segments<'a>(segments: impl IntoIterator<Item = &'a str>) -> Self {
        let mut path = Self(String::new());
        for segment in segments {
            path = path.child(segment);
        }
        path
    }

    /// Whether the name of an environment variable says that its value is nobody's business.
    pub fn is_secret(&self) -> bool {
        const WORDS: [&str; 6] = ["password", "passwd", "secret", "token", "credential", "key"];
        let name = self.segments().pop().unwrap_or_default().to_ascii_lowercase();
        self.is_within("env") && WORDS.iter().any(|word| name.contains(word))
    }

    /// The path of `key` below this one.
    pub fn child(&self, key: &str) -> Self {
        let mut text = self.0.clone();
        if !text.is_empty() {
            text.push('.');
        }
        let plain = !key.is_empty() && !key.contains(['.', '"', '\\']);
        if plain {
            text.push_str(key);
        } else {
            text.push_str(&Value::from(key).to_string());
        }
        Self(text)
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path's segments, unquoted.
    pub fn segments(&self) -> Vec<String> {
        let mut segments = Vec::new();
        let mut rest = self.0.as_str();
        while !rest.is_empty() {
            let length = if rest.starts_with('"') { quoted_length(rest) } else { rest.find('.').unwrap_or(rest.len()) };
            let (segment, tail) = rest.split_at(length);
            segments.push(serde_json::from_str(segment).unwrap_or_else(|_| segment.to_owned()));
            rest = tail.strip_prefix('.').unwrap_or(tail);
        }
        segments
    }

    /// Whether this path is `prefix` or lies below it.
    pub fn is_within(&self, prefix: &str) -> bool {
        self.0.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.') || prefix.is_empty())
    }
}

/// Flattens `value` into its leaves; see [`Fields`].
pub(crate) fn flatten(value: Value) -> Fields {
    let mut fields = Fields::new();
    collect(FieldPath(String::new()), value, &mut fields);
    fields
}

fn collect(path: FieldPath, value: Value, fields: &mut Fields) {
    match value {
        Value::Null => {}
        Value::Object(map) if !map.is_empty() || path.0.is_empty() => {
            for (key, value) in map {
                collect(path.child(&key), value, fields);
            }
        }
        leaf => {
            fields.insert(path, leaf);
        }
    }
}

/// The length of the JSON string that `text` begins with.
fn quoted_length(text: &str) -> usize {
    let mut escaped = false;
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

impl From<&str> for FieldPath {
    /// Takes a path that is already in dotted form.
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{FieldPath, flatten};

    #[test]
    fn leaves_have_dotted_paths_and_quoted_keys_where_a_key_has_a_dot() {
        let fields = flatten(json!({
            "vcpus": { "max": 4 }, "order": ["hd"], "labels": {}, "gone": null,
            "mounts": { "/etc/a.conf": { "readOnly": true } },
        }));
        let printed: Vec<_> = fields.iter().map(|(path, value)| format!("{path} = {value}")).collect();
        assert_eq!(
            printed,
            [r#"labels = {}"#, r#"mounts."/etc/a.conf".readOnly = true"#, r#"order = ["hd"]"#, r#"vcpus.max = 4"#]
        );
    }

    #[test]
    fn segments_undo_the_quoting() {
        let path = FieldPath::from_segments(["mounts", "/etc/a.\"b\".conf", "readOnly"]);
        assert_eq!(path.segments(), ["mounts", "/etc/a.\"b\".conf", "readOnly"]);
    }

    #[test]
    fn within_respects_segment_borders() {
        assert!(FieldPath::from("disks.data.cache").is_within("disks.data"));
        assert!(!FieldPath::from("disks.database.cache").is_within("disks.data"));
    }
}
