//! Images of disks and of containers.

use jiff::Timestamp;
use model::{Address, Backend, ObservedResource, Spec};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Managed, Row};
use crate::table::{Tone, plain};

/// An image.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageRow {
    /// Its address.
    pub address: Address,
    /// Its name, or its reference.
    pub name: String,
    /// Who holds it.
    pub backend: Backend,
    /// Its hash, or the engine's id of it.
    pub id: Option<String>,
    /// The file it is kept in.
    pub path: Option<String>,
    /// Whose it is.
    pub managed: Managed,
}

impl ImageRow {
    /// The row of an image; nothing for other objects.
    pub fn of(address: &Address, spec: &Spec, resource: &ObservedResource) -> Option<Self> {
        let (id, path) = match spec {
            Spec::Image(spec) => (spec.sha256.clone(), Some(spec.path.display().to_string())),
            Spec::ContainerImage(spec) => (spec.id.clone(), None),
            _ => return None,
        };
        Some(Self {
            address: address.clone(),
            name: address.name.clone(),
            backend: address.kind.backend(),
            id,
            path,
            managed: Managed::from(&resource.ownership),
        })
    }
}

impl Row for ImageRow {
    const TITLES: &'static [&'static str] = &["NAME", "BACKEND", "ID", "PATH", "MANAGED"];

    fn cells(&self, _now: Timestamp) -> Vec<(String, Tone)> {
        vec![
            plain(&self.name),
            plain(self.backend.to_string()),
            plain(self.id.as_deref().map_or("-", short_id)),
            plain(self.path.as_deref().unwrap_or("-")),
            self.managed.cell(),
        ]
    }
}

/// The first twelve digits, as docker shows an id.
fn short_id(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..12).unwrap_or(digits)
}
