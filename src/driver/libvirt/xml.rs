//! An XML tree that loses nothing: qualified names, namespace declarations and foreign elements are kept as they
//! are written, so a document that is read, patched in one place and written again differs in that place only.
//!
//! Names stay qualified (`hv:managed`) and namespace declarations are plain attributes; [`Element::find_in`]
//! resolves a prefix where one has to be understood.

use std::fmt::{self, Write as _};

use quick_xml::{Reader, XmlVersion, escape::escape, events::BytesStart, events::Event};

/// An element with its attributes and children in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    /// The qualified name.
    pub name: String,
    attributes: Vec<(String, String)>,
    /// What it holds.
    pub children: Vec<Node>,
}

/// What an element holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// An element.
    Element(Element),
    /// Text, unescaped.
    Text(String),
    /// A comment, as it is written between its marks.
    Comment(String),
}

/// A document that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum XmlError {
    /// It is not well formed.
    #[error("the XML is not well formed at byte {at}")]
    Malformed {
        /// Where.
        at: u64,
        /// Why.
        source: Box<quick_xml::Error>,
    },
    /// An entity that XML does not define by itself.
    #[error("the XML uses the entity `&{0};`, which is not defined")]
    Entity(String),
    /// It ends before its root element does, or has none.
    #[error("the XML ends too early")]
    Truncated,
}

