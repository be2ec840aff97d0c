//! Syntax trees that were made when the program was built, as bytes: the nodes from the leaves up, five numbers each
//! (kind, token, start, length, children), every number in groups of seven bits, the lowest first.

use rnix::{NixLanguage, SyntaxKind};
use rowan::Language;

use super::tree::{Builder, Shape, Tree};

/// The tree of a text as bytes; `None` of a text that does not parse, or that is not read as it is written.
#[must_use]
pub fn syntax_tree(text: &str) -> Option<Vec<u8>> {
    if text.contains('\r') || super::shape::has_long_run(text) {
        return None;
    }
    let tree = super::grammar::parse(text, 0).ok()?;
    let mut bytes = Vec::new();
    put(&mut bytes, tree.shapes().len() as u32);
    for Shape { kind, token, start, end, count } in tree.shapes() {
        [kind as u32, token as u32, start, end - start, count].into_iter().for_each(|number| put(&mut bytes, number));
    }
    Some(bytes)
}

/// The tree that [`syntax_tree`] made of this text.
pub(super) fn read<'t>(bytes: &[u8], text: &'t str, base: u32) -> Option<Tree<'t>> {
    let mut numbers = Numbers(bytes);
    let count = numbers.next()?;
    let mut builder = Builder::new(text, base, count as usize);
    for _ in 0..count {
        let (kind, token) = (numbers.kind()?, numbers.kind()?);
        let (start, length, count) = (numbers.next()?, numbers.next()?, numbers.next()?);
        builder.shape(Shape { kind, token, start, end: start + length, count })?;
    }
    Some(builder.finish())
}

fn put(bytes: &mut Vec<u8>, mut number: u32) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

struct Numbers<'b>(&'b [u8]);

impl Numbers<'_> {
    fn next(&mut self) -> Option<u32> {
        let mut number = 0;
        for shift in (0..32).step_by(7) {
            let (&byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn kind(&mut self) -> Option<SyntaxKind> {
        Some(NixLanguage::kind_from_raw(rowan::SyntaxKind(self.next()? as u16)))
    }
}
