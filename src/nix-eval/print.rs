//! Values as text: as `nix-instantiate --eval` prints them, and shortened for error messages.

mod display;
mod number;

use std::collections::HashSet;

use crate::error::fault::Res;
use crate::evaluator::{Evaluator, Extent};
use crate::symbols::Symbol;
use crate::value::{Ref, Value};

pub(crate) use number::float_general;

/// How much of a value error messages show.
const BRIEF_DEPTH: usize = 10;
const BRIEF_ITEMS: usize = 10;
const BRIEF_BYTES: usize = 1024;

/// Words that must be quoted as attribute names.
const KEYWORDS: [&[u8]; 9] = [b"if", b"then", b"else", b"assert", b"with", b"let", b"in", b"rec", b"inherit"];

/// What has been printed already, and whether everything has been computed before.
struct Seen {
    places: HashSet<usize>,
    extent: Extent,
}

impl<'a> Evaluator<'a> {
    /// Prints a value in the style of `nix-instantiate --eval`; what is not computed is `<CODE>`.
    pub(crate) fn print_value(&mut self, value: Value<'a>, extent: Extent) -> Res<Vec<u8>> {
        let mut out = Vec::new();
        let mut seen = Seen { places: HashSet::new(), extent };
        self.print_into(value, 0, &mut out, &mut seen)?;
        Ok(out)
    }

    /// `place` is the address of the value's cell: by it a list is known again, as in Nix.
    fn print_into(&mut self, value: Value<'a>, place: usize, out: &mut Vec<u8>, seen: &mut Seen) -> Res<()> {
        match value {
            Value::Null => out.extend(b"null"),
            Value::Bool(b) => out.extend(if b { &b"true"[..] } else { b"false" }),
            Value::Int(n) => out.extend(n.to_string().as_bytes()),
            Value::Float(n) => out.extend(float_general(n).as_bytes()),
            Value::Str(text) => string_literal(text.bytes, out),
            Value::Path(path) => out.extend(path.bytes),
            Value::Lambda(..) => out.extend(b"<LAMBDA>"),
            Value::Builtin(_) => out.extend(b"<PRIMOP>"),
            Value::Partial(_) => out.extend(b"<PRIMOP-APP>"),
            Value::Thunk(..) | Value::Apply(_) => out.extend(b"<CODE>"),
            Value::Alias(cell) => return self.print_cell(cell, out, seen),
            Value::Blackhole => out.extend("«potential infinite recursion»".as_bytes()),
            Value::Failed(_) => out.extend("«failed»".as_bytes()),
            Value::Attrs(set) => {
                if set.len() > 0 && !seen.places.insert(std::ptr::from_ref(set).addr()) {
                    out.extend("«repeated»".as_bytes());
                    return Ok(());
                }
                out.extend(b"{ ");
                for attr in set.by_name(self.arena, &self.symbols) {
                    self.attr_name_text(attr.name, out);
                    out.extend(b" = ");
                    self.deeper(|this| this.print_cell(attr.value, out, seen))?;
                    out.extend(b"; ");
                }
                out.push(b'}');
            }
            Value::List(items) => {
                if !items.is_empty() && !seen.places.insert(place) {
                    out.extend("«repeated»".as_bytes());
                    return Ok(());
                }
                out.extend(b"[ ");
                for item in items.iter() {
                    self.deeper(|this| this.print_cell(item, out, seen))?;
                    out.push(b' ');
                }
                out.push(b']');
            }
        }
        Ok(())
    }

    fn print_cell(&mut self, cell: Ref<'a>, out: &mut Vec<u8>, seen: &mut Seen) -> Res<()> {
        // Functions are made without delay, but Nix would not have made this one yet.
        if seen.extent == Extent::Top && matches!(cell.get(), Value::Lambda(..)) {
            out.extend(b"<CODE>");
            return Ok(());
        }
        self.print_into(cell.get(), std::ptr::from_ref(cell).addr(), out, seen)
    }

    /// An attribute's name, in quotes where it needs them.
    pub(crate) fn name_text(&self, name: Symbol) -> String {
        let mut out = Vec::new();
        self.attr_name_text(name, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }

    fn attr_name_text(&self, name: Symbol, out: &mut Vec<u8>) {
        let bytes = self.symbols.bytes(name);
        let is_plain = bytes.first().is_some_and(|c| c.is_ascii_alphabetic() || *c == b'_')
            && bytes.iter().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'\'' | b'-'))
            && !KEYWORDS.contains(&bytes);
        if is_plain {
            out.extend(bytes);
        } else {
            string_literal(bytes, out);
        }
    }

    /// A value as error messages show it: shortened, with nothing computed for the purpose.
    pub(crate) fn brief(&self, value: Value<'a>) -> String {
        let mut out = Vec::new();
        Brief { evaluator: self, attrs: 0, items: 0, seen: HashSet::new() }.print(value, 0, &mut out);
        String::from_utf8_lossy(&out).into_owned()
    }
}

