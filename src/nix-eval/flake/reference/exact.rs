//! References as `builtins.parseFlakeRef` and `builtins.flakeRefToString` have them: exactly, or refused.

use serde_json::{Map, Number, Value as Json, json};

/// What Nix says to a reference that it cannot use.
type Refused = String;

/// Attributes of every fetched tree, after `=`: whether the value is a number.
const OF_ALL: [(&str, bool); 4] = [("narHash", false), ("rev", false), ("revCount", true), ("lastModified", true)];

/// Parameters of Git URLs that are Booleans.
const GIT_SWITCHES: [&str; 6] = ["shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit"];

/// Parameters of Git URLs that are texts.
const GIT_TEXTS: [&str; 5] = ["ref", "keytype", "publicKey", "publicKeys", "name"];

/// The attributes of a reference.
pub(crate) fn parse(text: &str) -> Result<Map<String, Json>, Refused> {
    if let Some((_, fragment)) = text.split_once('#').filter(|(_, fragment)| !fragment.is_empty()) {
        return Err(format!("unexpected fragment '{fragment}' in flake reference '{text}'"));
    }
    let no_path = || format!("flake reference '{text}' is not an absolute path");
    let plain = text.split('#').next().unwrap_or_default();
    if plain.starts_with('/') {
        let (path, query) = halves(plain, '?');
        let mut attributes = of_type("path");
        attributes.insert("path".to_owned(), json!(path));
        attributes.extend(pairs(query).map(|(name, value)| (name, json!(value))));
        return Ok(attributes);
    }
    let (scheme, rest) = match plain.split_once(':') {
        Some((scheme, rest)) => (scheme, rest),
        None => return indirect(plain).ok_or_else(no_path),
    };
    match scheme {
        "flake" => indirect(rest).ok_or_else(no_path),
        "path" => of_path(rest, plain),
        "github" | "gitlab" | "sourcehut" => of_forge(scheme, rest).ok_or_else(no_path),
        "git" => Ok(of_url("git", plain)),
        _ if scheme.contains(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c)) => Err(no_path()),
        _ => match scheme.split_once('+') {
            Some((kind @ ("git" | "hg" | "tarball" | "file"), _)) => Ok(of_url(kind, &plain[kind.len() + 1..])),
            None if matches!(scheme, "http" | "https" | "file") => Ok(of_url("tarball", plain)),
            _ => Err(format!("input '{text}' is unsupported")),
        },
    }
}

fn of_type(kind: &str) -> Map<String, Json> {
    Map::from_iter([("type".to_owned(), json!(kind))])
}

fn halves(text: &str, at: char) -> (&str, &str) {
    text.split_once(at).unwrap_or((text, ""))
}

/// The parameters of a query, decoded.
fn pairs(query: &str) -> impl Iterator<Item = (String, String)> {
    query.split('&').filter_map(|pair| pair.split_once('=')).map(|(name, value)| (name.to_owned(), decoded(value)))
}

