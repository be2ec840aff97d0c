//! Storage pools.

use std::path::PathBuf;

use jiff::Timestamp;
use model::{
    Address, ObservedResource, PowerState, Spec,
    spec::{PoolKind, PoolSpec},
};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Managed, Row, activity_cell};
use crate::table::{Tone, plain};

/// A storage pool.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PoolRow {
    /// Its address.
    pub address: Address,
    /// Its name.
    pub name: String,
    /// Whether it is active.
    pub state: PowerState,
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Option<PoolKind>,
    /// Where it is.
    pub path: Option<PathBuf>,
    /// Whose it is.
    pub managed: Managed,
}

impl PoolRow {
    /// The row of a pool; nothing for other objects.
    pub fn of(address: &Address, spec: &Spec, resource: &ObservedResource) -> Option<Self> {
        let Spec::Pool(PoolSpec { kind, path, .. }) = spec else { return None };
        Some(Self {
            address: address.clone(),
            name: address.name.clone(),
            state: resource.power,
            kind: *kind,
            path: path.clone(),
            managed: Managed::from(&resource.ownership),
        })
    }
}

impl Row for PoolRow {
    const TITLES: &'static [&'static str] = &["NAME", "STATE", "TYPE", "PATH", "MANAGED"];

    fn cells(&self, _now: Timestamp) -> Vec<(String, Tone)> {
        let kind = match self.kind {
            Some(PoolKind::Dir) => "dir",
            Some(PoolKind::Logical) => "logical",
            Some(PoolKind::Netfs) => "netfs",
            Some(PoolKind::Zfs) => "zfs",
            Some(PoolKind::Other) | None => "other",
        };
        let path = self.path.as_ref().map_or_else(|| "-".to_owned(), |path| path.display().to_string());
        vec![plain(&self.name), activity_cell(self.state), plain(kind), plain(path), self.managed.cell()]
    }
}
