//! Names of store objects, and how they are made of hashes.

use std::collections::BTreeSet;

use crate::hash::{Algorithm, nix32};

/// Length of the hash at the front of a name.
const HASH_LEN: usize = 32;

/// Bytes that the hash stands for.
const HASH_BYTES: usize = 20;

/// The longest name after the hash.
const LONGEST_NAME: usize = 211;

/// What ends the name of a derivation's file.
pub(crate) const DRV_SUFFIX: &str = ".drv";

/// A store object's name, `hash-name`, without the folder. The order is Nix's.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct StorePath(String);

/// Why a text names no store object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum BadPath {
    #[error("name must not be empty")]
    EmptyName,
    #[error("name '{0}' must be no longer than {LONGEST_NAME} characters")]
    LongName(String),
    #[error("name '{0}' is not valid")]
    DotName(String),
    #[error("name '{name}' is not valid: first dash-separated component must not be '{dots}'")]
    DotComponent { name: String, dots: &'static str },
    #[error("name '{name}' contains illegal character '{character}'")]
    NameCharacter { name: String, character: String },
    #[error("path '{base}' is not a valid store path: {problem}")]
    Name { base: String, problem: Box<BadPath> },
    #[error("'{0}' is too short to be a valid store path")]
    Short(String),
    #[error("store path '{base}' contains illegal base-32 character '{character}'")]
    HashCharacter { base: String, character: char },
    #[error("path '{0}' is not in the Nix store")]
    Outside(String),
}

/// Checks the part after the hash.
pub(crate) fn check_name(name: &[u8]) -> Result<&str, BadPath> {
    let shown = || String::from_utf8_lossy(name).into_owned();
    if name.is_empty() {
        return Err(BadPath::EmptyName);
    }
    if name.len() > LONGEST_NAME {
        return Err(BadPath::LongName(shown()));
    }
    for dots in [".", ".."] {
        match name.strip_prefix(dots.as_bytes()) {
            Some([]) => return Err(BadPath::DotName(shown())),
            Some([b'-', ..]) => return Err(BadPath::DotComponent { name: shown(), dots }),
            _ => {}
        }
    }
    let is_legal = |c: &u8| c.is_ascii_alphanumeric() || b"+-._?=".contains(c);
    if let Some(illegal) = name.iter().find(|c| !is_legal(c)) {
        let character = String::from_utf8_lossy(std::slice::from_ref(illegal)).into_owned();
        return Err(BadPath::NameCharacter { name: shown(), character });
    }
    Ok(std::str::from_utf8(name).expect("legal characters are ASCII"))
}

impl StorePath {
    /// Reads `hash-name`.
    pub(crate) fn parse(base: &[u8]) -> Result<Self, BadPath> {
        let shown = String::from_utf8_lossy(base).into_owned();
        if base.len() < HASH_LEN + 1 {
            return Err(BadPath::Short(shown));
        }
        let illegal = |c: &&u8| !(c.is_ascii_digit() || c.is_ascii_lowercase()) || b"eout".contains(c);
        if let Some(character) = base[..HASH_LEN].iter().find(illegal) {
            return Err(BadPath::HashCharacter { base: shown, character: char::from(*character) });
        }
        match check_name(&base[HASH_LEN + 1..]) {
            Ok(_) => Ok(Self(shown)),
            Err(problem) => Err(BadPath::Name { base: shown, problem: Box::new(problem) }),
        }
    }

    fn new(digest: &[u8], name: &str) -> Result<Self, BadPath> {
        let base = format!("{}-{name}", nix32(&compress(digest)));
        match check_name(name.as_bytes()) {
            Ok(_) => Ok(Self(base)),
            Err(problem) => Err(BadPath::Name { base, problem: Box::new(problem) }),
        }
    }

    /// `hash-name`.
    pub(crate) fn base(&self) -> &str {
        &self.0
    }

    /// The hash in base 32.
    pub(crate) fn hash_part(&self) -> &str {
        &self.0[..HASH_LEN]
    }

    /// The part after the hash.
    pub(crate) fn name(&self) -> &str {
        &self.0[HASH_LEN + 1..]
    }

    pub(crate) fn is_derivation(&self) -> bool {
        self.name().ends_with(DRV_SUFFIX)
    }
}

/// Folds a digest to the length that names have.
fn compress(digest: &[u8]) -> [u8; HASH_BYTES] {
    let mut folded = [0; HASH_BYTES];
    for (index, byte) in digest.iter().enumerate() {
        folded[index % HASH_BYTES] ^= byte;
    }
    folded
}

/// The folder of a store, which is part of what its paths are made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoreDir(String);

impl StoreDir {
    pub(crate) fn new(dir: &str) -> Self {
        Self(dir.trim_end_matches('/').to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn print(&self, path: &StorePath) -> String {
        format!("{}/{}", self.0, path.0)
    }

    /// Reads the absolute path of a store object.
    pub(crate) fn parse(&self, path: &[u8]) -> Result<StorePath, BadPath> {
        match self.inside(path) {
            Some(base) if !base.contains(&b'/') => StorePath::parse(base),
            _ => Err(BadPath::Outside(String::from_utf8_lossy(path).into_owned())),
        }
    }

    /// The store object that a path is or lies in, and the rest of the path.
    pub(crate) fn split<'p>(&self, path: &'p [u8]) -> Result<(StorePath, &'p [u8]), BadPath> {
        let outside = || BadPath::Outside(String::from_utf8_lossy(path).into_owned());
        let inside = self.inside(path).ok_or_else(outside)?;
        let end = inside.iter().position(|c| *c == b'/').unwrap_or(inside.len());
        Ok((StorePath::parse(&inside[..end])?, &inside[end..]))
    }

    /// The part of a path after the store's folder.
    fn inside<'p>(&self, path: &'p [u8]) -> Option<&'p [u8]> {
        path.strip_prefix(self.0.as_bytes())?.strip_prefix(b"/")
    }

    /// The path of an object of a kind, `digest` being the SHA-256 of what makes it up.
    pub(crate) fn make(&self, kind: &str, digest: &[u8], name: &str) -> Result<StorePath, BadPath> {
        let text = format!("{kind}:sha256:{}:{}:{name}", hex::encode(digest), self.0);
        StorePath::new(&Algorithm::Sha256.digest(text.as_bytes()), name)
    }

    /// The path of an object that refers to others.
    pub(crate) fn make_referring(
        &self,
        kind: &str,
        references: &BTreeSet<StorePath>,
        digest: &[u8],
        name: &str,
    ) -> Result<StorePath, BadPath> {
        let mut kind = kind.to_owned();
        for reference in references {
            kind.push(':');
            kind.push_str(&self.print(reference));
        }
        self.make(&kind, digest, name)
    }

    /// The path of a text with its references, as `toFile` makes them.
    pub(crate) fn text(
        &self,
        name: &str,
        contents: &[u8],
        references: &BTreeSet<StorePath>,
    ) -> Result<StorePath, BadPath> {
        self.make_referring("text", references, &Algorithm::Sha256.digest(contents), name)
    }

    /// The path of an output of a derivation whose hash is `digest`.
    pub(crate) fn output(&self, output: &str, digest: &[u8], name: &str) -> Result<StorePath, BadPath> {
        let full = if output == "out" { name.to_owned() } else { format!("{name}-{output}") };
        self.make(&format!("output:{output}"), digest, &full)
    }
}

#[cfg(test)]
mod tests;