fn decoded(text: &str) -> String {
    let (mut bytes, mut rest) = (Vec::with_capacity(text.len()), text.as_bytes());
    while let Some((byte, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()).filter(|_| *byte == b'%') {
            Some(code) => {
                bytes.push(code);
                rest = &after[2..];
            }
            None => {
                bytes.push(*byte);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~!$&'()*,;:@/?".contains(&byte);
    text.bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

fn is_revision(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn number(text: &str) -> Json {
    text.parse::<u64>().map_or_else(|_| json!(text), |number| Json::Number(Number::from(number)))
}

/// `name`, `name/ref`, `name/rev` or `name/ref/rev`.
fn indirect(text: &str) -> Option<Map<String, Json>> {
    let mut attributes = of_type("indirect");
    let parts: Vec<&str> = text.split('/').collect();
    let is_name = parts[0].starts_with(|c: char| c.is_ascii_alphabetic())
        && parts[0].bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-".contains(&byte));
    let rest = match parts[1..] {
        _ if !is_name => return None,
        [] => Vec::new(),
        [only] => vec![(if is_revision(only) { "rev" } else { "ref" }, only)],
        [branch, rev] if is_revision(rev) => vec![("ref", branch), ("rev", rev)],
        _ => return None,
    };
    attributes.insert("id".to_owned(), json!(parts[0]));
    attributes.extend(rest.into_iter().map(|(name, value)| (name.to_owned(), json!(value))));
    Some(attributes)
}

fn of_path(rest: &str, url: &str) -> Result<Map<String, Json>, Refused> {
    let (path, query) = halves(rest, '?');
    let mut attributes = of_type("path");
    attributes.insert("path".to_owned(), json!(decoded(path)));
    for (name, value) in pairs(query) {
        let value = match OF_ALL.iter().find(|(known, _)| *known == name) {
            Some((_, true)) => number(&value),
            Some(_) => json!(value),
            None if name == "dir" => json!(value),
            None => return Err(format!("path URL '{url}' has unsupported parameter '{name}'")),
        };
        attributes.insert(name, value);
    }
    Ok(attributes)
}

fn of_forge(kind: &str, rest: &str) -> Option<Map<String, Json>> {
    let (path, query) = halves(rest, '?');
    let mut attributes = of_type(kind);
    let mut parts = path.splitn(3, '/');
    for name in ["owner", "repo"] {
        let part = parts.next().filter(|part| !part.is_empty())?;
        attributes.insert(name.to_owned(), json!(decoded(part)));
    }
    if let Some(version) = parts.next() {
        attributes.insert(if is_revision(version) { "rev" } else { "ref" }.to_owned(), json!(decoded(version)));
    }
    for (name, value) in pairs(query) {
        let is_version = matches!(name.as_str(), "ref" | "rev");
        if is_version && (attributes.contains_key("ref") || attributes.contains_key("rev")) {
            return None;
        }
        if is_version || matches!(name.as_str(), "host" | "dir" | "narHash") {
            attributes.insert(name, json!(value));
        }
    }
    let is_plain =
        |name: &str| attributes.get(name).and_then(Json::as_str).is_none_or(|text| !text.contains([' ', '^']));
    ["owner", "repo", "ref"].into_iter().all(is_plain).then_some(attributes)
}

/// A URL to fetch; what its query says of the reference is no part of it.
fn of_url(kind: &str, url: &str) -> Map<String, Json> {
    let (plain, query) = halves(url, '?');
    let mut attributes = of_type(kind);
    let mut own = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = halves(pair, '=');
        let value = decoded(value);
        let value = match OF_ALL.iter().find(|(known, _)| *known == name) {
            Some((_, true)) => number(&value),
            Some(_) => json!(value),
            None if name == "dir" => json!(value),
            None if kind == "git" && GIT_SWITCHES.contains(&name) => json!(value == "1"),
            None if (kind == "git" && GIT_TEXTS.contains(&name)) || (kind == "hg" && name == "ref") => json!(value),
            None => {
                own.push(pair);
                continue;
            }
        };
        attributes.insert(name.to_owned(), value);
    }
    let own = if own.is_empty() { String::new() } else { format!("?{}", own.join("&")) };
    attributes.insert("url".to_owned(), json!(format!("{plain}{own}")));
    attributes
}

/// The text of a reference's attributes.
pub(crate) fn written(attributes: &Map<String, Json>) -> Result<String, Refused> {
    let text = |name: &str| attributes.get(name).and_then(Json::as_str);
    let needed = |name: &str| text(name).ok_or_else(|| format!("input attribute '{name}' is missing"));
    let Some(kind) = text("type") else {
        return Err("'type' attribute to specify input scheme is required but not provided".to_owned());
    };
    let (start, in_path): (String, &[&str]) = match kind {
        "github" | "gitlab" | "sourcehut" => (of_version(kind, attributes)?, &["owner", "repo", "ref", "rev"]),
        "indirect" => {
            let part = |name: &str| text(name).map(|value| format!("/{value}")).unwrap_or_default();
            (format!("flake:{}{}{}", needed("id")?, part("ref"), part("rev")), &["id", "ref", "rev"])
        }
        "path" => (format!("path:{}", encoded(needed("path")?)), &["path"]),
        "git" | "hg" => {
            let url = needed("url")?;
            let url = if url.contains("://") { url.to_owned() } else { format!("file://{url}") };
            (if url.starts_with("git:") { url } else { format!("{kind}+{url}") }, &["url"])
        }
        "tarball" | "file" => (needed("url")?.to_owned(), &["url"]),
        _ => return Err(format!("cannot show unsupported input '{}'", Json::Object(attributes.clone()))),
    };
    let mut query: Vec<(&str, String)> = attributes
        .iter()
        .filter(|(name, _)| *name != "type" && !in_path.contains(&name.as_str()))
        .filter_map(|(name, value)| Some((name.as_str(), parameter(value)?)))
        .collect();
    query.sort();
    let query: Vec<String> = query.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    let sign = if start.contains('?') { "&" } else { "?" };
    Ok(if query.is_empty() { start } else { format!("{start}{sign}{}", query.join("&")) })
}

fn of_version(kind: &str, attributes: &Map<String, Json>) -> Result<String, Refused> {
    let text = |name: &str| attributes.get(name).and_then(Json::as_str);
    let needed = |name: &str| text(name).ok_or_else(|| format!("input attribute '{name}' is missing"));
    let known = ["type", "owner", "repo", "ref", "rev", "host", "dir", "narHash", "lastModified", "treeHash"];
    if let Some(name) = attributes.keys().find(|name| !known.contains(&name.as_str())) {
        return Err(format!("input attribute '{name}' not supported by scheme '{kind}'"));
    }
    let version = match (text("ref"), text("rev")) {
        (Some(branch), Some(rev)) => {
            let mut shown: Vec<(&String, &Json)> = attributes.iter().collect();
            shown.sort_by_key(|(name, _)| *name);
            let shown: Map<String, Json> =
                shown.into_iter().map(|(name, value)| (name.clone(), value.clone())).collect();
            return Err(format!(
                "input {} contains both a commit hash ('{rev}') and a branch/tag name ('{branch}')",
                Json::Object(shown)
            ));
        }
        (Some(version), None) | (None, Some(version)) => format!("/{version}"),
        (None, None) => String::new(),
    };
    Ok(format!("{kind}:{}/{}{version}", encoded(needed("owner")?), encoded(needed("repo")?)))
}

/// A value in a query; a switch that is off is left out.
fn parameter(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(encoded(text)),
        Json::Bool(is_on) => is_on.then(|| "1".to_owned()),
        Json::Number(number) => Some(number.to_string()),
        _ => None,
    }
}
