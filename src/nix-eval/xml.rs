//! Values as XML: `builtins.toXML` and `hypernix eval --xml`.

use std::collections::HashSet;

use crate::ast::Extra;
use crate::error::fault::Res;
use crate::evaluator::{Evaluator, Extent};
use crate::print::float_general;
use crate::source::Span;
use crate::strings::{Context, union};
use crate::symbols::{DRV_PATH, OUT_PATH};
use crate::value::{Ref, Value};

/// What XML shows of a value.
#[derive(Clone, Copy)]
pub(crate) struct Style {
    pub(crate) extent: Extent,
    pub(crate) positions: Positions,
}

/// Whether attributes and functions say where they stand.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Positions {
    Omitted,
    Shown,
}

/// Attributes of a tag, each with its value.
type Marks = Vec<(&'static str, Vec<u8>)>;

/// XML so far.
struct Xml<'a> {
    style: Style,
    out: Vec<u8>,
    depth: usize,
    context: Option<Context<'a>>,
    /// Derivations shown already, by their path.
    derivations: HashSet<&'a [u8]>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn xml_text(&mut self, value: Value<'a>, style: Style) -> Res<Value<'a>> {
        let mut xml = Xml { style, out: Vec::new(), depth: 0, context: None, derivations: HashSet::new() };
        xml.out.extend(b"<?xml version='1.0' encoding='utf-8'?>\n");
        xml.open("expr", &[]);
        self.write_xml(value, &mut xml)?;
        xml.close("expr");
        Ok(self.string_with(&xml.out, xml.context))
    }

    fn write_xml(&mut self, value: Value<'a>, xml: &mut Xml<'a>) -> Res<()> {
        match value {
            Value::Null => xml.empty("null", &[]),
            Value::Bool(b) => xml.empty("bool", &[("value", if b { b"true" } else { b"false" })]),
            Value::Int(n) => xml.empty("int", &[("value", n.to_string().as_bytes())]),
            Value::Float(n) => xml.empty("float", &[("value", float_general(n).as_bytes())]),
            Value::Str(text) => {
                xml.context = union(self.arena, xml.context, text.context);
                xml.empty("string", &[("value", text.bytes)]);
            }
            Value::Path(path) => xml.empty("path", &[("value", path.bytes)]),
            Value::List(items) => {
                xml.open("list", &[]);
                for item in items.iter() {
                    self.write_xml_cell(item, xml)?;
                }
                xml.close("list");
            }
            Value::Attrs(set) => self.write_xml_set(set, xml)?,
            Value::Lambda(id, _) => self.write_xml_function(id, xml),
            _ => xml.empty("unevaluated", &[]),
        }
        Ok(())
    }

    fn write_xml_cell(&mut self, cell: Ref<'a>, xml: &mut Xml<'a>) -> Res<()> {
        let value = match (xml.style.extent, cell.get()) {
            (Extent::Whole, _) => self.force(cell)?,
            // Nix would not have made this function yet.
            (Extent::Top, Value::Lambda(..)) => Value::Blackhole,
            (Extent::Top, Value::Alias(target)) => target.get(),
            (Extent::Top, value) => value,
        };
        self.deeper(|this| this.write_xml(value, xml))
    }

    /// Where something stands, as far as it is to be shown.
    fn xml_place(&self, span: Span, style: Style) -> Marks {
        let located = (style.positions == Positions::Shown).then(|| self.sources.locate(span)).flatten();
        let Some((source, offset)) = located else { return Vec::new() };
        let (line, column) = source.line_column(offset);
        let mut marks = vec![("column", column.to_string().into_bytes()), ("line", line.to_string().into_bytes())];
        if let Some(path) = &source.path {
            marks.push(("path", path.as_os_str().as_encoded_bytes().to_vec()));
        }
        marks
    }

    fn write_xml_set(&mut self, set: &'a crate::attrs::Attrs<'a>, xml: &mut Xml<'a>) -> Res<()> {
        if !self.is_derivation(set)? {
            xml.open("attrs", &[]);
            self.write_xml_entries(set, xml)?;
            xml.close("attrs");
            return Ok(());
        }
        let mut paths = [None; 2];
        for (path, name) in paths.iter_mut().zip([DRV_PATH, OUT_PATH]) {
            let Some(cell) = set.value(name) else { continue };
            let value = if xml.style.extent == Extent::Whole { self.force(cell)? } else { cell.get() };
            if let Value::Str(text) = value {
                *path = Some(text.bytes);
            }
        }
        let attributes = [("drvPath", paths[0]), ("outPath", paths[1])];
        let attributes: Vec<_> = attributes.iter().filter_map(|(name, path)| path.map(|path| (*name, path))).collect();
        xml.open("derivation", &attributes);
        match paths[0] {
            Some(path) if xml.derivations.insert(path) => self.write_xml_entries(set, xml)?,
            _ => xml.empty("repeated", &[]),
        }
        xml.close("derivation");
        Ok(())
    }

    fn write_xml_entries(&mut self, set: &'a crate::attrs::Attrs<'a>, xml: &mut Xml<'a>) -> Res<()> {
        for attr in set.by_name(self.arena, &self.symbols) {
            let mut marks = self.xml_place(Span::at(attr.position), xml.style);
            marks.push(("name", self.symbols.bytes(attr.name).to_vec()));
            xml.open("attr", &borrowed(&mut marks));
            self.write_xml_cell(attr.value, xml)?;
            xml.close("attr");
        }
        Ok(())
    }

    fn write_xml_function(&mut self, id: crate::ast::LambdaId, xml: &mut Xml<'a>) {
        let lambda = self.lambdas[id.0 as usize];
        let mut marks = self.xml_place(lambda.span, xml.style);
        xml.open("function", &borrowed(&mut marks));
        match lambda.formals {
            None => {
                let name = lambda.whole.map_or(&b""[..], |whole| self.symbols.bytes(whole));
                xml.empty("varpat", &[("name", name)]);
            }
            Some(formals) => {
                let mut attributes: Vec<(&str, &[u8])> = Vec::new();
                if formals.extra == Extra::Accepted {
                    attributes.push(("ellipsis", b"1"));
                }
                if let Some(whole) = lambda.whole {
                    attributes.push(("name", self.symbols.bytes(whole)));
                }
                xml.open("attrspat", &attributes);
                let mut names: Vec<_> = formals.all.iter().map(|formal| self.symbols.bytes(formal.name)).collect();
                names.sort_unstable();
                for name in names {
                    xml.empty("attr", &[("name", name)]);
                }
                xml.close("attrspat");
            }
        }
        xml.close("function");
    }
}

