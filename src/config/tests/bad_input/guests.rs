//! Units that cannot be made on their backend.

use std::path::PathBuf;

use expect_test::{Expect, expect};
use model::Contents;

use super::check;
use crate::tests::support::{good, host, rendered};

#[test]
fn huge_pages_beyond_the_host() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    resources.memory = { size = "64Gi"; hugepages = "2Mi"; };
  };
}
"#,
        expect![[r#"
            config::not_enough_memory

              × the unit `web` wants 64 GiB of huge pages, and the host has 8 GiB of memory
               ╭─[/etc/hypernix/host.nix:4:26]
             3 │     image = "/images/debian.qcow2";
             4 │     resources.memory = { size = "64Gi"; hugepages = "2Mi"; };
               ·                          ──┬─
               ·                            ╰── here
             5 │   };
               ╰────
              help: huge pages cannot be overcommitted: lower `resources.memory.size`, or remove
                    `resources.memory.hugepages`
        "#]],
    );
}

#[test]
fn a_vm_with_nothing_to_boot() {
    check(
        r#"
{
  hypervisor.compute.units.web.resources.memory.size = "1Gi";
}
"#,
        expect![[r#"
            config::nothing_to_boot

              × the unit `web` has nothing to boot
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.resources.memory.size = "1Gi";
               ·   ─────────────────────────┬────────────────────────
               ·                            ╰── here
             3 │ }
               ╰────
              help: set `image` (a disk image: a path, or a URL with its hash), `boot.kernel`, or a disk under
                    `storage`; for a container, set `features.isolation.type = "container"` and `image`
        "#]],
    );
}

#[test]
fn a_container_without_an_image() {
    check(
        r#"
{
  hypervisor.compute.units.web.features.isolation.type = "container";
}
"#,
        expect![[r#"
            config::no_image

              × the container `web` has no image
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.features.isolation.type = "container";
               ·   ──────────────────────────┬─────────────────────────
               ·                             ╰── here
             3 │ }
               ╰────
              help: set `image.source` to a reference such as "nginx:1.27", `image.archive` to a file of
                    `docker save`, or `image.rootfs` to the tar of a root file system
        "#]],
    );
}

#[test]
fn a_web_assembly_module() {
    check(
        r#"
{
  hypervisor.compute.units.fn = {
    features.isolation.type = "wasm";
    image = "/images/fn.wasm";
  };
}
"#,
        expect![[r#"
            config::no_wasm

              × the unit `fn` is a WebAssembly module, and there is no wasm runtime yet
               ╭─[/etc/hypernix/host.nix:3:5]
             2 │   hypervisor.compute.units.fn = {
             3 │     features.isolation.type = "wasm";
               ·     ───────────┬───────────
               ·                ╰── here
             4 │     image = "/images/fn.wasm";
               ╰────
              help: set `features.isolation.type` to "vm" or "container", and `resources.compute.architecture`
                    to the machine's
        "#]],
    );
}

#[test]
fn packages_in_a_container() {
    check(
        r#"
{
  hypervisor.composition.components.nginx-base = {
    type = "service";
    configuration.packages.install = [ "nginx" ];
  };
  hypervisor.composition.blueprints.web.components = [ { component = "nginx-base"; } ];
  hypervisor.compute.units.web = {
    features.isolation.type = "container";
    image = "debian:12";
    labels.blueprint = "web";
  };
}
"#,
        expect![[r#"
            config::packages_in_container

              × the component `nginx-base` installs the package `nginx` in the container `web`, whose image is
              │ made elsewhere
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     type = "service";
             4 │     configuration.packages.install = [ "nginx" ];
               ·     ───────────────┬──────────────
               ·                    ╰── here
             5 │   };
               ╰────
              help: put it into the image, or set `features.isolation.type = "vm"`; files, environment, ports
                    and volumes of a component do reach a container
        "#]],
    );
}

#[test]
fn an_accelerator_without_an_address() {
    check(
        r#"
{
  hypervisor.compute.units.train = {
    image = "/images/debian.qcow2";
    resources.accelerators = [ { type = "gpu"; } ];
  };
}
"#,
        expect![[r#"
            config::accelerator_address

              × the unit `train` wants a gpu without saying which of the host's
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     image = "/images/debian.qcow2";
             4 │     resources.accelerators = [ { type = "gpu"; } ];
               ·     ───────────┬──────────
               ·                ╰── here
             5 │   };
               ╰────
              help: set `address` of the accelerator to the PCI address (`lspci -D` lists them, such as
                    "0000:01:00.0") or to the UUID of a mediated device
        "#]],
    );
}

#[test]
fn an_architecture_that_nobody_emulates() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    resources.compute.architecture = "riscv64";
  };
}
"#,
        expect![[r#"
            config::no_emulator

              × the unit `web` is for riscv64, which QEMU does not run on this host
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     image = "/images/debian.qcow2";
             4 │     resources.compute.architecture = "riscv64";
               ·     ───────────────┬──────────────
               ·                    ╰── here
             5 │   };
               ╰────
              help: install QEMU for riscv64; there is QEMU for `aarch64`, `x86_64`
        "#]],
    );
}

#[test]
fn an_unknown_network_and_pool() {
    check(
        r#"
{
  hypervisor.networks.lan = { mode = "isolated"; };
  hypervisor.storage.pools.fast = { };
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    network = [ { name = "eth0"; network = "lna"; } ];
    storage = [ { name = "data"; size = "1Gi"; pool = "fsat"; } ];
  };
}
"#,
        expect![[r#"
            config::unknown_network

              × the interface `eth0` of the unit `web` wants the network `lna`, which is not declared
               ╭─[/etc/hypernix/host.nix:6:45]
             5 │     image = "/images/debian.qcow2";
             6 │     network = [ { name = "eth0"; network = "lna"; } ];
               ·                                             ─┬─
               ·                                              ╰── here
             7 │     storage = [ { name = "data"; size = "1Gi"; pool = "fsat"; } ];
               ╰────
              help: did you mean `lan`? Otherwise declare `hypervisor.networks.lna`, set `bridge` to a bridge
                    of the host, or `capability = "user"`, which needs no network
            config::unknown_pool

              × the disk `data` of the unit `web` wants the storage pool `fsat`, which is not declared
               ╭─[/etc/hypernix/host.nix:7:56]
             6 │     network = [ { name = "eth0"; network = "lna"; } ];
             7 │     storage = [ { name = "data"; size = "1Gi"; pool = "fsat"; } ];
               ·                                                        ──┬─
               ·                                                          ╰── here
             8 │   };
               ╰────
              help: did you mean `fast`? Otherwise declare `hypervisor.storage.pools.fsat`
        "#]],
    );
}

#[test]
fn a_network_of_the_other_backend() {
    check(
        r#"
{
  hypervisor.networks.front.backend = "docker";
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    network = [ { name = "eth0"; network = "front"; } ];
  };
}
"#,
        expect![[r#"
            config::other_backend

              × the interface `eth0` of the unit `web` is a VM's, and the network `front` is one of Docker's
               ╭─[/etc/hypernix/host.nix:5:34]
             4 │     image = "/images/debian.qcow2";
             5 │     network = [ { name = "eth0"; network = "front"; } ];
               ·                                  ───┬───
               ·                                     ╰── here
             6 │   };
               ╰────
              help: declare another network with `backend = "libvirt"`, or plug it into one that has it
        "#]],
    );
}

/// A configuration whose files hold what is said of them.
#[track_caller]
fn check_with(nix: &str, files: &[(&str, Contents)], message: Expect) {
    let mut host = host();
    host.files = files.iter().map(|(file, contents)| (PathBuf::from(file), contents.clone())).collect();
    let errors = good(nix.trim_start()).lower(&host).expect_err("something is wrong");
    message.assert_eq(&rendered(&errors));
}

#[test]
fn files_that_are_not_what_is_declared_of_them() {
    let found = || Contents::Sha256("ab".repeat(32));
    check_with(
        r#"
{
  hypervisor.compute.units = {
    web = {
      image = {
        source = "/images/debian.qcow2";
        hash = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
      };
    };
    box = {
      features.isolation.type = "container";
      image = {
        rootfs = "/images/box.tar";
        hash = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
      };
    };
    gone = {
      features.isolation.type = "container";
      image.rootfs = "/images/gone.tar";
    };
  };
}
"#,
        &[("/images/debian.qcow2", found()), ("/images/box.tar", found()), ("/images/gone.tar", Contents::Missing)],
        expect![[r#"
            config::hash_mismatch

              × /images/debian.qcow2 is not the image declared for the unit `web`: it has
              │ sha256:abababababababababababababababababababababababababababababababab, and `image.hash` says
              │ sha256:1111111111111111111111111111111111111111111111111111111111111111
               ╭─[/etc/hypernix/host.nix:6:9]
             5 │         source = "/images/debian.qcow2";
             6 │         hash = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
               ·         ──┬─
               ·           ╰── here
             7 │       };
               ╰────
              help: put the declared file back, or set `image.hash` to
                    "sha256:abababababababababababababababababababababababababababababababab" if this one is
                    meant
            config::hash_mismatch

              × /images/box.tar is not the image declared for the unit `box`: it has
              │ sha256:abababababababababababababababababababababababababababababababab, and `image.hash` says
              │ sha256:2222222222222222222222222222222222222222222222222222222222222222
                ╭─[/etc/hypernix/host.nix:13:9]
             12 │         rootfs = "/images/box.tar";
             13 │         hash = "sha256:2222222222222222222222222222222222222222222222222222222222222222";
                ·         ──┬─
                ·           ╰── here
             14 │       };
                ╰────
              help: put the declared file back, or set `image.hash` to
                    "sha256:abababababababababababababababababababababababababababababababab" if this one is
                    meant
            config::no_archive

              × the archive /images/gone.tar of the unit `gone` cannot be read: there is no such file
                ╭─[/etc/hypernix/host.nix:18:7]
             17 │       features.isolation.type = "container";
             18 │       image.rootfs = "/images/gone.tar";
                ·       ──────┬─────
                ·             ╰── here
             19 │     };
                ╰────
              help: correct `image.rootfs`, or put the file there
        "#]],
    );
}

#[test]
fn a_file_that_was_copied_already_need_not_be_what_it_was() {
    let nix = r#"{ hypervisor.compute.units.web.image = {
      source = "/images/debian.qcow2";
      hash = "sha256:1111111111111111111111111111111111111111111111111111111111111111";
    }; }"#;
    let mut host = host();
    host.files.insert("/images/debian.qcow2".into(), Contents::Sha256("ab".repeat(32)));
    assert!(good(nix).lower(&host).is_err());
    host.known.insert("image/111111111111-debian.qcow2".parse().expect("it is an address"));
    assert!(good(nix).lower(&host).is_ok());
}
