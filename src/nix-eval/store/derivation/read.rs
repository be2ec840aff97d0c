//! Reading a derivation's file.

use std::collections::{BTreeMap, BTreeSet};

use super::{Derivation, Output};
use crate::hash::{Algorithm, Hash};
use crate::store::content::{ContentAddress, Method};
use crate::store::path::{DRV_SUFFIX, StoreDir, StorePath};

/// What is left of the text.
struct Text<'t> {
    rest: &'t [u8],
}

impl Derivation {
    /// Reads the contents of the file of a derivation; none when they are not one.
    pub(crate) fn read(dir: &StoreDir, path: &StorePath, file: &[u8]) -> Option<Self> {
        let mut text = Text { rest: file.strip_prefix(b"Derive(")? };
        let mut drv = Derivation { name: path.name().strip_suffix(DRV_SUFFIX)?.to_owned(), ..Derivation::default() };
        drv.outputs = text.list(|text| text.output(dir))?.into_iter().collect();
        text.skip(b",")?;
        let inputs = text.list(|text| {
            text.skip(b"(")?;
            let drv = dir.parse(&text.word()?).ok()?;
            text.skip(b",")?;
            let outputs: BTreeSet<String> = text.list(Text::utf8)?.into_iter().collect();
            text.skip(b")")?;
            Some((drv, outputs))
        })?;
        drv.input_drvs = inputs.into_iter().collect();
        text.skip(b",")?;
        drv.input_srcs = text.list(|text| dir.parse(&text.word()?).ok())?.into_iter().collect();
        text.skip(b",")?;
        drv.platform = text.word()?;
        text.skip(b",")?;
        drv.builder = text.word()?;
        text.skip(b",")?;
        drv.args = text.list(Text::word)?;
        text.skip(b",")?;
        let env: BTreeMap<_, _> = text.list(Text::pair)?.into_iter().collect();
        drv.env = env;
        text.skip(b")")?;
        text.rest.is_empty().then_some(drv)
    }
}

impl Text<'_> {
    fn skip(&mut self, expected: &[u8]) -> Option<()> {
        self.rest = self.rest.strip_prefix(expected)?;
        Some(())
    }

    fn word(&mut self) -> Option<Vec<u8>> {
        self.skip(b"\"")?;
        let mut word = Vec::new();
        loop {
            let (first, rest) = self.rest.split_first()?;
            self.rest = rest;
            match first {
                b'"' => return Some(word),
                b'\\' => {
                    let (escaped, rest) = rest.split_first()?;
                    self.rest = rest;
                    word.push(match escaped {
                        b'n' => b'\n',
                        b'r' => b'\r',
                        b't' => b'\t',
                        other => *other,
                    });
                }
                other => word.push(*other),
            }
        }
    }

    fn utf8(&mut self) -> Option<String> {
        String::from_utf8(self.word()?).ok()
    }

    fn pair(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        self.skip(b"(")?;
        let name = self.word()?;
        self.skip(b",")?;
        let value = self.word()?;
        self.skip(b")")?;
        Some((name, value))
    }

    fn list<T>(&mut self, mut item: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.skip(b"[")?;
        let mut items = Vec::new();
        if self.skip(b"]").is_some() {
            return Some(items);
        }
        loop {
            items.push(item(self)?);
            if self.skip(b"]").is_some() {
                return Some(items);
            }
            self.skip(b",")?;
        }
    }

    fn output(&mut self, dir: &StoreDir) -> Option<(String, Output)> {
        self.skip(b"(")?;
        let name = self.utf8()?;
        self.skip(b",")?;
        let path = self.utf8()?;
        self.skip(b",")?;
        let method_algorithm = self.utf8()?;
        self.skip(b",")?;
        let hash = self.utf8()?;
        self.skip(b")")?;
        let parsed = dir.parse(path.as_bytes()).ok();
        let address = content_address(&method_algorithm, &hash);
        let output = match (parsed, address) {
            (Some(path), None) if method_algorithm.is_empty() => Output::ByInputs(Some(path)),
            (Some(path), Some(address)) => Output::Fixed(path, address),
            _ => Output::Other { path, method_algorithm, hash },
        };
        Some((name, output))
    }
}

fn content_address(method_algorithm: &str, hash: &str) -> Option<ContentAddress> {
    let (method, algorithm) = match method_algorithm.strip_prefix("r:") {
        Some(algorithm) => (Method::Nar, algorithm),
        None => (Method::Flat, method_algorithm),
    };
    let algorithm = Algorithm::known(algorithm.as_bytes())?;
    let digest = hex::decode(hash).ok().filter(|digest| digest.len() == algorithm.len())?;
    Some(ContentAddress { method, hash: Hash { algorithm, digest } })
}