/// The attributes of a tag in the order in which Nix writes them.
fn borrowed(marks: &mut Marks) -> Vec<(&'static str, &[u8])> {
    marks.sort_unstable_by_key(|(name, _)| *name);
    marks.iter().map(|(name, value)| (*name, value.as_slice())).collect()
}

impl Xml<'_> {
    fn open(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.tag(name, attributes);
        self.out.extend(b">\n");
        self.depth += 1;
    }

    fn empty(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.tag(name, attributes);
        self.out.extend(b" />\n");
    }

    fn close(&mut self, name: &str) {
        self.depth -= 1;
        self.indent();
        self.out.extend(format!("</{name}>\n").as_bytes());
    }

    fn indent(&mut self) {
        self.out.extend(std::iter::repeat_n(b' ', self.depth * 2));
    }

    fn tag(&mut self, name: &str, attributes: &[(&str, &[u8])]) {
        self.indent();
        self.out.extend(format!("<{name}").as_bytes());
        for (name, value) in attributes {
            self.out.extend(format!(" {name}=\"").as_bytes());
            for byte in *value {
                match byte {
                    b'"' => self.out.extend(b"&quot;"),
                    b'<' => self.out.extend(b"&lt;"),
                    b'>' => self.out.extend(b"&gt;"),
                    b'&' => self.out.extend(b"&amp;"),
                    b'\n' => self.out.extend(b"&#xA;"),
                    other => self.out.push(*other),
                }
            }
            self.out.push(b'"');
        }
    }
}
