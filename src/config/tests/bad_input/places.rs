//! Two things in one place.

use expect_test::expect;

use super::check;

#[test]
fn a_name_that_a_unit_and_an_instance_have() {
    check(
        r#"
{
  hypervisor.composition.blueprints.web = { };
  hypervisor.composition.instances.shop.blueprint = "web";
  hypervisor.compute.units.shop.image = "/images/debian.qcow2";
}
"#,
        expect![[r#"
            config::duplicate_name

              × `compute.units.shop` and `composition.instances.shop` are both the unit `shop`
               ╭─[/etc/hypernix/host.nix:3:3]
             2 │   hypervisor.composition.blueprints.web = { };
             3 │   hypervisor.composition.instances.shop.blueprint = "web";
               ·   ───────────────────────┬───────────────────────
               ·                          ╰── here
             4 │   hypervisor.compute.units.shop.image = "/images/debian.qcow2";
               ╰────
              help: rename one of them, or apply the blueprint with `compute.units.shop.labels.blueprint`
        "#]],
    );
}

#[test]
fn a_volume_that_is_declared_twice() {
    check(
        r#"
{
  hypervisor.storage.volumes.web-data.size = "1Gi";
  hypervisor.compute.units.web.storage = [ { name = "data"; size = "5Gi"; } ];
}
"#,
        expect![[r#"
            config::duplicate_name

              × `storage.volumes.web-data` and the disk `data` of the unit `web` are both the volume
              │ `hypernix/web-data`
               ╭─[/etc/hypernix/host.nix:3:3]
             2 │   hypervisor.storage.volumes.web-data.size = "1Gi";
             3 │   hypervisor.compute.units.web.storage = [ { name = "data"; size = "5Gi"; } ];
               ·   ──────────────────┬─────────────────
               ·                     ╰── here
             4 │ }
               ╰────
              help: rename one of them
        "#]],
    );
}

#[test]
fn two_containers_on_one_port() {
    check(
        r#"
{
  hypervisor.compute.units = {
    proxy = {
      features.isolation.type = "container";
      image = "nginx:1.27";
      container.ports = [ "8080:80" ];
    };
    shop = {
      features.isolation.type = "container";
      image = "shop:2";
      container.ports = [ "127.0.0.1:8080:3000" ];
    };
  };
}
"#,
        expect![[r#"
            config::port_clash

              × the containers `proxy` and `shop` both publish port 8080/tcp of the host
                ╭─[/etc/hypernix/host.nix:11:7]
             10 │       image = "shop:2";
             11 │       container.ports = [ "127.0.0.1:8080:3000" ];
                ·       ───────┬───────
                ·              ╰── here
             12 │     };
                ╰────
              help: give one of them another host port, or addresses of their own, such as
                    "127.0.0.1:8080:3000"
        "#]],
    );
}

#[test]
fn two_interfaces_with_one_mac_address() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    network = [
      { name = "lan"; capability = "user"; mac = "52:54:00:12:34:56"; }
      { name = "dmz"; capability = "user"; mac = "52:54:00:12:34:56"; }
    ];
  };
}
"#,
        expect![[r#"
            config::duplicate_mac

              × the interface `dmz` of the unit `web` and the interface `lan` of the unit `web` have the same
              │ MAC address 52:54:00:12:34:56
               ╭─[/etc/hypernix/host.nix:5:44]
             4 │     network = [
             5 │       { name = "lan"; capability = "user"; mac = "52:54:00:12:34:56"; }
               ·                                            ─┬─
               ·                                             ╰── here
             6 │       { name = "dmz"; capability = "user"; mac = "52:54:00:12:34:56"; }
               ╰────
              help: remove `mac` from one of them: an address is then derived from its name
        "#]],
    );
}

#[test]
fn networks_with_common_addresses() {
    check(
        r#"
{
  hypervisor.networks.lan.ipv4 = { };
  hypervisor.networks.front = {
    backend = "docker";
    subnet = "192.168.0.0/16";
  };
}
"#,
        expect![[r#"
            config::subnets_overlap

              × the networks `lan` (192.168.150.0/24) and `front` (192.168.0.0/16) have addresses in common
               ╭─[/etc/hypernix/host.nix:3:3]
             2 │   hypervisor.networks.lan.ipv4 = { };
             3 │   hypervisor.networks.front = {
               ·   ────────────┬────────────
               ·               ╰── here
             4 │     backend = "docker";
               ╰────
              help: give one of them another range, such as 10.99.0.0/24
        "#]],
    );
}

#[test]
fn units_that_wait_for_each_other() {
    check(
        r#"
{
  hypervisor.compute.units = {
    web = { image = "/images/a.qcow2"; dependsOn = [ "db" ]; };
    db = { image = "/images/a.qcow2"; dependsOn = [ "cache" ]; };
    cache = { image = "/images/a.qcow2"; dependsOn = [ "web" ]; };
  };
}
"#,
        expect![[r#"
            config::unit_cycle

              × units depend on each other: `cache` needs `web` needs `db` needs `cache`
               ╭─[/etc/hypernix/host.nix:5:42]
             4 │     db = { image = "/images/a.qcow2"; dependsOn = [ "cache" ]; };
             5 │     cache = { image = "/images/a.qcow2"; dependsOn = [ "web" ]; };
               ·                                          ────┬────
               ·                                              ╰── here
             6 │   };
               ╰────
              help: remove one of these from `dependsOn`, so that one of them can start first
        "#]],
    );
}
