//! `${VARIABLE}` in a compose file.

use std::collections::BTreeMap;

use serde_json::Value;

/// Fills in variables everywhere; the names of those that are not set and have no default go to `unset`.
pub(super) fn fill(value: Value, variables: &BTreeMap<String, String>, unset: &mut Vec<String>) -> Value {
    match value {
        Value::String(text) => Value::String(filled(&text, variables, unset)),
        Value::Array(items) => items.into_iter().map(|item| fill(item, variables, unset)).collect(),
        Value::Object(map) => map.into_iter().map(|(key, value)| (key, fill(value, variables, unset))).collect(),
        other => other,
    }
}

fn filled(text: &str, variables: &BTreeMap<String, String>, unset: &mut Vec<String>) -> String {
    let mut whole = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        whole.push_str(before);
        if let Some(after) = after.strip_prefix('$') {
            whole.push('$');
            rest = after;
        } else if let Some((hole, after)) = after.strip_prefix('{').and_then(|inside| inside.split_once('}')) {
            whole.push_str(&value_of(hole, variables, unset));
            rest = after;
        } else {
            let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
            if end == 0 {
                whole.push('$');
            } else {
                whole.push_str(&value_of(&after[..end], variables, unset));
            }
            rest = &after[end..];
        }
    }
    whole.push_str(rest);
    whole
}

/// `NAME`, `NAME:-default`, `NAME-default`, `NAME:?message`, `NAME?message`, `NAME:+instead`, `NAME+instead`.
fn value_of(hole: &str, variables: &BTreeMap<String, String>, unset: &mut Vec<String>) -> String {
    let end = hole.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(hole.len());
    let (name, operator) = hole.split_at(end);
    let (operator, counts_empty) = match operator.strip_prefix(':') {
        Some(operator) => (operator, true),
        None => (operator, false),
    };
    let value = variables.get(name).filter(|value| !(counts_empty && value.is_empty()));
    match (value, operator.chars().next(), operator.get(1..)) {
        (Some(_), Some('+'), Some(instead)) => instead.to_owned(),
        (None, Some('+'), _) => String::new(),
        (Some(value), ..) => value.clone(),
        (None, Some('-'), Some(default)) => default.to_owned(),
        (None, ..) => {
            if !unset.iter().any(|known| known == name) {
                unset.push(name.to_owned());
            }
            String::new()
        }
    }
}

/// The variables of an `.env` file: `NAME=value` a line, with or without quotes; `#` begins a comment.
pub fn variables(text: &str) -> BTreeMap<String, String> {
    let lines = text.lines().map(str::trim).filter(|line| !line.starts_with('#'));
    let pairs = lines.filter_map(|line| line.strip_prefix("export ").unwrap_or(line).split_once('='));
    pairs.map(|(name, value)| (name.trim().to_owned(), unquoted(value.trim()).to_owned())).collect()
}

fn unquoted(value: &str) -> &str {
    let quoted = |mark: char| value.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    quoted('"').or_else(|| quoted('\'')).unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{filled, variables};

    #[test]
    fn variables_are_filled_in_as_compose_does() {
        let known = BTreeMap::from([("TAG".to_owned(), "1.27".to_owned()), ("EMPTY".to_owned(), String::new())]);
        for (text, expected) in [
            ("nginx:$TAG-alpine", "nginx:1.27-alpine"),
            ("${TAG:-2}", "1.27"),
            ("${EMPTY:-2}${EMPTY-3}", "2"),
            ("${GONE-x}${GONE:+y}${TAG:+z}", "xz"),
            ("costs $$5 or 5$", "costs $5 or 5$"),
            ("${GONE}.", "."),
        ] {
            assert_eq!(filled(text, &known, &mut Vec::new()), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_set_is_told_once() {
        let mut unset = Vec::new();
        filled("$A ${A} ${B:?needed} ${C:-c}", &BTreeMap::new(), &mut unset);
        assert_eq!(unset, ["A", "B"]);
    }

    #[test]
    fn a_file_of_variables_has_one_a_line() {
        let read = variables("# a comment\nA=1\nexport B = \"two words\"\n\nC='3'\n");
        assert_eq!(read["A"], "1");
        assert_eq!(read["B"], "two words");
        assert_eq!(read["C"], "3");
    }
}
