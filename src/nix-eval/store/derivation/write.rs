//! The text of a derivation, an ATerm.

use super::{Derivation, InputHashes, Output};
use crate::store::path::StoreDir;

/// How much of a derivation is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Paths {
    /// All of it.
    Written,
    /// The outputs' paths are left empty, because they are yet to be found.
    Masked,
}

impl Derivation {
    /// The contents of its file.
    pub(crate) fn file(&self, dir: &StoreDir) -> Vec<u8> {
        let inputs = self.input_drvs.iter().map(|(drv, outputs)| (dir.print(drv), outputs.clone()));
        self.term(dir, Paths::Written, &inputs.collect())
    }

    /// The text with other names for the derivations it needs.
    pub(super) fn term(&self, dir: &StoreDir, paths: Paths, inputs: &InputHashes) -> Vec<u8> {
        let mut out = b"Derive(".to_vec();
        list(&mut out, &self.outputs, |out, (name, output)| write_output(out, dir, paths, name, output));
        out.push(b',');
        list(&mut out, inputs, |out, (name, outputs)| {
            out.push(b'(');
            plain(out, name.as_bytes());
            out.push(b',');
            list(out, outputs, |out, output| plain(out, output.as_bytes()));
            out.push(b')');
        });
        out.push(b',');
        list(&mut out, &self.input_srcs, |out, path| plain(out, dir.print(path).as_bytes()));
        out.push(b',');
        plain(&mut out, &self.platform);
        out.push(b',');
        quoted(&mut out, &self.builder);
        out.push(b',');
        list(&mut out, &self.args, |out, arg| quoted(out, arg));
        out.push(b',');
        list(&mut out, &self.env, |out, (name, value)| {
            let is_output = || std::str::from_utf8(name).is_ok_and(|name| self.outputs.contains_key(name));
            out.push(b'(');
            quoted(out, name);
            out.push(b',');
            quoted(out, if paths == Paths::Masked && is_output() { b"" } else { value });
            out.push(b')');
        });
        out.push(b')');
        out
    }
}

fn write_output(out: &mut Vec<u8>, dir: &StoreDir, paths: Paths, name: &str, output: &Output) {
    let (path, method_algorithm, hash) = match output {
        Output::ByInputs(path) => (path.as_ref().map(|path| dir.print(path)), String::new(), String::new()),
        Output::Fixed(path, address) => {
            (Some(dir.print(path)), address.method_algorithm(), hex::encode(&address.hash.digest))
        }
        Output::Other { path, method_algorithm, hash } => (Some(path.clone()), method_algorithm.clone(), hash.clone()),
    };
    let path = if paths == Paths::Masked { None } else { path };
    out.push(b'(');
    for (index, word) in [name, path.as_deref().unwrap_or_default(), &method_algorithm, &hash].iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        plain(out, word.as_bytes());
    }
    out.push(b')');
}

fn list<T>(out: &mut Vec<u8>, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut Vec<u8>, T)) {
    out.push(b'[');
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        write(out, item);
    }
    out.push(b']');
}

/// A word in which nothing is escaped.
fn plain(out: &mut Vec<u8>, word: &[u8]) {
    out.push(b'"');
    out.extend(word);
    out.push(b'"');
}

fn quoted(out: &mut Vec<u8>, word: &[u8]) {
    out.push(b'"');
    for byte in word {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            other => out.push(*other),
        }
    }
    out.push(b'"');
}
