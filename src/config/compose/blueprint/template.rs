//! `{{ parameters.x }}` and `{{ inputs.y }}` in the strings of components.
//!
//! Nix's own `${…}` is evaluated before there are parameters, hence another spelling. Braces around anything else
//! are left alone: files of other template languages pass through.

use serde_json::{Map, Value};

/// A name that has no value.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NoValue(pub(super) String);

/// Fills in a text.
pub(super) fn fill(text: &str, scope: &Map<String, Value>) -> Result<String, NoValue> {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, name, after)) = next(rest) {
        filled.push_str(before);
        match value_of(name, scope)? {
            Value::String(text) => filled.push_str(text),
            other => filled.push_str(&other.to_string()),
        }
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}

/// Fills in every string of a value, keys included. A string that is one name and nothing else becomes its value,
/// of whatever type.
pub(super) fn fill_value(value: &Value, scope: &Map<String, Value>) -> Result<Value, NoValue> {
    Ok(match value {
        Value::String(text) => match next(text) {
            Some(("", name, "")) => value_of(name, scope)?.clone(),
            _ => Value::String(fill(text, scope)?),
        },
        Value::Array(list) => list.iter().map(|element| fill_value(element, scope)).collect::<Result<_, _>>()?,
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| Ok((fill(key, scope)?, fill_value(value, scope)?)))
                .collect::<Result<_, _>>()?,
        ),
        other => other.clone(),
    })
}

/// The first `{{ … }}` of ours: the text before it, its name, the text after it.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut from = 0;
    loop {
        let start = from + text[from..].find("{{")?;
        let end = start + text[start..].find("}}")?;
        let name = text[start + 2..end].trim();
        if name.starts_with("parameters.") || name.starts_with("inputs.") {
            return Some((&text[..start], name, &text[end + 2..]));
        }
        from = start + 2;
    }
}

fn value_of<'a>(name: &str, scope: &'a Map<String, Value>) -> Result<&'a Value, NoValue> {
    let path: Vec<&str> = name.split('.').collect();
    let found = scope.get(path[0]).and_then(|value| crate::tree::at(value, &path[1..]));
    found.filter(|value| !value.is_null()).ok_or_else(|| NoValue(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Map, Value, json};

    use super::{NoValue, fill, fill_value};

    fn scope() -> Map<String, Value> {
        let Value::Object(scope) =
            json!({ "parameters": { "n": 3, "none": null }, "inputs": { "db": { "host": "h" } } })
        else {
            unreachable!("it is an object")
        };
        scope
    }

    #[test]
    fn names_are_filled_in_and_other_braces_are_left() {
        for (text, filled) in [
            ("replicas={{ parameters.n }}", "replicas=3"),
            ("{{inputs.db.host}}:{{ parameters.n }}", "h:3"),
            ("{{ jinja }} {{ parameters.n }} {{", "{{ jinja }} 3 {{"),
        ] {
            assert_eq!(fill(text, &scope()), Ok(filled.to_owned()), "{text}");
        }
        assert_eq!(fill("{{ parameters.none }}", &scope()), Err(NoValue("parameters.none".to_owned())));
    }

    #[test]
    fn a_string_that_is_one_name_takes_the_values_type() {
        assert_eq!(fill_value(&json!(["{{ parameters.n }}", "n{{ parameters.n }}"]), &scope()), Ok(json!([3, "n3"])));
    }
}
