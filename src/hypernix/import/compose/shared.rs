//! Networks and volumes that services share.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{block, fields::Fields};
use crate::export::Declaration;

/// Networks, or volumes, by their names in the file.
pub(super) struct Shared {
    kind: Kind,
    project: String,
    entries: BTreeMap<String, Entry>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Network,
    Volume,
}

struct Entry {
    /// The name on the engine.
    name: String,
    fields: Fields,
    external: bool,
}

impl Shared {
    /// The networks of the file's top.
    pub(super) fn networks(project: &str, declared: Option<Value>) -> Self {
        Self::of(Kind::Network, project, declared)
    }

    /// The volumes of the file's top.
    pub(super) fn volumes(project: &str, declared: Option<Value>) -> Self {
        Self::of(Kind::Volume, project, declared)
    }

    fn of(kind: Kind, project: &str, declared: Option<Value>) -> Self {
        let mut shared = Self { kind, project: project.to_owned(), entries: BTreeMap::new() };
        if let Some(Value::Object(declared)) = declared {
            for (key, value) in declared {
                shared.add(&key, value);
            }
        }
        shared
    }

    fn add(&mut self, key: &str, value: Value) {
        let mut fields = Fields::of(value);
        let external = fields.flag("external");
        let usual = if external { key.to_owned() } else { format!("{}_{key}", self.project) };
        let name = fields.text("name").unwrap_or(usual);
        self.entries.insert(key.to_owned(), Entry { name, fields, external });
    }

    /// The engine's name for what a service names; a name that is nowhere declared is declared now, as compose does
    /// with the network `default`.
    pub(super) fn used(&mut self, key: &str) -> String {
        if !self.entries.contains_key(key) {
            self.add(key, Value::Null);
        }
        self.entries[key].name.clone()
    }

    /// The declarations, at this path.
    pub(super) fn declare(self, path: &str) -> Vec<String> {
        let Self { kind, entries, .. } = self;
        let declared = entries.into_iter().map(|(key, entry)| (key, entry.name.clone(), entry.declare(kind)));
        declared.map(|(key, name, declaration)| block(path, &name, &key, declaration)).collect()
    }
}

impl Entry {
    fn declare(mut self, kind: Kind) -> Declaration {
        let mut declaration = Declaration::default();
        let usual = if kind == Kind::Network { "bridge" } else { "local" };
        declaration.set("backend", json!("docker"));
        declaration.set_some("driver", self.fields.text("driver").filter(|driver| driver != usual));
        if kind == Kind::Network {
            self.addresses(&mut declaration);
            declaration.set_some("internal", Some(self.fields.flag("internal")).filter(|internal| *internal));
        }
        declaration.set_filled("options", &self.fields.pairs("driver_opts"));
        declaration.set_filled("labels", &self.fields.pairs("labels"));
        declaration.set("adopt", json!(true));
        if self.external {
            declaration.set("protect", json!(true));
            declaration.leave_out("it is made elsewhere, so it is protected from removal");
        }
        declaration.left_out.extend(self.fields.rest());
        declaration
    }

    fn addresses(&mut self, declaration: &mut Declaration) {
        let mut ipam = self.fields.group("ipam");
        let mut pools = match ipam.take("config") {
            Some(Value::Array(pools)) => pools,
            _ => Vec::new(),
        };
        if !pools.is_empty() {
            let mut first = Fields::of(pools.remove(0));
            declaration.set_some("subnet", first.text("subnet"));
            declaration.set_some("gateway", first.text("gateway"));
            declaration.left_out.extend(first.rest().into_iter().map(|line| format!("ipam.config: {line}")));
        }
        let further = pools.into_iter().map(|pool| format!("ipam.config: a further pool, {pool}"));
        declaration.left_out.extend(further);
        ipam.text("driver").filter(|driver| driver != "default").into_iter().for_each(|driver| {
            declaration.leave_out(format!("ipam.driver: {driver}"));
        });
        declaration.left_out.extend(ipam.rest().into_iter().map(|line| format!("ipam.{line}")));
    }
}
