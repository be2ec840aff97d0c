use expect_test::{Expect, expect};
use model::{DeletionPolicy, FieldPath, OwnerId, spec::NetworkSpec};
use plan::Mark;
use serde_json::json;

use super::{address, document, fingerprint, read};
use crate::libvirt::{domain::scope::Scope, mark, xml::Element};

fn new(spec: &NetworkSpec) -> Element {
    let owner = OwnerId(uuid::Uuid::nil());
    let mark = Mark { owner, spec: "sha256:00".to_owned(), protect: true, deletion: DeletionPolicy::Delete };
    document::new("lan", spec, mark::element(&mark, &address("lan")))
}

/// Checks what is written beside the mark, and that it is read back.
#[track_caller]
fn check(spec: serde_json::Value, expected: Expect) {
    let spec: NetworkSpec = serde_json::from_value(spec).unwrap();
    let document = new(&spec);
    let mut printed = document.clone();
    printed.remove("metadata");
    expected.assert_eq(&printed.to_string());
    assert_eq!(document::difference(&spec, &read(&document), &Scope::everything()), None);
}

#[test]
fn networks_are_written_and_read_back() {
    check(
        json!({ "forward": "nat", "bridge": "virbr7", "mtu": 1400, "domain": "lan.test",
                "ipv4": { "address": "192.168.150.1", "prefix": 24,
                          "dhcpRange": { "start": "192.168.150.10", "end": "192.168.150.99" },
                          "dhcpHosts": { "web": { "mac": "52:54:00:00:00:01", "address": "192.168.150.5" } } },
                "dnsHosts": { "192.168.150.5": ["web", "www"] } }),
        expect![[
            r#"<network><name>lan</name><forward mode="nat"/><bridge name="virbr7"/><mtu size="1400"/><domain name="lan.test" localOnly="yes"/><dns><host ip="192.168.150.5"><hostname>web</hostname><hostname>www</hostname></host></dns><ip family="ipv4" address="192.168.150.1" prefix="24"><dhcp><range start="192.168.150.10" end="192.168.150.99"/><host mac="52:54:00:00:00:01" name="web" ip="192.168.150.5"/></dhcp></ip></network>"#
        ]],
    );
    check(json!({ "forward": "isolated" }), expect![["<network><name>lan</name></network>"]]);
    check(
        json!({ "forward": "bridge", "bridge": "br0" }),
        expect![[r#"<network><name>lan</name><forward mode="bridge"/><bridge name="br0"/></network>"#]],
    );
}

#[test]
fn a_patch_keeps_the_bridge_that_libvirt_chose_and_the_ipv6_side() {
    let before = "<network connections='1'><name>lan</name><uuid>u</uuid><forward mode='nat'><nat><port start='1024' end='65535'/></nat></forward>\
                  <bridge name='virbr3' stp='on' delay='0'/><mac address='52:54:00:00:00:02'/>\
                  <ip address='10.0.0.1' netmask='255.255.255.0'/><ip family='ipv6' address='fd00::1' prefix='64'/></network>";
    let mut document = Element::parse(before).unwrap();
    let spec: NetworkSpec = serde_json::from_value(json!({ "ipv4": { "address": "10.0.1.1", "prefix": 24 } })).unwrap();
    assert_eq!(read(&document).ipv4.unwrap().prefix, Some(24), "a netmask is a prefix");
    document::patch(&mut document, &spec, &Scope::fields(&[FieldPath::from("ipv4.address")]));
    expect![[r#"<network><name>lan</name><uuid>u</uuid><forward mode="nat"><nat><port start="1024" end="65535"/></nat></forward><bridge name="virbr3" stp="on" delay="0"/><mac address="52:54:00:00:00:02"/><ip family="ipv6" address="fd00::1" prefix="64"/><ip family="ipv4" address="10.0.1.1" prefix="24"/></network>"#]].assert_eq(&document.to_string());
}

#[test]
fn the_mark_is_read_whatever_its_prefix() {
    let document = new(&NetworkSpec::default());
    let other = Element::parse(&document.to_string().replace("hv:", "x:").replace(":hv=", ":x=")).unwrap();
    let found = mark::read(&other).unwrap();
    assert_eq!((found.protect, found.deletion), (true, DeletionPolicy::Delete));
    let mut bare = document;
    mark::remove(&mut bare);
    assert_eq!(bare.to_string(), "<network><name>lan</name></network>");
}

#[test]
fn plugging_in_does_not_change_a_fingerprint() {
    let one = fingerprint("<network>\n<a/>", Some("<network connections='1'>\n<a/>"), true);
    assert_eq!(one, fingerprint("<network>\n<a/>", Some("<network connections='2'>\n<a/>"), true));
    assert_ne!(one, fingerprint("<network>\n<a/>", Some("<network connections='1'>\n<a/>"), false));
}
