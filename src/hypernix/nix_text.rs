//! Prints values as Nix source that a person would have written.

use serde_json::{Map, Value};

/// The width that a list or a set in a list may have on one line.
const LINE: usize = 88;

/// Words that cannot be attribute names without quotes.
const KEYWORDS: [&str; 9] = ["assert", "else", "if", "in", "inherit", "let", "rec", "then", "with"];

/// Prints `value` as an expression. Its first line continues where it is put; further lines are indented by
/// `indent` steps of two blanks.
pub fn expression(value: &Value, indent: usize) -> String {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::String(text) => string(text),
        Value::Array(items) => list(items, indent),
        Value::Object(fields) => set(fields, indent),
    }
}

/// Prints `path = value;`, a set with a single attribute as a longer path: `a.b = 1;`.
pub fn binding(path: &str, value: &Value, indent: usize) -> String {
    match value {
        Value::Object(fields) if fields.len() == 1 => {
            let (key, value) = fields.iter().next().expect("it has one attribute");
            binding(&format!("{path}.{}", attribute(key)), value, indent)
        }
        _ => format!("{}{path} = {};\n", blanks(indent), expression(value, indent)),
    }
}

/// An attribute's name, quoted where it has to be.
pub fn attribute(name: &str) -> String {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let goes_on_well = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '\''));
    if starts_well && goes_on_well && !KEYWORDS.contains(&name) { name.to_owned() } else { string(name) }
}

fn string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '"' | '\\' => quoted.extend(['\\', c]),
            '$' if rest.peek() == Some(&'{') => quoted.push_str("\\$"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            _ => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

fn list(items: &[Value], indent: usize) -> String {
    if items.is_empty() {
        return "[ ]".to_owned();
    }
    let words: Vec<String> = items.iter().map(|item| short(item).unwrap_or_default()).collect();
    let line = format!("[ {} ]", words.join(" "));
    if words.iter().all(|word| !word.is_empty() && !word.starts_with('{')) && line.len() <= LINE {
        return line;
    }
    let mut text = "[\n".to_owned();
    for item in items {
        let word = short(item).filter(|word| word.len() <= LINE).unwrap_or_else(|| expression(item, indent + 1));
        text.push_str(&format!("{}{word}\n", blanks(indent + 1)));
    }
    text.push_str(&format!("{}]", blanks(indent)));
    text
}

fn set(fields: &Map<String, Value>, indent: usize) -> String {
    if fields.is_empty() {
        return "{ }".to_owned();
    }
    let mut text = "{\n".to_owned();
    for (key, value) in fields {
        text.push_str(&binding(&attribute(key), value, indent + 1));
    }
    text.push_str(&format!("{}}}", blanks(indent)));
    text
}

/// The value on one line; nothing for what holds sets or lists of sets too deep to read that way.
fn short(value: &Value) -> Option<String> {
    match value {
        Value::Object(fields) if fields.values().all(|field| !field.is_object()) => {
            let bindings: Option<Vec<String>> =
                fields.iter().map(|(key, value)| Some(format!("{} = {};", attribute(key), short(value)?))).collect();
            Some(format!("{{ {} }}", bindings?.join(" ")))
        }
        Value::Object(_) => None,
        Value::Array(items) => {
            let words: Option<Vec<String>> = items.iter().map(short).collect();
            Some(format!("[ {} ]", words?.join(" ")))
        }
        scalar => Some(expression(scalar, 0)),
    }
}

fn blanks(indent: usize) -> String {
    "  ".repeat(indent)
}

#[cfg(test)]
mod tests {
    use expect_test::expect;
    use serde_json::json;

    use super::binding;

    #[test]
    fn values_read_as_if_written_by_hand() {
        let value = json!({
            "tags": ["production", "public-facing"],
            "resources": { "memory": { "size": "2Gi" } },
            "container": {
                "env": { "A.B": "${not a hole} \"q\"", "with": "x\ny" },
                "ports": ["8080:80/tcp"],
                "privileged": false,
            },
            "storage": [
                { "name": "data", "size": "20Gi" },
                { "name": "logs", "performance": { "iops": 500 }, "size": "1Gi" },
            ],
            "labels": {},
        });
        expect![[r#"
            hypervisor.compute.units."9p" = {
              tags = [ "production" "public-facing" ];
              resources.memory.size = "2Gi";
              container = {
                env = {
                  "A.B" = "\${not a hole} \"q\"";
                  "with" = "x\ny";
                };
                ports = [ "8080:80/tcp" ];
                privileged = false;
              };
              storage = [
                { name = "data"; size = "20Gi"; }
                {
                  name = "logs";
                  performance.iops = 500;
                  size = "1Gi";
                }
              ];
              labels = { };
            };
        "#]]
        .assert_eq(&binding("hypervisor.compute.units.\"9p\"", &value, 0));
    }
}
