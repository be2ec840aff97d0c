//! What the modules and the evaluator refuse.

use expect_test::expect;

use super::check;

#[test]
fn a_syntax_error() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    resources.memory.size = "4Gi"
    autostart = true;
  };
}
"#,
        expect![[r#"
            nix::parse

              × syntax error, unexpected '=', expecting ';'
               ╭─[/etc/hypernix/host.nix:4:15]
             2 │   hypervisor.compute.units.web = {
             3 │     resources.memory.size = "4Gi"
               ·                                 ┬
               ·                                 ╰── a `;` is missing after this
             4 │     autostart = true;
               ·               ┬
               ·               ╰── here
             5 │   };
               ╰────
              help: put a `;` at the end of line 3
        "#]],
    );
}

#[test]
fn an_unknown_option() {
    check(
        r#"
{
  hypervisor.compute.units.web.resources.memroy.size = "4Gi";
}
"#,
        expect![[r#"
            config::unknown_option

              × the option `hypervisor.compute.units.web.resources.memroy` does not exist
               ╭─[/etc/hypernix/host.nix:2:42]
             1 │ {
             2 │   hypervisor.compute.units.web.resources.memroy.size = "4Gi";
               ·                                          ───┬──
               ·                                             ╰── here
             3 │ }
               ╰────
              help: did you mean `memory`?
        "#]],
    );
}

#[test]
fn a_value_of_the_wrong_type() {
    check(
        r#"
{
  hypervisor.compute.units.web.resources.compute.units = "four";
}
"#,
        expect![[r#"
            config::wrong_type

              × a definition for option `hypervisor.compute.units.web.resources.compute.units` is not of type
              │ `signed integer`
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.resources.compute.units = "four";
               ·   ──────────────────────────┬─────────────────────────
               ·                             ╰── here
             3 │ }
               ╰────
              help: found "four"
        "#]],
    );
}

#[test]
fn a_word_where_a_boolean_belongs() {
    check(
        r#"
{
  hypervisor.compute.units.web.autostart = "yes";
}
"#,
        expect![[r#"
            config::wrong_type

              × a definition for option `hypervisor.compute.units.web.autostart` is not of type `boolean`
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.autostart = "yes";
               ·   ───────────────────┬──────────────────
               ·                      ╰── here
             3 │ }
               ╰────
              help: it needs `true` or `false`, not "yes"
        "#]],
    );
}

#[test]
fn a_category_of_tags_that_is_none() {
    check(
        r#"
{
  hypervisor.compute.tags.big = {
    category = "size";
    values.resources.memory.size = "16Gi";
  };
}
"#,
        expect![[r#"
            config::wrong_type

              × a definition for option `hypervisor.compute.tags.big.category` is not of type `one of
              │ "performance", "security", "network", "storage", "lifecycle", "compliance"`
               ╭─[/etc/hypernix/host.nix:3:5]
             2 │   hypervisor.compute.tags.big = {
             3 │     category = "size";
               ·     ────┬───
               ·         ╰── here
             4 │     values.resources.memory.size = "16Gi";
               ╰────
              help: it needs "performance" or "security" or "network" or "storage" or "lifecycle" or
                    "compliance", not "size"
        "#]],
    );
}

#[test]
fn a_missing_required_value() {
    check(
        r#"
{
  hypervisor.compute.units.web.network = [ { capability = "user"; } ];
}
"#,
        expect![[r#"
            config::missing_value

              × the option `hypervisor.compute.units.web.network.0.name` is used but not defined
               ╭─[/etc/hypernix/host.nix:2:3]
             1 │ {
             2 │   hypervisor.compute.units.web.network = [ { capability = "user"; } ];
               ·   ──────────────────┬─────────────────
               ·                     ╰── here
             3 │ }
               ╰────
              help: set `name` to a value of type `string` such as `"lan"`
        "#]],
    );
}

#[test]
fn an_infinite_recursion() {
    check(
        r#"
let
  memory = swap;
  swap = memory;
in
{
  hypervisor.compute.units.web.resources.memory.size = memory;
}
"#,
        expect![[r#"
            config::infinite_recursion

              × infinite recursion: `memory` needs `swap` needs `memory`
               ╭─[/etc/hypernix/host.nix:2:12]
             1 │ let
             2 │   memory = swap;
               ·            ──┬─
               ·              ╰── here
             3 │   swap = memory;
               ╰────
              help: give what is in the cycle a value that does not depend on it
        "#]],
    );
}

#[test]
fn an_infinite_recursion_through_attributes_of_one_name() {
    check(
        r#"
let
  web = { memory = db.memory; };
  db = { memory = web.memory; };
in
{
  hypervisor.compute.units.web.resources.memory.size = web.memory;
}
"#,
        expect![[r#"
            config::infinite_recursion

              × infinite recursion: `db.memory` needs `web.memory` needs `db.memory`
               ╭─[/etc/hypernix/host.nix:2:20]
             1 │ let
             2 │   web = { memory = db.memory; };
               ·                    ────┬────
               ·                        ╰── here
             3 │   db = { memory = web.memory; };
               ╰────
              help: give what is in the cycle a value that does not depend on it
        "#]],
    );
}

#[test]
fn an_infinite_recursion_through_options() {
    check(
        r#"
{ config, ... }:
{
  hypervisor.compute.units.web.resources.memory.size = config.hypervisor.compute.units.db.resources.memory.size;
  hypervisor.compute.units.db.resources.memory.size = config.hypervisor.compute.units.web.resources.memory.size;
}
"#,
        expect![[r#"
            config::infinite_recursion

              × infinite recursion: `config.hypervisor.compute.units.web.resources.memory.size` needs
              │ `config.hypervisor.compute.units.db.resources.memory.size` needs
              │ `config.hypervisor.compute.units.web.resources.memory.size`
               ╭─[/etc/hypernix/host.nix:4:55]
             3 │   hypervisor.compute.units.web.resources.memory.size = config.hypervisor.compute.units.db.resources.memory.size;
             4 │   hypervisor.compute.units.db.resources.memory.size = config.hypervisor.compute.units.web.resources.memory.size;
               ·                                                       ────────────────────────────┬────────────────────────────
               ·                                                                                   ╰── here
             5 │ }
               ╰────
              help: give what is in the cycle a value that does not depend on it
        "#]],
    );
}

#[test]
fn a_failed_assertion() {
    check(
        r#"
{
  hypervisor.compute.units.web = {
    image = "/images/debian.qcow2";
    storage = [ { name = "data"; } ];
  };
}
"#,
        expect![[r#"
            config::failed_assertion

              × hypervisor.compute.units.web.storage, `data`: a disk needs a capacity. Set `size`, or name an
              │ existing volume with `volume`.
               ╭─[/etc/hypernix/host.nix:4:5]
             3 │     image = "/images/debian.qcow2";
             4 │     storage = [ { name = "data"; } ];
               ·     ───┬───
               ·        ╰── here
             5 │   };
               ╰────
        "#]],
    );
}
