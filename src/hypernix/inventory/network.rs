//! Networks of both backends.

use jiff::Timestamp;
use model::{
    Address, Backend, ObservedResource, PowerState, Spec,
    spec::{ForwardMode, NetworkSpec},
};
use serde::Serialize;
use serde_with::skip_serializing_none;

use super::{Managed, Row, activity_cell};
use crate::table::{Tone, plain};

/// A network.
#[skip_serializing_none]
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NetworkRow {
    /// Its address.
    pub address: Address,
    /// Its name.
    pub name: String,
    /// Who holds it.
    pub backend: Backend,
    /// Whether it is active.
    pub state: PowerState,
    /// How it reaches the outside, or its driver.
    pub mode: String,
    /// Its address range.
    pub subnet: Option<String>,
    /// Its bridge on the host.
    pub bridge: Option<String>,
    /// Whose it is.
    pub managed: Managed,
}

impl NetworkRow {
    /// The row of a network; nothing for other objects.
    pub fn of(address: &Address, spec: &Spec, resource: &ObservedResource) -> Option<Self> {
        let (mode, subnet, bridge, state) = match spec {
            Spec::Network(spec) => (mode(spec).to_owned(), range(spec), spec.bridge.clone(), resource.power),
            Spec::DockerNetwork(spec) => {
                let subnet = spec.subnet.as_ref().and_then(|subnet| subnet.cidr.clone());
                let driver = spec.driver.clone().unwrap_or_else(|| "bridge".to_owned());
                (driver, subnet, None, PowerState::Running)
            }
            _ => return None,
        };
        Some(Self {
            address: address.clone(),
            name: address.name.clone(),
            backend: address.kind.backend(),
            state,
            mode,
            subnet,
            bridge,
            managed: Managed::from(&resource.ownership),
        })
    }
}

impl Row for NetworkRow {
    const TITLES: &'static [&'static str] = &["NAME", "BACKEND", "STATE", "MODE", "SUBNET", "BRIDGE", "MANAGED"];

    fn cells(&self, _now: Timestamp) -> Vec<(String, Tone)> {
        vec![
            plain(&self.name),
            plain(self.backend.to_string()),
            activity_cell(self.state),
            plain(&self.mode),
            plain(self.subnet.as_deref().unwrap_or("-")),
            plain(self.bridge.as_deref().unwrap_or("-")),
            self.managed.cell(),
        ]
    }
}

fn mode(spec: &NetworkSpec) -> &'static str {
    match spec.forward {
        Some(ForwardMode::Nat) => "nat",
        Some(ForwardMode::Route) => "route",
        Some(ForwardMode::Open) => "open",
        Some(ForwardMode::Bridge) => "bridge",
        Some(ForwardMode::Isolated) | None => "isolated",
    }
}

fn range(spec: &NetworkSpec) -> Option<String> {
    let ipv4 = spec.ipv4.as_ref()?;
    Some(format!("{}/{}", ipv4.address.as_deref()?, ipv4.prefix.unwrap_or(24)))
}
