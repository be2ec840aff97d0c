//! A YAML mapping that is taken apart key by key.

use std::collections::BTreeMap;

use model::Bytes;
use serde_json::{Map, Value};

use crate::export::size;

/// What is not taken yet.
#[derive(Debug, Default)]
pub(super) struct Fields {
    map: Map<String, Value>,
    notes: Vec<String>,
}

impl Fields {
    /// The fields of a mapping; of nothing, none.
    pub(super) fn of(value: Value) -> Self {
        match value {
            Value::Object(map) => Self { map, notes: Vec::new() },
            Value::Null => Self::default(),
            other => Self { map: Map::new(), notes: vec![format!("`{other}`, which is no mapping")] },
        }
    }

    /// Takes a value.
    pub(super) fn take(&mut self, key: &str) -> Option<Value> {
        self.map.remove(key).filter(|value| !value.is_null())
    }

    /// Takes a mapping.
    pub(super) fn group(&mut self, key: &str) -> Self {
        self.take(key).map(Self::of).unwrap_or_default()
    }

    /// Takes a text, a number or a truth as text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let value = self.take(key)?;
        let text = scalar(&value);
        if text.is_none() {
            self.note(format!("{key}: `{value}`"));
        }
        text
    }

    /// Takes a truth; what is not there is false.
    pub(super) fn flag(&mut self, key: &str) -> bool {
        self.text(key).is_some_and(|text| text == "true")
    }

    /// Takes a whole number.
    pub(super) fn number(&mut self, key: &str) -> Option<i64> {
        let text = self.text(key)?;
        let number = text.parse().ok();
        if number.is_none() {
            self.note(format!("{key}: `{text}`"));
        }
        number
    }

    /// Takes a list of words; one word alone is a list of it.
    pub(super) fn words(&mut self, key: &str) -> Vec<String> {
        match self.take(key) {
            None => Vec::new(),
            Some(Value::Array(items)) => items.iter().filter_map(|item| self.word(key, item)).collect(),
            Some(one) => self.word(key, &one).into_iter().collect(),
        }
    }

    fn word(&mut self, key: &str, item: &Value) -> Option<String> {
        let word = scalar(item);
        if word.is_none() {
            self.note(format!("{key}: `{item}`"));
        }
        word
    }

    /// Takes pairs, written as a mapping or as a list of `key=value`. A key without a value is told.
    pub(super) fn pairs(&mut self, key: &str) -> BTreeMap<String, String> {
        let pairs: Vec<(String, Option<String>)> = match self.take(key) {
            None => Vec::new(),
            Some(Value::Object(map)) => map.iter().map(|(name, value)| (name.clone(), scalar(value))).collect(),
            Some(Value::Array(items)) => items.iter().filter_map(scalar).map(|item| pair(&item)).collect(),
            Some(other) => vec![(other.to_string(), None)],
        };
        let mut told = BTreeMap::new();
        for (name, value) in pairs {
            match value {
                Some(value) => {
                    told.insert(name, value);
                }
                None => self.note(format!("{key}: {name} has no value of its own")),
            }
        }
        told
    }

    /// Takes an amount of memory, in compose's spelling, and gives ours.
    pub(super) fn size(&mut self, key: &str) -> Option<String> {
        let text = self.text(key)?;
        let bytes = bytes(&text);
        if bytes.is_none() {
            self.note(format!("{key}: `{text}` is no size"));
        }
        bytes.map(size)
    }

    /// Takes what means nothing here.
    pub(super) fn ignore(&mut self, keys: &[&str]) {
        self.map.retain(|key, _| !keys.contains(&key.as_str()));
    }

    /// Says that something is not carried over.
    pub(super) fn note(&mut self, what: impl Into<String>) {
        self.notes.push(what.into());
    }

    /// What is not carried over: what was noted, and the keys that nobody took. Extensions (`x-…`) mean nothing.
    pub(super) fn rest(self) -> Vec<String> {
        let left = self.map.into_iter().filter(|(key, value)| !key.starts_with("x-") && !value.is_null());
        self.notes.into_iter().chain(left.map(|(key, value)| format!("{key}: {}", brief(&value)))).collect()
    }
}

/// A scalar as text.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(_) | Value::Bool(_) => Some(value.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn pair(item: &str) -> (String, Option<String>) {
    match item.split_once('=') {
        Some((key, value)) => (key.to_owned(), Some(value.to_owned())),
        None => (item.to_owned(), None),
    }
}

/// A value on one line, cut where it is long.
fn brief(value: &Value) -> String {
    let text = scalar(value).unwrap_or_else(|| value.to_string());
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// `512m`, `1gb`, `1.5g`, `4096`: the units are powers of 1024.
fn bytes(text: &str) -> Option<Bytes> {
    let text = text.trim().to_lowercase();
    let unit = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
    let (amount, unit) = text.split_at(unit);
    let shift = match unit.trim_end_matches('b').trim_end_matches('i') {
        "" => 0,
        "k" => 10,
        "m" => 20,
        "g" => 30,
        "t" => 40,
        _ => return None,
    };
    let amount: f64 = amount.trim().parse().ok()?;
    let count = amount * f64::from(1_u32 << (shift % 30)) * f64::from(1_u32 << (shift / 30 * 30));
    (0.0..1e18).contains(&count).then(|| Bytes::new(count as u64))
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_are_in_powers_of_1024() {
        for (text, count) in [("64M", 64 << 20), ("1gb", 1 << 30), ("1.5g", 3 << 29), ("2t", 2 << 40), ("4096", 4096)] {
            assert_eq!(bytes(text).map(|bytes| bytes.get()), Some(count), "{text}");
        }
        assert_eq!(bytes("a lot"), None);
    }
}
