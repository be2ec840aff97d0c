//! Flake references: where an input comes from, as attributes and as a short text.

pub(crate) mod exact;

use serde_json::{Map, Value as Json, json};

/// The text of a reference of a kind, as Nix writes it but without hashes of contents.
pub(crate) fn shown(kind: &str, attributes: &Map<String, Json>) -> String {
    let text = |name: &str| attributes.get(name).and_then(Json::as_str);
    let part = |name: &str| text(name).map(|value| format!("/{value}")).unwrap_or_default();
    let query = || {
        let pairs = ["ref", "rev", "dir"].into_iter().filter_map(|name| Some(format!("{name}={}", text(name)?)));
        let pairs: Vec<_> = pairs.collect();
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    };
    match kind {
        "path" => format!("path:{}", text("path").unwrap_or_default()),
        "github" | "gitlab" | "sourcehut" => {
            let version = if text("rev").is_some() { part("rev") } else { part("ref") };
            let repository = format!("{}/{}", text("owner").unwrap_or_default(), text("repo").unwrap_or_default());
            let host = text("host").map(|host| format!("?host={host}")).unwrap_or_default();
            format!("{kind}:{repository}{version}{host}")
        }
        "git" | "hg" => {
            let url = text("url").unwrap_or_default();
            let scheme = if url.contains("://") { format!("{kind}+{url}") } else { format!("{kind}+file://{url}") };
            format!("{scheme}{}", query())
        }
        "indirect" => format!("flake:{}{}{}", text("id").unwrap_or_default(), part("ref"), part("rev")),
        _ => text("url").map_or_else(|| kind.to_owned(), str::to_owned),
    }
}

/// The attributes of a reference written as a URL or path; what is not a path is only recognised enough to be named.
pub(crate) fn parse(url: &str) -> Map<String, Json> {
    let (plain, query) = url.split_once('?').unwrap_or((url, ""));
    let (kind, rest) = match plain.split_once(':') {
        Some((scheme, rest)) if !scheme.contains('/') => (scheme, rest),
        _ if plain.starts_with(['/', '.']) => ("path", plain),
        _ => ("flake", plain),
    };
    let mut attributes: Map<String, Json> = query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let mut set = |name: &str, value: &str| attributes.insert(name.to_owned(), json!(value));
    match kind {
        "path" => {
            set("type", "path");
            // `path:` has no host, but may be written with an empty one.
            set("path", rest.strip_prefix("//").unwrap_or(rest));
        }
        "github" | "gitlab" | "sourcehut" => {
            set("type", kind);
            let mut parts = rest.splitn(3, '/');
            for name in ["owner", "repo", "ref"] {
                parts.next().and_then(|part| set(name, part));
            }
        }
        "flake" => {
            set("type", "indirect");
            let mut parts = rest.splitn(3, '/');
            for name in ["id", "ref", "rev"] {
                parts.next().and_then(|part| set(name, part));
            }
        }
        _ => match kind.split_once('+') {
            Some((kind @ ("git" | "hg"), protocol)) => {
                set("type", kind);
                set("url", &format!("{protocol}:{rest}"));
            }
            _ => {
                set("type", "tarball");
                set("url", plain);
            }
        },
    }
    attributes
}

#[cfg(test)]
mod tests;
