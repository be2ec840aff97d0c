//! Sizes, hashes, paths, names and addresses that are none.

use expect_test::expect;

use super::check;

#[test]
fn sizes_and_times_that_do_not_parse() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    resources.memory.size = "4Gx";
    shutdown.timeout = "soon";
    storage = [ { name = "data"; size = "big"; } ];
  };
}
"#,
        expect![[r#"
            config::wrong_value

              × `resources.memory.size` of the unit `web` is wrong: `4Gx` is not a size: expected a number and
              │ a unit, such as "512Mi", "4Gi" or "10G"
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     image = "/images/debian.qcow2";
             4 │     resources.memory.size = "4Gx";
               ·     ──────────┬──────────
               ·               ╰── here
             5 │     shutdown.timeout = "soon";
               ╰────
            config::wrong_value

              × `shutdown.timeout` of the unit `web` is wrong: `soon` is not a length of time: expected one
              │ such as "30s", "1h30m", "7d" or "PT30S"
               ╭─[/etc/hypernix/host.nix:5:5]
             4 │     resources.memory.size = "4Gx";
             5 │     shutdown.timeout = "soon";
               ·     ────────┬───────
               ·             ╰── here
             6 │     storage = [ { name = "data"; size = "big"; } ];
               ╰────
            config::wrong_value

              × `storage.0.size` of the unit `web` is wrong: `big` is not a size: expected a number and a
              │ unit, such as "512Mi", "4Gi" or "10G"
               ╭─[/etc/hypernix/host.nix:6:34]
             5 │     shutdown.timeout = "soon";
             6 │     storage = [ { name = "data"; size = "big"; } ];
               ·                                  ──┬─
               ·                                    ╰── here
             7 │   };
               ╰────
        "#]],
    );
}

#[test]
fn a_url_without_a_hash() {
    check(
        r#"
{
  hypervisor.compute.units.web.image = "https://example.org/debian-12.qcow2";
}
"#,
        expect![[r#"
            config::failed_assertion

              × hypervisor.compute.units.web.image: a file from the network needs a hash. Set `image.hash`.
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.image = "https://example.org/debian-12.qcow2";
               ·   ─────────────────┬────────────────
               ·                    ╰── here
             3 │ }
               ╰────
        "#]],
    );
}

#[test]
fn a_hash_that_is_none() {
    check(
        r#"
{
  hypervisor.compute.units.web.image = {
    source = "https://example.org/debian-12.qcow2";
    hash = "sha256:1234";
  };
}
"#,
        expect![[r#"
            config::wrong_value

              × `image.hash` of the unit `web` is wrong: `sha256:1234` is no SHA-256: expected "sha256-" and
              │ 44 characters of base 64, or "sha256:" and 64 hex digits
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     source = "https://example.org/debian-12.qcow2";
             4 │     hash = "sha256:1234";
               ·     ──┬─
               ·       ╰── here
             5 │   };
               ╰────
              help: `sha256sum FILE` prints the digits
        "#]],
    );
}

#[test]
fn a_name_that_the_backends_refuse() {
    check(
        r#"
{
  hypervisor.compute.units."web server" = {
    image = "/images/debian.qcow2";
    storage = [ { name = "data.1"; size = "1Gi"; } ];
  };
}
"#,
        expect![[r#"
            config::invalid_name

              × the unit `web server` cannot be named so: the name `web server` has the character ' ': use
              │ letters, digits, `_`, `.` and `-`, and begin with a letter or digit
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units."web server" = {
               ·   ──────────────┬──────────────
               ·                 ╰── here
             3 │     image = "/images/debian.qcow2";
               ╰────
              help: rename it; `previousNames` of a unit keeps what exists under another name
            config::invalid_name

              × `storage.0` of the unit `web server` cannot be named so: the name `data.1` has the character
              │ '.'
               ╭─[/etc/hypernix/host.nix:4:19]
             3 │     image = "/images/debian.qcow2";
             4 │     storage = [ { name = "data.1"; size = "1Gi"; } ];
               ·                   ──┬─
               ·                     ╰── here
             5 │   };
               ╰────
              help: use letters, digits, `_` and `-`
        "#]],
    );
}

#[test]
fn a_bad_mac_address() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    network = [
      { name = "lan"; capability = "user"; mac = "52:54:00:12:34"; }
      { name = "dmz"; capability = "user"; mac = "53:54:00:12:34:56"; }
    ];
  };
}
"#,
        expect![[r#"
            config::wrong_value

              × `network.lan.mac` of the unit `web` is wrong: `52:54:00:12:34` is no MAC address: expected six
              │ bytes, as in "52:54:00:12:34:56"
               ╭─[/etc/hypernix/host.nix:5:44]
             4 │     network = [
             5 │       { name = "lan"; capability = "user"; mac = "52:54:00:12:34"; }
               ·                                            ─┬─
               ·                                             ╰── here
             6 │       { name = "dmz"; capability = "user"; mac = "53:54:00:12:34:56"; }
               ╰────
              help: correct it, or remove it: an address is then derived from the names
            config::wrong_value

              × `network.dmz.mac` of the unit `web` is wrong: `53:54:00:12:34:56` is a multicast address: the
              │ second digit has to be even, as in "52:54:00:12:34:56"
               ╭─[/etc/hypernix/host.nix:6:44]
             5 │       { name = "lan"; capability = "user"; mac = "52:54:00:12:34"; }
             6 │       { name = "dmz"; capability = "user"; mac = "53:54:00:12:34:56"; }
               ·                                            ─┬─
               ·                                             ╰── here
             7 │     ];
               ╰────
              help: correct it, or remove it: an address is then derived from the names
        "#]],
    );
}

#[test]
fn a_relative_path() {
    check(
        r#"
{
  hypervisor.compute.units.web.image = "images/debian.qcow2";
}
"#,
        expect![[r#"
            config::wrong_value

              × `image.source` of the unit `web` is wrong: `images/debian.qcow2` is a relative path, expected
              │ an absolute one
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.image = "images/debian.qcow2";
               ·   ─────────────────┬────────────────
               ·                    ╰── here
             3 │ }
               ╰────
              help: begin it with `/`, or write it as a Nix path (`./file`, without quotes)
        "#]],
    );
}

#[test]
fn a_boot_device_that_is_none() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    boot.order = [ "rot" ];
  };
}
"#,
        expect![[r#"
            config::unknown_boot_device

              × the unit `web` boots from `rot`, which is none of its disks and interfaces
               ╭─[/etc/hypernix/host.nix:4:21]
             3 │     image = "/images/debian.qcow2";
             4 │     boot.order = [ "rot" ];
               ·                     ─┬─
               ·                      ╰── here
             5 │   };
               ╰────
              help: did you mean `root`? Otherwise remove it
        "#]],
    );
}

#[test]
fn a_health_check_that_does_not_say_of_what() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    lifecycle.healthCheck = {
      type = "http";
      config.port = 80;
    };
  };
}
"#,
        expect![[r#"
            config::health_check

              × the health check of the unit `web` does not say what to try: where the unit is reached is not
              │ known
               ╭─[/etc/hypernix/host.nix:6:7]
             5 │       type = "http";
             6 │       config.port = 80;
               ·       ─────┬─────
               ·            ╰── here
             7 │     };
               ╰────
              help: set `config.host` (or `config.url`), give the unit a fixed address, or publish the port
        "#]],
    );
}
