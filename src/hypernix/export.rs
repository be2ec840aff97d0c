//! Writes what runs on the host as declarations: observed specifications back into `hypervisor.*` options.
//!
//! What the options cannot say is left out and named in a comment, so that nothing vanishes silently.

mod container;
mod domain;
mod network;
mod policy;
mod size;
mod storage;
mod uses;

use std::collections::BTreeMap;

use model::{Address, Applied, DeletionPolicy, ObservedResource, Ownership, PowerState, Seen, Spec};
use serde_json::{Map, Value, json};

use crate::nix_text::{attribute, binding};
pub use size::size;
pub use uses::with_uses;

/// An object as a declaration.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declaration {
    /// The options to set, without what the options' defaults say anyway.
    pub options: Map<String, Value>,
    /// What the options cannot say.
    pub left_out: Vec<String>,
}

/// Writes these objects as one Nix file. What was `applied` tells of ours what no backend knows: scripts, policies,
/// where an image came from. Objects whose specification was not read are left out.
pub fn write(objects: &BTreeMap<Address, ObservedResource>, applied: &Applied) -> String {
    file(&["Written by `hypernix export` from what runs on this host.".to_owned()], &blocks(objects, applied))
}

/// The declarations of these objects, each as text.
pub fn blocks(objects: &BTreeMap<Address, ObservedResource>, applied: &Applied) -> Vec<String> {
    let mut blocks = Vec::new();
    for (address, resource) in objects {
        if let Seen::Parsed { config, .. } = &resource.seen {
            let Some(declaration) = declare(address, config, resource, applied) else { continue };
            blocks.push(block(address, declaration));
        }
    }
    blocks
}

/// A Nix file of these declarations, with comments at its head.
pub fn file(head: &[String], blocks: &[String]) -> String {
    let head: String = head.iter().map(|line| format!("# {line}\n")).collect();
    format!("{head}{{\n{}}}\n", blocks.join("\n"))
}

/// The declaration of an object that a document describes, with what the document says beyond it.
pub fn described(address: &Address, spec: &Spec, left_out: &[String]) -> Option<String> {
    let mut declaration = specified(address, spec, &Applied::default())?;
    declaration.left_out.extend_from_slice(left_out);
    if !address.kind.is_unit() {
        declaration.set("adopt", json!(true));
    }
    Some(block(address, declaration))
}

fn specified(address: &Address, spec: &Spec, applied: &Applied) -> Option<Declaration> {
    Some(match spec {
        Spec::Domain(spec) => domain::declare(spec),
        Spec::Container(spec) => container::declare(&address.name, spec, container::image(&spec.image, applied)),
        Spec::Network(spec) => network::declare(spec),
        Spec::DockerNetwork(spec) => network::declare_docker(spec),
        Spec::Pool(spec) => storage::declare_pool(&address.name, spec),
        Spec::Volume(spec) => storage::declare_volume(spec),
        Spec::DockerVolume(spec) => storage::declare_docker_volume(spec),
        Spec::Image(_) | Spec::Seed(_) | Spec::File(_) | Spec::ContainerImage(_) => return None,
    })
}

fn declare(address: &Address, spec: &Spec, resource: &ObservedResource, applied: &Applied) -> Option<Declaration> {
    let mut declaration = specified(address, spec, applied)?;
    if address.kind.is_unit() && matches!(resource.power, PowerState::Off | PowerState::Crashed) {
        declaration.set("state", json!("stopped"));
    }
    if let Some(row) = applied.rows.get(address).filter(|_| address.kind.is_unit()) {
        policy::declare(row, &mut declaration);
    }
    match &resource.ownership {
        Ownership::Ours { protect, deletion, .. } => {
            declaration.set_unless("protect", json!(protect), &json!(false));
            if address.kind.is_unit() && *deletion == DeletionPolicy::Delete {
                declaration.set("deletionPolicy", json!("delete"));
            }
        }
        Ownership::OtherOwner(owner) => declaration.leave_out(format!("the installation {owner} manages it")),
        Ownership::Unmanaged => declaration.set("adopt", json!(true)),
    }
    Some(declaration)
}

fn block(address: &Address, declaration: Declaration) -> String {
    let path = format!("{}.{}", group(address), attribute(own_name(address)));
    declaration.text(&address.to_string(), &path)
}

/// The option that holds declarations of this kind.
fn group(address: &Address) -> &'static str {
    use model::Kind::{
        Container, ContainerImage, DockerNetwork, DockerVolume, Domain, File, Image, Network, Pool, Seed, Volume,
    };
    match address.kind {
        Domain | Container => "compute.units",
        Network | DockerNetwork => "networks",
        Pool => "storage.pools",
        Volume | DockerVolume => "storage.volumes",
        Image | Seed | File | ContainerImage => "declared",
    }
}

/// The name in the declaration: a volume's without its pool.
fn own_name(address: &Address) -> &str {
    match address.kind {
        model::Kind::Volume => address.name.split_once('/').map_or(address.name.as_str(), |(_, name)| name),
        _ => &address.name,
    }
}

impl Declaration {
    /// The declaration as text, at this path below `hypervisor`; comments say of `what` they tell.
    pub fn text(self, what: &str, path: &str) -> String {
        let comments: String = self.left_out.iter().map(|line| format!("  # {what}: {line}\n")).collect();
        format!("{comments}{}", binding(&format!("hypervisor.{path}"), &Value::Object(self.options), 1))
    }

    /// Sets an option.
    pub fn set(&mut self, option: &str, value: Value) {
        self.options.insert(option.to_owned(), value);
    }

    /// Sets what is known.
    pub fn set_some<T: Into<Value>>(&mut self, option: &str, value: Option<T>) {
        if let Some(value) = value {
            self.set(option, value.into());
        }
    }

    /// Sets what differs from the option's default.
    pub fn set_unless(&mut self, option: &str, value: Value, default: &Value) {
        if value != *default {
            self.set(option, value);
        }
    }

    /// Sets a nested group where it says something, beside what is set in it already.
    pub fn set_group(&mut self, option: &str, group: Self) {
        match self.options.get_mut(option) {
            Some(Value::Object(there)) => there.extend(group.options),
            _ if group.options.is_empty() => {}
            _ => self.set(option, Value::Object(group.options)),
        }
        self.left_out.extend(group.left_out);
    }

    /// Sets a list or a map where it is not empty.
    pub fn set_filled<T: serde::Serialize>(&mut self, option: &str, collection: &T) {
        match json!(collection) {
            Value::Array(items) if items.is_empty() => {}
            Value::Object(fields) if fields.is_empty() => {}
            Value::Null => {}
            filled => self.set(option, filled),
        }
    }

    /// Says what the options cannot.
    pub fn leave_out(&mut self, what: impl Into<String>) {
        self.left_out.push(what.into());
    }
}

#[cfg(test)]
mod tests;
