//! One field's values, in the units that people use.

use model::{Bytes, FieldPath};
use serde_json::{Map, Value};

/// The longest value that is printed whole.
const LONGEST: usize = 60;

/// A value as it is, short: what there is to say without knowing what it is of.
pub fn plain(value: &Value) -> String {
    match value {
        Value::Null => "unset".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => string(text),
        Value::Array(items) if items.is_empty() => "nothing".to_owned(),
        Value::Array(items) => shorten(&items.iter().map(plain).collect::<Vec<_>>().join(", ")),
        Value::Object(map) => object(map),
    }
}

/// A field's change, old → new.
pub(super) fn change(path: &FieldPath, old: Option<&Value>, new: Option<&Value>) -> String {
    if path.is_secret() {
        return "(not shown) → (not shown)".to_owned();
    }
    match (old, new) {
        (Some(Value::String(old)), Some(Value::String(new))) if is_long(path, old) || is_long(path, new) => {
            lines_changed(old, new)
        }
        (None, Some(new @ Value::Object(_))) => of_group("added", &value(path, Some(new))),
        (Some(old @ Value::Object(_)), None) => of_group("removed", &value(path, Some(old))),
        _ => format!("{} → {}", value(path, old), value(path, new)),
    }
}

/// What becomes of a group, with what is in it where there is anything to say.
fn of_group(deed: &str, members: &str) -> String {
    if members.is_empty() { deed.to_owned() } else { format!("{deed}: {members}") }
}

/// A field's value in its unit.
fn value(path: &FieldPath, value: Option<&Value>) -> String {
    match value {
        None => "unset".to_owned(),
        Some(Value::Number(number)) => match (number.as_u64(), unit(path)) {
            (Some(n), Unit::Bytes) => Bytes::new(n).to_string(),
            (Some(n), Unit::BytesPerSecond) => format!("{}/s", Bytes::new(n)),
            (Some(n), Unit::NanoCpus) => cpus(n),
            (Some(n), Unit::Microseconds) => format!("{n} µs"),
            _ => number.to_string(),
        },
        Some(Value::String(text)) if is_long(path, text) => lines(text.lines().count()),
        Some(Value::Object(map)) if !map.is_empty() => {
            let inner = map.iter().map(|(key, inner)| member(path, key, inner)).filter(|text| !text.is_empty());
            shorten(&inner.collect::<Vec<_>>().join(", "))
        }
        Some(other) => plain(other),
    }
}

fn member(path: &FieldPath, key: &str, inner: &Value) -> String {
    let path = path.child(key);
    match inner {
        Value::Object(map) if map.is_empty() => String::new(),
        Value::Object(_) => value(&path, Some(inner)),
        _ if key == "capacity" || key == "bus" || key == "source" => value(&path, Some(inner)),
        Value::String(text) if key == "volume" || key == "file" || key == "network" => format!("{key} {text}"),
        _ => format!("{key} {}", value(&path, Some(inner))),
    }
}

enum Unit {
    None,
    Bytes,
    BytesPerSecond,
    NanoCpus,
    Microseconds,
}

/// The unit that a field's number is in, told by its name: sizes are bytes all over the model.
fn unit(path: &FieldPath) -> Unit {
    let segments = path.segments();
    let first = segments.first().map(String::as_str);
    match (first, segments.last().map(String::as_str)) {
        (Some("memory"), Some("current" | "maximum" | "hugepages")) => Unit::Bytes,
        (_, Some("capacity")) => Unit::Bytes,
        (Some("limits"), Some("memory" | "memorySwap" | "memoryReservation")) => Unit::Bytes,
        (_, Some("throughput" | "bandwidth")) => Unit::BytesPerSecond,
        (_, Some("nanoCpus")) => Unit::NanoCpus,
        (_, Some("quotaUs" | "periodUs")) => Unit::Microseconds,
        _ => Unit::None,
    }
}

/// Billionths of a CPU as CPUs.
fn cpus(nano: u64) -> String {
    let fraction = format!("{:09}", nano % 1_000_000_000);
    let fraction = fraction.trim_end_matches('0');
    let dot = if fraction.is_empty() { "" } else { "." };
    let word = if nano == 1_000_000_000 { "CPU" } else { "CPUs" };
    format!("{}{dot}{fraction} {word}", nano / 1_000_000_000)
}

/// Whether a field holds a text of its own, which is counted and never quoted.
fn is_long(path: &FieldPath, text: &str) -> bool {
    matches!(path.as_str(), "content" | "userData" | "metaData" | "networkConfig") || text.contains('\n')
}

fn lines_changed(old: &str, new: &str) -> String {
    let (before, after): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let same_start = before.iter().zip(&after).take_while(|(a, b)| a == b).count();
    let (before, after) = (&before[same_start..], &after[same_start..]);
    let same_end = before.iter().rev().zip(after.iter().rev()).take_while(|(a, b)| a == b).count();
    let (gone, come) = (before.len() - same_end, after.len() - same_end);
    format!("{} → {} from line {}", lines(gone), lines(come), same_start + 1)
}

fn lines(n: usize) -> String {
    if n == 1 { "1 line".to_owned() } else { format!("{n} lines") }
}

fn string(text: &str) -> String {
    let (prefix, hash) = text.strip_prefix("sha256:").map_or(("", text), |hash| ("sha256:", hash));
    if hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return format!("{prefix}{}…", &hash[..12]);
    }
    if text.is_empty() {
        return "\"\"".to_owned();
    }
    if text.contains('\n') {
        return lines(text.lines().count());
    }
    shorten(text)
}

fn object(map: &Map<String, Value>) -> String {
    let members = map.iter().map(|(key, value)| format!("{key} {}", plain(value)));
    shorten(&members.collect::<Vec<_>>().join(", "))
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(LONGEST - 1).collect();
    short.push('…');
    short
}

#[cfg(test)]
mod tests;