/// Prints a shortened value.
struct Brief<'e, 'a> {
    evaluator: &'e Evaluator<'a>,
    attrs: usize,
    items: usize,
    seen: HashSet<usize>,
}

impl<'a> Brief<'_, 'a> {
    fn print(&mut self, value: Value<'a>, depth: usize, out: &mut Vec<u8>) {
        match value {
            Value::Null => out.extend(b"null"),
            Value::Bool(b) => out.extend(if b { &b"true"[..] } else { b"false" }),
            Value::Int(n) => out.extend(n.to_string().as_bytes()),
            Value::Float(n) => out.extend(float_general(n).as_bytes()),
            Value::Str(text) => brief_string(text.bytes, out),
            Value::Path(path) => out.extend(path.bytes),
            Value::Lambda(id, _) => {
                let lambda = self.evaluator.lambdas[id.0 as usize];
                out.extend("«lambda".as_bytes());
                if let Some(name) = lambda.name {
                    out.push(b' ');
                    out.extend(self.evaluator.symbols.bytes(name));
                }
                if let Some(position) = self.evaluator.sources.position(lambda.span) {
                    out.extend(format!(" @ {position}").as_bytes());
                }
                out.extend("»".as_bytes());
            }
            Value::Builtin(builtin) => out.extend(format!("«primop {}»", builtin.name).as_bytes()),
            Value::Partial(partial) => {
                if let Value::Builtin(builtin) = partial.function().get() {
                    out.extend(format!("«partially applied primop {}»", builtin.name).as_bytes());
                }
            }
            Value::Thunk(..) | Value::Apply(_) => out.extend("«thunk»".as_bytes()),
            Value::Alias(cell) => self.print(cell.get(), depth, out),
            Value::Blackhole => out.extend("«potential infinite recursion»".as_bytes()),
            Value::Failed(_) => out.extend("«failed»".as_bytes()),
            Value::Attrs(set) => self.attrs(set, depth, out),
            Value::List(items) => self.list(items, depth, out),
        }
    }

    fn attrs(&mut self, set: &'a crate::attrs::Attrs<'a>, depth: usize, out: &mut Vec<u8>) {
        if set.len() > 0 && !self.seen.insert(std::ptr::from_ref(set).addr()) {
            return out.extend("«repeated»".as_bytes());
        }
        if depth >= BRIEF_DEPTH {
            return out.extend(b"{ ... }");
        }
        out.push(b'{');
        let entries = set.by_name(self.evaluator.arena, &self.evaluator.symbols);
        for (index, attr) in entries.iter().enumerate() {
            if self.attrs >= BRIEF_ITEMS {
                elided(entries.len() - index, "attribute", out);
                break;
            }
            out.push(b' ');
            self.evaluator.attr_name_text(attr.name, out);
            out.extend(b" = ");
            self.print(attr.value.get(), depth + 1, out);
            out.push(b';');
            self.attrs += 1;
        }
        out.extend(b" }");
    }

    fn list(&mut self, items: crate::value::Items<'a>, depth: usize, out: &mut Vec<u8>) {
        if depth >= BRIEF_DEPTH {
            return out.extend(b"[ ... ]");
        }
        out.push(b'[');
        for (index, item) in items.iter().enumerate() {
            if self.items >= BRIEF_ITEMS {
                elided(items.len() - index, "item", out);
                break;
            }
            out.push(b' ');
            self.print(item.get(), depth + 1, out);
            self.items += 1;
        }
        out.extend(b" ]");
    }
}

fn elided(count: usize, what: &str, out: &mut Vec<u8>) {
    let plural = if count == 1 { "" } else { "s" };
    out.extend(format!(" «{count} {what}{plural} elided»").as_bytes());
}

fn brief_string(bytes: &[u8], out: &mut Vec<u8>) {
    if bytes.len() <= BRIEF_BYTES {
        return string_literal(bytes, out);
    }
    string_literal(&bytes[..BRIEF_BYTES], out);
    let rest = bytes.len() - BRIEF_BYTES;
    let plural = if rest == 1 { "" } else { "s" };
    out.extend(format!(" «{rest} byte{plural} elided»").as_bytes());
}

/// A string as a Nix literal.
fn string_literal(bytes: &[u8], out: &mut Vec<u8>) {
    out.push(b'"');
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' | b'\\' => out.extend([b'\\', *byte]),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            b'$' if bytes.get(index + 1) == Some(&b'{') => out.extend(b"\\$"),
            other => out.push(*other),
        }
    }
    out.push(b'"');
}
