//! Many mistakes in one configuration, a line each.

use std::path::Path;

use expect_test::expect;

use crate::{
    load,
    tests::support::{good, host, rendered, sentences, settings},
};

#[test]
fn everything_that_is_wrong_is_said_at_once() {
    let nix = r#"{
      hypervisor.networks = {
        lan.ipv4 = { address = "10.0.0.300"; };
        dmz.ipv4 = { address = "10.1.0.1"; dhcp = { start = "10.2.0.5"; end = "10.1.0.9"; hosts.db = { mac = "x"; address = "10.1.0.9"; }; }; };
        long = { mode = "isolated"; bridge = "a-bridge-with-a-long-name"; };
        bare.subnet = "10.3.0.0/24";
        side = { backend = "docker"; dnsHosts."10.4.0.1" = [ "gateway" ]; };
        front = { backend = "docker"; subnet = "172.20.0.0"; };
        back = { backend = "docker"; subnet = "172.21.0.0/16"; gateway = "172.22.0.1"; };
      };
      hypervisor.storage = {
        pools.vg.type = "logical";
        pools.here.path = "pools/here";
        volumes.away = { pool = "nowhere"; size = "1Gi"; };
        volumes.thin = { format = "raw"; image = "/images/debian.qcow2"; };
      };
      hypervisor.compute.units = {
        shape = {
          image = "/images/debian.qcow2";
          uuid = "not-one";
          cpu = { sockets = 3; cores = 2; };
          resources.compute = { units = 400; maxUnits = 200; };
          resources.memory = { size = "2Gi"; maximum = "1Gi"; };
          resources.accelerators = [ { type = "gpu"; address = "01:00"; } { type = "gpu"; address = "0000:01:00.0"; count = 2; } ];
          boot.initrd = "/boot/initrd";
          previousNames = [ "box" "-" ];
        };
        box = {
          features.isolation.type = "container";
          image = "/images/debian.qcow2";
          container = {
            networkMode = "host";
            ports = [ "80:80" ];
            volumes = [ "./data:/data" "cache:/data" "other:/data" ];
          };
          network = [ { name = "eth0"; bridge = "br0"; } ];
          storage = [ { name = "state"; size = "1Gi"; } ];
        };
        tiny = {
          features.isolation.type = "firecracker";
          image = "/images/debian.qcow2";
          tpm = true;
          graphics.type = "vnc";
        };
        secret = { image = "/images/debian.qcow2"; features.isolation.securityLevel = "confidential"; };
        sandbox = { features.isolation.type = "kata"; image = "busybox"; resources.compute.architecture = "aarch64"; };
      };
    }"#;
    expect![[r#"
        `ipv4.address` of the network `lan` is wrong: `10.0.0.300` is no IPv4 address
        `ipv4.dhcp` of the network `dmz` is wrong: it ends with 10.1.0.9, before it starts with 10.2.0.5
        `ipv4.dhcp.start` of the network `dmz` is wrong: 10.2.0.5 is outside of the network's range 10.1.0.0/24
        `ipv4.dhcp.hosts.db.mac` of the network `dmz` is wrong: `x` is no MAC address: expected six bytes, as in "52:54:00:12:34:56"
        `bridge` of the network `long` is wrong: `a-bridge-with-a-long-name` cannot name an interface: expected 1 to 15 characters
        `subnet` of the network `bare` is wrong: it is an option of Docker's networks, and this one is libvirt's
          remove it, or set `backend = "docker"`
        the network `bare` needs `ipv4`: its guests reach the outside through the host's address on it
          set `ipv4.address`, such as "192.168.150.1", or `mode = "isolated"`
        `dnsHosts` of the network `side` is wrong: it is an option of libvirt's networks, and this one is Docker's
          remove it, or set `backend = "libvirt"`
        `subnet` of the network `front` is wrong: `172.20.0.0` is no subnet: expected one such as "172.20.0.0/16"
        `gateway` of the network `back` is wrong: 172.22.0.1 is outside of the subnet 172.21.0.0/16
        the pool `vg` needs `source.name`: a pool of this type is made of something
          set it to the volume group, the dataset, or the file server and its directory
        `path` of the pool `here` is wrong: `pools/here` is a relative path, expected an absolute one
          begin it with `/`, or write it as a Nix path (`./file`, without quotes)
        the volume `away` wants the storage pool `nowhere`, which is not declared
          there are `here`, `vg`, `default`; or declare `hypervisor.storage.pools.nowhere`
        `format` of the volume `thin` is wrong: a raw volume cannot lie over an image
          set `format = "qcow2"`, or `clone = "copy"`
        `uuid` of the unit `shape` is wrong: `not-one` is no UUID
          remove it: one is then derived from the name
        `cpu` of the unit `shape` is wrong: 3 sockets × 2 cores × 1 threads are 6, and the unit has 4 vCPUs
          change the topology, `resources.compute.units` or `resources.compute.maxUnits`
        `resources.compute.maxUnits` of the unit `shape` is wrong: 2 vCPUs at most, and it has 4 already
          raise it, or remove it: it is then what the unit has
        `resources.memory.maximum` of the unit `shape` is wrong: 1 GiB is less than the 2 GiB that it has already
          raise it, or remove it: it is then what the unit has
        `resources.accelerators.0.address` of the unit `shape` is wrong: `01:00` is neither a PCI address such as "0000:01:00.0" nor a UUID
          `lspci -D` lists the host's devices
        `resources.accelerators.1.count` of the unit `shape` is wrong: 2 devices cannot be at one address
          write one entry for each, with its own `address`
        the unit `shape` needs `boot.kernel`: `boot.initrd` means nothing without it
          set it, or remove `boot.initrd`
        `previousNames` of the unit `shape` is wrong: `box` is the name of another unit that is declared
          remove it
        `previousNames` of the unit `shape` is wrong: the name `-` has the character '-': use letters, digits, `_`, `.` and `-`, and begin with a letter or digit
          remove it
        `image.source` of the unit `box` is wrong: `/images/debian.qcow2` is no image reference: expected one such as "nginx:1.27"
          a tar of `docker save` goes under `image.archive`, the tar of a root file system under `image.rootfs`; a disk image is for a VM
        `container.networkMode` of the unit `box` is wrong: the mode is `host`, and its ports are published as well, which this mode does not do
          remove one of them
        `container.volumes` of the unit `box` is wrong: `./data` is a relative path, expected an absolute one
          begin it with `/`, or write it as a Nix path (`./file`, without quotes)
        `container.volumes` of the unit `box` is wrong: two things are mounted at `/data`
          give one of them another path
        `network.eth0.bridge` of the unit `box` is wrong: a container does not join a bridge of the host
          declare a network with `backend = "docker"` and name it
        the storage `state` of the unit `box` needs `path`: a container sees its storage at a path
          set `path`, such as "/var/lib/data"
        the unit `tiny` has a TPM, which a microvm does not have
          remove it, or set `features.isolation.type = "vm"`
        the unit `tiny` has a display, which a microvm does not have
          remove it, or set `features.isolation.type = "vm"`
        the unit `secret` is to be confidential, and memory encryption is not supported yet
          set `features.isolation.securityLevel = "hardened"`
        the unit `sandbox` is a kata container, and Docker knows no kata runtime
          install kata-containers and add its runtime to /etc/docker/daemon.json; Docker knows `runc`
        the container `sandbox` is for aarch64, and containers run on the host's own x86_64
          set `features.isolation.type = "vm"` to emulate aarch64, or remove `resources.compute.architecture`
    "#]].assert_eq(&sentences(nix));
}

#[test]
fn a_constraint_can_bound_list_match_and_require() {
    let nix = r#"{
      hypervisor.compute.policies.strict.constraints = {
        resources.compute.units = { min = 200; max = 400; };
        features.isolation.type.oneOf = [ "vm" "firecracker" ];
        description.pattern = "[A-Z].*";
        labels.team.required = true;
        shutdown.timeout.max = "1m";
        autostart = false;
        update.drift.max = 3;
        image.required = "yes";
      };
      hypervisor.compute.units.web = {
        policies = [ "strict" ];
        features.isolation.type = "container";
        shutdown.timeout = "90s";
        description = "small";
      };
    }"#;
    expect![[r#"
        the constraint `update.drift` of the policy `strict` makes no sense: "revert" and 3 cannot be compared
          a constraint is a value to be equal to, or a set of `min`, `max`, `oneOf`, `pattern`, `required`
        the constraint `image` of the policy `strict` makes no sense: `required` is "yes", expected true or false
          a constraint is a value to be equal to, or a set of `min`, `max`, `oneOf`, `pattern`, `required`
        the policy `strict` refuses `autostart = true` of the unit `web`: it has to be false
          the value comes from the option's default; change it, or take the policy `strict` off
        the policy `strict` refuses `labels.team = null` of the unit `web`: it has to be set
          change it, or take the policy `strict` off
        the policy `strict` refuses `resources.compute.units = 100` of the unit `web`: it has to be at least 200
          the value comes from the option's default; change it, or take the policy `strict` off
        the policy `strict` refuses `features.isolation.type = "container"` of the unit `web`: it has to be one of `"vm"`, `"firecracker"`
          change it, or take the policy `strict` off
        the policy `strict` refuses `shutdown.timeout = "90s"` of the unit `web`: it has to be at most "1m"
          change it, or take the policy `strict` off
        the policy `strict` refuses `description = "small"` of the unit `web`: it has to match `[A-Z].*`
          change it, or take the policy `strict` off
    "#]].assert_eq(&sentences(nix));
}

#[test]
fn a_wrong_value_of_a_tag_is_said_once_and_not_for_each_unit() {
    let nix = r#"{
      hypervisor.compute.tags.big = { category = "performance"; values.resources.memory.size = "big"; };
      hypervisor.compute.units = { a1.tags = [ "big" ]; b1.tags = [ "big" ]; c1.tags = [ "big" ]; };
    }"#;
    expect![[r#"
        `resources.memory.size` of the unit `a1` is wrong: `big` is not a size: expected a number and a unit, such as "512Mi", "4Gi" or "10G"
          it comes from the tag `big`: change it there, or set it in the unit itself
    "#]].assert_eq(&sentences(nix));
}

#[test]
fn the_place_is_in_the_sentence_where_the_source_cannot_be_shown() {
    let manifest = good(r#"{ hypervisor.compute.units.web.image = "/images/debian.qcow2"; }"#).manifest_json();
    let manifest = manifest.replace("\"/images/debian.qcow2\"", "\"images/debian.qcow2\"");
    let path = "/run/manifest.json";
    let loaded = load(Path::new(path), &settings(path, &manifest)).expect("it is composed");
    let errors = loaded.lower(&host()).expect_err("the path is relative");
    expect![[r#"
        config::wrong_value

          × `image.source` of the unit `web` is wrong: `images/debian.qcow2` is a relative path, expected
          │ an absolute one (at /etc/hypernix/host.nix:1:3)
          help: begin it with `/`, or write it as a Nix path (`./file`, without quotes)
    "#]]
    .assert_eq(&rendered(&errors));
}