impl Element {
    /// Makes an empty element.
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), ..Self::default() }
    }

    /// Makes an element that holds a text.
    pub fn with_text(name: &str, text: impl Into<String>) -> Self {
        let mut element = Self::new(name);
        element.children.push(Node::Text(text.into()));
        element
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When it is not well formed.
    pub fn parse(text: &str) -> Result<Self, XmlError> {
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        loop {
            let malformed =
                |at: u64| move |source: quick_xml::Error| XmlError::Malformed { at, source: Box::new(source) };
            let at = reader.buffer_position();
            let closed = match reader.read_event().map_err(malformed(at))? {
                Event::Start(start) => {
                    open.push(Self::opened(&start).map_err(malformed(at))?);
                    None
                }
                Event::Empty(start) => Some(Self::opened(&start).map_err(malformed(at))?),
                Event::End(_) => open.pop(),
                Event::Text(text) => {
                    append_text(open.last_mut(), &text.xml_content(XmlVersion::Implicit1_0));
                    None
                }
                Event::CData(text) => {
                    append_text(open.last_mut(), &text.xml_content(XmlVersion::Implicit1_0));
                    None
                }
                Event::GeneralRef(entity) => {
                    let text = match entity.resolve_char_ref().map_err(malformed(at))? {
                        Some(c) => c.to_string(),
                        None => predefined(&entity.xml_content(XmlVersion::Implicit1_0))?.to_owned(),
                    };
                    append_text(open.last_mut(), &text);
                    None
                }
                Event::Comment(comment) => {
                    if let Some(parent) = open.last_mut() {
                        parent.children.push(Node::Comment(comment.to_string()));
                    }
                    None
                }
                Event::Decl(_) | Event::PI(_) | Event::DocType(_) => None,
                Event::Eof => return Err(XmlError::Truncated),
            };
            if let Some(element) = closed {
                match open.last_mut() {
                    Some(parent) => parent.children.push(Node::Element(element)),
                    None => return Ok(element),
                }
            }
        }
    }

    /// The element with the attribute set; for writing elements in one expression.
    pub fn with(mut self, attribute: &str, value: impl ToString) -> Self {
        self.set(attribute, value);
        self
    }

    /// The element with `child` as its last.
    pub fn holding(mut self, child: Self) -> Self {
        self.push(child);
        self
    }

    /// The attributes in the order in which they are written.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The attribute's value.
    pub fn attr(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Sets an attribute, in its place where it is there already.
    pub fn set(&mut self, name: &str, value: impl ToString) {
        let value = value.to_string();
        match self.attributes.iter_mut().find(|(key, _)| key == name) {
            Some((_, old)) => *old = value,
            None => self.attributes.push((name.to_owned(), value)),
        }
    }

    /// Sets or removes an attribute.
    pub fn set_or_remove(&mut self, name: &str, value: Option<impl ToString>) {
        match value {
            Some(value) => self.set(name, value),
            None => self.unset(name),
        }
    }

    /// Removes an attribute.
    pub fn unset(&mut self, name: &str) {
        self.attributes.retain(|(key, _)| key != name);
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Comment(_) => None,
        })
    }

    /// The child elements, to change.
    pub fn elements_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        self.children.iter_mut().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) | Node::Comment(_) => None,
        })
    }

    /// The child elements of one name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.elements().filter(move |element| element.name == name)
    }

    /// The first child element of that name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.elements().find(|element| element.name == name)
    }

    /// The first child element of that name, to change.
    pub fn child_mut(&mut self, name: &str) -> Option<&mut Self> {
        self.elements_mut().find(|element| element.name == name)
    }

    /// The first child element of that name, made where there is none.
    pub fn child_or_new(&mut self, name: &str) -> &mut Self {
        let at = self.children.iter().position(|node| matches!(node, Node::Element(e) if e.name == name));
        let at = at.unwrap_or_else(|| {
            self.push(Self::new(name));
            self.children.len() - 1
        });
        match &mut self.children[at] {
            Node::Element(element) => element,
            Node::Text(_) | Node::Comment(_) => unreachable!("the position is that of an element"),
        }
    }

    /// The element at the end of a path of child names.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |element, name| element.child(name))
    }

    /// The attribute of the element at the end of a path.
    pub fn attr_at(&self, path: &[&str], attribute: &str) -> Option<&str> {
        self.at(path)?.attr(attribute)
    }

    /// Appends a child element.
    pub fn push(&mut self, child: Self) {
        self.children.push(Node::Element(child));
    }

    /// Puts `child` in the place of the first child element of its name, or at the end.
    pub fn put(&mut self, child: Self) {
        let name = child.name.clone();
        *self.child_or_new(&name) = child;
    }

    /// Puts a child that holds only `text`, or removes it.
    pub fn put_text(&mut self, name: &str, text: Option<impl ToString>) {
        match text {
            Some(text) => self.put(Self::with_text(name, text.to_string())),
            None => self.remove(name),
        }
    }

    /// Removes the child elements of that name.
    pub fn remove(&mut self, name: &str) {
        self.retain(|element| element.name != name);
    }

    /// Removes a child element once it holds nothing and has no attribute.
    pub fn remove_if_empty(&mut self, name: &str) {
        self.retain(|element| {
            element.name != name || element.elements().next().is_some() || !element.attributes.is_empty()
        });
    }

    /// Keeps only the child elements that `keep` says.
    pub fn retain(&mut self, mut keep: impl FnMut(&Self) -> bool) {
        self.children.retain(|node| match node {
            Node::Element(element) => keep(element),
            Node::Text(_) | Node::Comment(_) => true,
        });
    }

    /// The text directly in the element, trimmed.
    pub fn text(&self) -> String {
        self.whole_text().trim().to_owned()
    }

    /// The text directly in the element as it is written.
    pub fn whole_text(&self) -> String {
        let mut text = String::new();
        for node in &self.children {
            if let Node::Text(part) = node {
                text.push_str(part);
            }
        }
        text
    }

    /// The trimmed text of the child of that name.
    pub fn text_of(&self, name: &str) -> Option<String> {
        self.child(name).map(Self::text)
    }

    /// The position among the children of the element `local` in the namespace `uri`, whose prefix is declared
    /// on the element itself or on one of `ancestors`.
    pub fn find_in(&self, uri: &str, local: &str, ancestors: &[&Self]) -> Option<&Self> {
        self.elements().find(|element| {
            let (prefix, name) =
                element.name.split_once(':').map_or((None, element.name.as_str()), |(p, n)| (Some(p), n));
            let declaration = prefix.map_or_else(|| "xmlns".to_owned(), |prefix| format!("xmlns:{prefix}"));
            let scope = std::iter::once(*element).chain([self]).chain(ancestors.iter().copied());
            name == local && scope.into_iter().find_map(|e: &Self| e.attr(&declaration)) == Some(uri)
        })
    }

    fn opened(start: &BytesStart<'_>) -> Result<Self, quick_xml::Error> {
        let mut element = Self::new(start.name().as_ref());
        for attribute in start.attributes() {
            let attribute = attribute?;
            let value = attribute.normalized_value(XmlVersion::Implicit1_0)?.into_owned();
            element.attributes.push((attribute.key.as_ref().to_owned(), value));
        }
        Ok(element)
    }
}

fn append_text(parent: Option<&mut Element>, text: &str) {
    let Some(parent) = parent else { return };
    match parent.children.last_mut() {
        Some(Node::Text(before)) => before.push_str(text),
        _ => parent.children.push(Node::Text(text.to_owned())),
    }
}

fn predefined(entity: &str) -> Result<&'static str, XmlError> {
    quick_xml::escape::resolve_xml_entity(entity).ok_or_else(|| XmlError::Entity(entity.to_owned()))
}

impl fmt::Display for Element {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}", self.name)?;
        for (key, value) in &self.attributes {
            // A line break in an attribute is read back as a space unless it is written as a reference.
            let value = escape(value).replace('\n', "&#10;").replace('\t', "&#9;").replace('\r', "&#13;");
            write!(f, " {key}=\"{value}\"")?;
        }
        if self.children.is_empty() {
            return f.write_str("/>");
        }
        f.write_char('>')?;
        for node in &self.children {
            match node {
                Node::Element(element) => element.fmt(f)?,
                Node::Text(text) => f.write_str(&escape(text.as_str()))?,
                Node::Comment(comment) => write!(f, "<!--{comment}-->")?,
            }
        }
        write!(f, "</{}>", self.name)
    }
}

#[cfg(test)]
mod tests;
