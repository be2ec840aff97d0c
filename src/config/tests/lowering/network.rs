//! Networks and interfaces.

use expect_test::expect;
use serde_json::json;

use super::check;
use crate::tests::support::desired;

#[test]
fn a_libvirt_network_hands_out_all_but_the_hosts_own_address() {
    let nix = r#"{
      hypervisor.networks.lan = {
        ipv4 = { address = "10.0.5.1"; dhcp.hosts.db = { mac = "52-54-00-AA-BB-CC"; address = "10.0.5.10"; }; };
        dnsHosts."10.0.5.1" = [ "gateway" ];
      };
    }"#;
    check(
        nix,
        "network/lan",
        expect![[r#"
        uuid: 1701a92a-a978-5a31-81a6-76ab23c3a05c
        forward: nat
        ipv4:
          address: "10.0.5.1"
          prefix: 24
          dhcpRange:
            start: "10.0.5.2"
            end: "10.0.5.254"
          dhcpHosts:
            db:
              mac: 52:54:00:aa:bb:cc
              address: "10.0.5.10"
        dnsHosts:
          "10.0.5.1":
          - gateway
        autostart: true
    "#]],
    );
}

#[test]
fn an_interface_finds_its_network_by_name_capability_or_bridge() {
    let nix = r#"{
      hypervisor.networks = {
        internal = { mode = "isolated"; };
        uplink = { mode = "isolated"; capabilities = [ "public" ]; };
        front = { backend = "docker"; capabilities = [ "public" ]; };
      };
      hypervisor.compute.units.web = {
        image = "/a.qcow2";
        network = [
          { name = "by-name"; network = "internal"; }
          { name = "by-capability-name"; capability = "internal"; }
          { name = "by-capability"; capability = "public"; }
          { name = "bridge"; bridge = "br0"; }
          { name = "user"; capability = "user"; link = "down"; }
        ];
      };
      hypervisor.compute.units.box = {
        features.isolation.type = "container";
        image = "busybox";
        network = [ { name = "eth0"; capability = "public"; } ];
      };
    }"#;
    let desired = desired(nix);
    let value = |address: &str, pointer: &str| {
        let address = address.parse().expect("it is an address");
        let spec = serde_json::to_value(&desired.resources[&address].spec).expect("it serialises");
        spec.pointer(pointer).cloned().expect("it is there")
    };
    let source = |nic: &str| value("domain/web", &format!("/spec/interfaces/{nic}/source"));
    assert_eq!(source("by-name"), json!({ "network": "internal" }));
    assert_eq!(source("by-capability-name"), json!({ "network": "internal" }));
    assert_eq!(source("by-capability"), json!({ "network": "uplink" }));
    assert_eq!(source("bridge"), json!({ "bridge": "br0" }));
    assert_eq!(source("user"), json!("user"));
    assert_eq!(value("domain/web", "/spec/interfaces/user/linkUp"), json!(false));
    assert_eq!(value("container/box", "/spec/networks"), json!({ "front": {} }));
}
