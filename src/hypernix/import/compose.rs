//! Compose files: services become units, their networks and volumes ours, under the names that compose gives them on
//! the engine, so that data is found again.
//!
//! One file a subject. A mapping is taken apart key by key ([`fields::Fields`]); what is left of it is told, so that
//! nothing vanishes silently.

mod fields;
mod interpolate;
mod limits;
mod mounts;
mod networks;
mod ports;
mod process;
mod service;
mod shared;

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde_json::Value;

use super::{ImportError, read};
use crate::export::{self, Declaration};
use crate::nix_text::attribute;
use fields::Fields;
use shared::Shared;

pub use interpolate::variables;

/// The project that a compose file describes.
struct Project {
    /// Its name, which is before that of each network and volume.
    name: String,
    /// Where relative paths begin.
    directory: PathBuf,
    /// The names of units, by their services'.
    units: BTreeMap<String, String>,
    networks: Shared,
    volumes: Shared,
}

/// Writes what the file declares. `environment` has the variables it may ask for.
///
/// # Errors
/// When it cannot be read, is no YAML, or declares no services.
pub fn import(path: &Path, environment: &BTreeMap<String, String>) -> Result<String, ImportError> {
    let document: Value = serde_saphyr::from_str(&read(path)?)
        .map_err(|source| ImportError::Yaml { path: path.to_owned(), source: Box::new(source) })?;
    let mut unset = Vec::new();
    let document = interpolate::fill(document, environment, &mut unset);
    let mut top = Fields::of(document);
    let mut project = Project::of(&mut top, path);
    let Some(Value::Object(services)) = top.take("services").filter(|services| services.is_object()) else {
        return Err(ImportError::NoServices { path: path.to_owned() });
    };
    project.units = services.iter().map(|(name, fields)| (name.clone(), service::unit_name(name, fields))).collect();
    let mut blocks = Vec::new();
    for (name, fields) in services {
        let unit = service::declare(&name, fields, &mut project);
        blocks.push(block("compute.units", project.unit(&name), &name, unit));
    }
    // Settings of compose itself; a `version` means nothing any more.
    top.ignore(&["name", "version"]);
    let left_out = top.rest().into_iter().map(|line| format!("Left out: {line}."));
    let head = project.head(path);
    blocks.extend(project.networks.declare("networks"));
    blocks.extend(project.volumes.declare("storage.volumes"));
    let unset = unset.into_iter().map(|name| format!("${name} is not set: it was taken as empty."));
    let head: Vec<String> = head.into_iter().chain(unset).chain(left_out).collect();
    Ok(export::file(&head, &blocks))
}

impl Project {
    fn of(top: &mut Fields, path: &Path) -> Self {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
        let directory = absolute.parent().unwrap_or(Path::new("/")).to_owned();
        let folder = directory.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
        let plain = |c: &char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
        let name = top.text("name").unwrap_or_else(|| folder.chars().filter(plain).collect());
        let networks = Shared::networks(&name, top.take("networks"));
        let volumes = Shared::volumes(&name, top.take("volumes"));
        Self { name, directory, units: BTreeMap::new(), networks, volumes }
    }

    /// The unit that a service becomes.
    fn unit<'a>(&'a self, service: &'a str) -> &'a str {
        self.units.get(service).map_or(service, String::as_str)
    }

    fn head(&self, path: &Path) -> Vec<String> {
        vec![
            format!("Written by `hypernix import` from {}.", path.display()),
            format!(
                "`docker compose -p {} down` first, without -v: volumes and networks are then taken over.",
                self.name
            ),
            "A unit without limits has one processor and 1Gi of memory.".to_owned(),
        ]
    }
}

fn block(group: &str, name: &str, what: &str, declaration: Declaration) -> String {
    declaration.text(what, &format!("{group}.{}", attribute(name)))
}

#[cfg(test)]
mod tests;
