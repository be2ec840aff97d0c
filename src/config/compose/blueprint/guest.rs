//! What components configure in a guest, put together.

use std::collections::BTreeMap;

use model::{Bytes, Origin};
use serde_json::{Value, json};

use super::{Application, members::Member};
use crate::{
    compose::{Layer, LayerSource, Layers, size, whole},
    manifest::{Configuration, File, Port, Repository, Scripts, Volume},
};

/// What the components of a unit's blueprint configure in its guest, in the order in which they are set up.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guest {
    /// The blueprint.
    pub blueprint: Option<String>,
    /// Packages to install, each once.
    pub packages: Vec<Traced<String>>,
    /// Packages to remove.
    pub removed: Vec<Traced<String>>,
    /// Package repositories, each once.
    pub repositories: Vec<Traced<Repository>>,
    /// Environment variables; a later component wins.
    pub environment: BTreeMap<String, Traced<String>>,
    /// Files by path; a later component wins.
    pub files: BTreeMap<String, Traced<File>>,
    /// Scripts, one entry a component that has any.
    pub scripts: Vec<Traced<Scripts>>,
    /// Ports, one entry an internal port and protocol; a later component wins.
    pub ports: Vec<Traced<Port>>,
    /// Volumes by name; a later component wins.
    pub volumes: BTreeMap<String, Traced<Volume>>,
}

/// A value and the component it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Traced<T> {
    /// The value.
    pub value: T,
    /// Where it came from.
    pub origin: Origin,
}

impl Guest {
    /// Whether components configure anything at all.
    pub fn is_empty(&self) -> bool {
        let Self { blueprint: _, packages, removed, repositories, environment, files, scripts, ports, volumes } = self;
        packages.is_empty()
            && removed.is_empty()
            && repositories.is_empty()
            && environment.is_empty()
            && files.is_empty()
            && scripts.is_empty()
            && ports.is_empty()
            && volumes.is_empty()
    }

    pub(super) fn add(&mut self, application: &Application<'_>, member: &Member<'_>, from: &Configuration) {
        let origin = |path: &[&str]| origin(application, member, path);
        add_new(&mut self.packages, &from.packages.install, || origin(&["packages", "install"]));
        add_new(&mut self.removed, &from.packages.remove, || origin(&["packages", "remove"]));
        add_new(&mut self.repositories, &from.packages.repositories, || origin(&["packages", "repositories"]));
        for (name, value) in &from.environment {
            let traced = Traced { value: value.clone(), origin: origin(&["environment", name]) };
            self.environment.insert(name.clone(), traced);
        }
        for (path, file) in &from.files {
            self.files.insert(path.clone(), Traced { value: file.clone(), origin: origin(&["files", path]) });
        }
        let scripts = &from.hooks;
        if [&scripts.pre_install, &scripts.post_install, &scripts.configure, &scripts.validate]
            .iter()
            .any(|script| !script.trim().is_empty())
        {
            self.scripts.push(Traced { value: scripts.clone(), origin: origin(&["hooks"]) });
        }
        for port in &from.ports {
            self.ports.retain(|old| (old.value.internal, old.value.protocol) != (port.internal, port.protocol));
            self.ports.push(Traced { value: port.clone(), origin: origin(&["ports"]) });
        }
        for volume in &from.volumes {
            let traced = Traced { value: volume.clone(), origin: origin(&["volumes"]) };
            self.volumes.insert(volume.name.clone(), traced);
        }
    }

    /// Every value with its path below `configuration`, for explaining.
    pub(in crate::compose) fn traced(&self) -> Vec<(Vec<String>, Value, Origin)> {
        let mut all = Vec::new();
        let mut put = |path: &[&str], value: Value, origin: &Origin| {
            let path = ["configuration"].iter().chain(path).map(|s| (*s).to_owned()).collect();
            all.push((path, value, origin.clone()));
        };
        for package in &self.packages {
            put(&["packages", &package.value], json!("install"), &package.origin);
        }
        for package in &self.removed {
            put(&["packages", &package.value], json!("remove"), &package.origin);
        }
        for repository in &self.repositories {
            put(&["packages", "repositories", &repository.value.url], json!("add"), &repository.origin);
        }
        for (name, value) in &self.environment {
            put(&["environment", name], json!(value.value), &value.origin);
        }
        for (path, file) in &self.files {
            put(&["files", path], json!(file.value.content), &file.origin);
        }
        for port in &self.ports {
            let path = format!("{}/{}", port.value.internal, port.value.protocol);
            put(&["ports", &path], json!(port.value.external), &port.origin);
        }
        for (name, volume) in &self.volumes {
            put(&["volumes", name], json!(volume.value.path), &volume.origin);
        }
        for scripts in &self.scripts {
            let Origin::Component { name, .. } = &scripts.origin else { continue };
            put(&["hooks", name], json!(scripts.value), &scripts.origin);
        }
        all
    }
}

fn add_new<T: Clone + PartialEq>(all: &mut Vec<Traced<T>>, new: &[T], origin: impl Fn() -> Origin) {
    for value in new {
        if !all.iter().any(|old| old.value == *value) {
            all.push(Traced { value: value.clone(), origin: origin() });
        }
    }
}

fn origin(application: &Application<'_>, member: &Member<'_>, path: &[&str]) -> Origin {
    let component = ["composition", "components", member.component_name, "configuration"];
    let whole: Vec<&str> = component.into_iter().chain(path.iter().copied()).collect();
    Origin::Component {
        name: member.id.to_owned(),
        blueprint: application.name.to_owned(),
        at: application.manifest.positions.of(&whole).cloned(),
    }
}

/// Applies what a component does to CPU and memory: `max(minimum, value × multiply + add)`.
#[expect(clippy::cast_precision_loss, reason = "capacities in use are far below 2^53")]
pub(super) fn change_resources(
    application: &Application<'_>,
    member: &Member<'_>,
    configuration: &Configuration,
    layers: &mut Layers,
) {
    let cpu = ["resources", "compute", "units"];
    let memory = ["resources", "memory", "size"];
    let (units, size) = (layers.winner(&cpu).cloned(), layers.winner(&memory).cloned());
    let source = || LayerSource::Component { name: member.id.to_owned(), blueprint: application.name.to_owned() };
    let mut change = |path: &[&str], resource: &str, value: Value| {
        let component = ["composition", "components", member.component_name, "configuration", "resources"];
        let at = component.into_iter().chain([resource]).map(str::to_owned).collect();
        layers.push(Layer::change(source(), path, value).written_at(at));
    };
    if let (Some(cpu_change), Some(units)) = (&configuration.resources.cpu, units.as_ref().and_then(Value::as_f64)) {
        let changed = units * cpu_change.multiply + cpu_change.add as f64;
        change(&cpu, "cpu", whole(changed.max(cpu_change.minimum as f64)));
    }
    if let (Some(change_of), Some(size)) = (&configuration.resources.memory, size.as_ref().and_then(size::bytes)) {
        let grown = size::scaled(size, change_of.multiply).get().saturating_add(change_of.add.0.get());
        change(&memory, "memory", size::text(Bytes::new(grown).max(change_of.minimum.0)));
    }
}
