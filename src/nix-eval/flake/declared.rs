//! The `inputs` of a `flake.nix`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json, json};

use super::reference;
use crate::attrs::{Attr, Attrs};
use crate::builtins::share;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::io::EvalIo;
use crate::source::Span;
use crate::value::Value;

/// What a flake says of an input.
#[derive(Clone, Debug, Default)]
pub(super) struct Declared {
    pub(super) reference: Option<Map<String, Json>>,
    pub(super) follows: Option<Vec<String>>,
    /// Whether it is a plain tree.
    pub(super) is_source: bool,
    /// What is to replace its own inputs.
    pub(super) inputs: BTreeMap<String, Declared>,
}

impl<'a> Evaluator<'a> {
    /// Reads the inputs that the flake in a folder declares.
    pub(super) fn declared_inputs(&mut self, folder: &Path) -> Res<BTreeMap<String, Declared>> {
        let file = folder.join("flake.nix");
        if self.store.view.file_type(&file).is_ok_and(|kind| kind.is_none()) {
            let original = self.original(folder);
            let message = format!("'{}' is no flake: it has no flake.nix", original.display());
            let help = "if it is in a Git repository, `git add flake.nix` makes it part of the flake; if it is \
                        meant to be no flake, its input says `flake = false`";
            return Err(Fault::new(ErrorKind::Io, message).help(Some(help.to_owned())));
        }
        let Value::Attrs(flake) = self.import(&file)? else {
            let message = format!("file '{}' must be an attribute set", self.original(&file).display());
            return Err(Fault::new(ErrorKind::Type, message));
        };
        let mut declared = match self.attribute(flake, "inputs") {
            Some(inputs) => {
                let inputs = self.attrs_arg(share(inputs.value))?;
                self.declared_set(inputs, folder)?
            }
            None => BTreeMap::new(),
        };
        declared.remove("self");
        if let Some(outputs) = self.attribute(flake, "outputs")
            && let Value::Lambda(id, _) = self.force(outputs.value)?
            && let Some(formals) = self.lambdas[id.0 as usize].formals
        {
            for formal in formals.all {
                let name = self.symbols.text(formal.name).into_owned();
                if name != "self" {
                    let reference = Some(reference::parse(&name));
                    declared.entry(name).or_insert_with(|| Declared { reference, ..Declared::default() });
                }
            }
        }
        Ok(declared)
    }

    fn attribute(&self, set: &'a Attrs<'a>, name: &str) -> Option<Attr<'a>> {
        self.symbols.known(name.as_bytes()).and_then(|name| set.find(name))
    }

    fn declared_set(&mut self, set: &'a Attrs<'a>, folder: &Path) -> Res<BTreeMap<String, Declared>> {
        let mut all = BTreeMap::new();
        for attr in set.by_name(self.arena, &self.symbols) {
            let name = self.symbols.text(attr.name).into_owned();
            let input = self.deeper(|this| this.declared_input(attr, folder)).map_err(|fault| {
                fault.frame(Span::at(attr.position), || format!("while evaluating the flake input '{name}'"))
            })?;
            all.insert(name, input);
        }
        Ok(all)
    }

    fn declared_input(&mut self, input: Attr<'a>, folder: &Path) -> Res<Declared> {
        let mut declared = Declared::default();
        let mut attributes = Map::new();
        for attr in self.attrs_arg(share(input.value))?.by_name(self.arena, &self.symbols) {
            let value = self.force(attr.value)?;
            match (self.symbols.bytes(attr.name), value) {
                (b"flake", value) => declared.is_source = !self.bool_arg(value)?,
                (b"inputs", value) => {
                    let inputs = self.attrs_arg(value)?;
                    declared.inputs = self.declared_set(inputs, folder)?;
                }
                (b"follows", value) => {
                    let path = String::from_utf8_lossy(self.plain_arg(value)?).into_owned();
                    declared.follows =
                        Some(path.split('/').filter(|name| !name.is_empty()).map(str::to_owned).collect());
                }
                (b"url", Value::Path(path)) => {
                    let path = String::from_utf8_lossy(path.bytes).into_owned();
                    let inside = Path::new(&path).strip_prefix(folder).map(|inside| inside.display().to_string());
                    attributes.insert("url".to_owned(), json!(format!("path:./{}", inside.unwrap_or(path))));
                }
                (name, value) => {
                    let name = String::from_utf8_lossy(name).into_owned();
                    let value = self.json_of(value)?;
                    attributes.insert(name, value);
                }
            }
        }
        declared.reference = match attributes.get("url").and_then(Json::as_str) {
            Some(url) if !attributes.contains_key("type") => Some(reference::parse(url)),
            _ if attributes.is_empty() => None,
            _ => Some(attributes),
        };
        Ok(declared)
    }
}
