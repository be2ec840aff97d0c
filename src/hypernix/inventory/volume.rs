//! Volumes of both backends.

use jiff::Timestamp;
use model::{
    Address, Backend, Bytes, ObservedResource, Spec,
    spec::{VolumeFormat, VolumeSpec},
};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Managed, Row};
use crate::table::{Tone, plain};

/// A volume.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct VolumeRow {
    /// Its address.
    pub address: Address,
    /// Its name; a disk's with its pool.
    pub name: String,
    /// Who holds it.
    pub backend: Backend,
    /// Its size as a guest sees it.
    pub capacity: Option<Bytes>,
    /// Its format, or its driver.
    pub format: String,
    /// What it lies over.
    pub backing: Option<String>,
    /// Whose it is.
    pub managed: Managed,
}

impl VolumeRow {
    /// The row of a volume; nothing for other objects.
    pub fn of(address: &Address, spec: &Spec, resource: &ObservedResource) -> Option<Self> {
        let (capacity, format, backing) = match spec {
            Spec::Volume(spec) => {
                let backing = spec.backing.as_ref().map(|path| path.display().to_string());
                (spec.capacity, format(spec).to_owned(), backing)
            }
            Spec::DockerVolume(spec) => (None, spec.driver.clone().unwrap_or_else(|| "local".to_owned()), None),
            _ => return None,
        };
        Some(Self {
            address: address.clone(),
            name: address.name.clone(),
            backend: address.kind.backend(),
            capacity,
            format,
            backing,
            managed: Managed::from(&resource.ownership),
        })
    }
}

impl Row for VolumeRow {
    const TITLES: &'static [&'static str] = &["NAME", "BACKEND", "SIZE", "FORMAT", "OVER", "MANAGED"];

    fn cells(&self, _now: Timestamp) -> Vec<(String, Tone)> {
        vec![
            plain(&self.name),
            plain(self.backend.to_string()),
            plain(self.capacity.map_or_else(|| "-".to_owned(), |size| size.to_string())),
            plain(&self.format),
            plain(self.backing.as_deref().unwrap_or("-")),
            self.managed.cell(),
        ]
    }
}

fn format(spec: &VolumeSpec) -> &'static str {
    match spec.format {
        Some(VolumeFormat::Qcow2) => "qcow2",
        Some(VolumeFormat::Raw) => "raw",
        Some(VolumeFormat::Other) | None => "other",
    }
}
