//! libvirt networks.

use super::{
    Class::{Ignored, Live, ReplaceObject},
    Row, row,
};

/// What changing a network's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("uuid", Ignored, "the identity; an adopted network keeps its own"),
    row("autostart", Live, "setAutostart"),
    row("ipv4.dhcpHosts.**", Live, "virNetworkUpdate"),
    row("ipv4.dhcpRange.*", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("dnsHosts.*", Live, "virNetworkUpdate"),
    row("forward", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("bridge", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("mtu", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("domain", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("ipv4.address", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
    row("ipv4.prefix", ReplaceObject, "stopped and started; interfaces are plugged in again, no guest stops"),
];
