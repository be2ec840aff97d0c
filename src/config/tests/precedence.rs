//! Which setting wins, and how that is explained.

use std::path::Path;

use expect_test::{Expect, expect};
use serde_json::{Value, json};

use super::support::{HOST, good, settings};
use crate::load;

/// Three tags, two policies and a default that all say something, with a unit on top.
const LAYERS: &str = r#"
{
  hypervisor.compute = {
    defaults = {
      defaultTags = [ "everywhere" ];
      unit = { description = "defaults"; resources.memory.size = "2Gi"; labels.from = "defaults"; };
    };
    tags = {
      low = { category = "performance"; priority = 10; values = { description = "low"; labels.low = "1"; }; };
      mid-a = { category = "performance"; values = { description = "mid-a"; cpu.sockets = 1; }; };
      mid-b = { category = "performance"; values = { description = "mid-b"; cpu.sockets = 2; cpu.cores = 2; }; };
      high = { category = "performance"; priority = 90; values.description = "high"; };
      everywhere = { category = "performance"; values = { description = "everywhere"; labels.every = "1"; }; };
    };
    policies = {
      first = { tags = [ "mid-b" ]; defaults = { description = "first"; uuid = "first"; }; };
      second.defaults = { description = "second"; uuid = "second"; container.dns = [ "1.1.1.1" ]; };
    };
    units = {
UNITS
    };
  };
}
"#;

/// The value that a unit's field has.
#[track_caller]
fn value(unit: &str, field: &str) -> Value {
    let loaded = good(&LAYERS.replace("UNITS", &format!("web = {unit};")));
    let explanation = loaded.explain("web", Some(field)).expect("the field exists");
    assert_eq!(explanation.fields[0].value, explanation.fields[0].candidates[0].value, "the first candidate won");
    explanation.fields[0].value.clone()
}

#[test]
fn the_higher_layer_wins() {
    let table = [
        ("option default", "{ }", "shutdown.timeout", json!("60s")),
        ("compute.defaults.unit over option default", "{ }", "resources.memory.size", json!("2Gi")),
        ("a tag over compute.defaults.unit", r#"{ tags = [ "low" ]; }"#, "labels.low", json!("1")),
        ("a later policy over an earlier one", r#"{ policies = [ "first" "second" ]; }"#, "uuid", json!("second")),
        ("a later policy over an earlier one", r#"{ policies = [ "second" "first" ]; }"#, "uuid", json!("first")),
        ("a default tag over policies", r#"{ policies = [ "second" ]; }"#, "description", json!("everywhere")),
        ("the higher priority", r#"{ tags = [ "low" "high" "mid-a" ]; }"#, "description", json!("high")),
        ("list order where priorities are equal", r#"{ tags = [ "mid-b" "mid-a" ]; }"#, "description", json!("mid-b")),
        ("own tags before a policy's", r#"{ tags = [ "mid-a" ]; policies = [ "first" ]; }"#, "cpu.sockets", json!(1)),
        ("a policy's tag over nothing", r#"{ tags = [ "mid-a" ]; policies = [ "first" ]; }"#, "cpu.cores", json!(2)),
        ("policies' tags before default tags", r#"{ policies = [ "first" ]; }"#, "description", json!("mid-b")),
        ("the unit over everything", r#"{ tags = [ "high" ]; description = "own"; }"#, "description", json!("own")),
        ("the unit's null over a tag", r#"{ tags = [ "mid-b" ]; cpu.cores = null; }"#, "cpu.cores", json!(null)),
        ("lists are replaced", r#"{ policies = [ "second" ]; container.dns = [ ]; }"#, "container.dns", json!([])),
    ];
    for (what, unit, field, expected) in table {
        assert_eq!(value(unit, field), expected, "{what}: {unit} {field}");
    }
}

#[test]
fn sets_merge_over_all_layers() {
    let loaded = good(&LAYERS.replace("UNITS", r#"web = { tags = [ "low" ]; labels.own = "1"; };"#));
    let labels = &loaded.composition.units["web"].unit.labels;
    let labels: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
    assert_eq!(labels, ["every=1", "from=defaults", "low=1", "own=1"]);
}

#[test]
fn a_tag_shared_by_units_changes_them_all() {
    let loaded = good(&LAYERS.replace("UNITS", r#"a1.tags = [ "high" ]; b1.tags = [ "high" ]; c1 = { };"#));
    let described = |unit: &str| loaded.composition.units[unit].unit.description.clone();
    assert_eq!([described("a1"), described("b1"), described("c1")], ["high", "high", "everywhere"]);
}

#[test]
fn the_resource_multiplier_scales_what_a_unit_does_not_set_itself() {
    let nix = r#"{
      hypervisor.compute.defaults.resourceMultiplier = 1.5;
      hypervisor.compute.tags.big = { category = "performance"; values.resources.memory.size = "3Gi"; };
      hypervisor.compute.units.web = { tags = [ "big" ]; };
      hypervisor.compute.units.db.resources = { compute.units = 300; memory.size = "1Gi"; };
    }"#;
    let loaded = good(nix);
    let explained = |unit, field| loaded.explain(unit, Some(field)).expect("it exists").to_string();
    let text = ["resources.memory.size", "resources.compute.units"]
        .map(|field| explained("web", field) + &explained("db", field))
        .concat();
    expect![[r#"
        web  tags: big
          resources.memory.size = "4608Mi"
              derived from 3 GiB × `compute.defaults.resourceMultiplier` (1.5)
              overrides "3Gi" (tag `big` (priority 50), /etc/hypernix/host.nix:3:65)
              overrides "1Gi" (option default)
        db
          resources.memory.size = "1Gi"
              set by the unit, /etc/hypernix/host.nix:5:70
              overrides "1Gi" (option default)
        web  tags: big
          resources.compute.units = 150
              derived from 100 × `compute.defaults.resourceMultiplier` (1.5)
              overrides 100 (option default)
        db
          resources.compute.units = 300
              set by the unit, /etc/hypernix/host.nix:5:49
              overrides 100 (option default)
    "#]]
    .assert_eq(&text);
}

#[track_caller]
fn check_explanation(nix: &str, field: Option<&str>, expected: Expect) {
    let text = match good(nix).explain("web", field) {
        Ok(explanation) => explanation.to_string(),
        Err(error) => format!("{error}; {}", miette::Diagnostic::help(&error).expect("it has a cure")),
    };
    expected.assert_eq(&text);
}

#[test]
fn an_explanation_names_every_source_the_winner_first() {
    let nix = &LAYERS.replace(
        "UNITS",
        r#"web = { tags = [ "mid-a" "high" ]; policies = [ "first" "second" ]; description = "own"; };"#,
    );
    check_explanation(
        nix,
        Some("description"),
        expect![[r#"
        web  tags: mid-a, high, mid-b, everywhere
          description = "own"
              set by the unit, /etc/hypernix/host.nix:20:69
              overrides "high" (tag `high` (priority 90), /etc/hypernix/host.nix:12:57)
              overrides "mid-a" (tag `mid-a` (priority 50), /etc/hypernix/host.nix:10:54)
              overrides "mid-b" (tag `mid-b` (priority 50), /etc/hypernix/host.nix:11:54)
              overrides "everywhere" (tag `everywhere` (priority 50), /etc/hypernix/host.nix:13:59)
              overrides "second" (policy `second`, /etc/hypernix/host.nix:17:27)
              overrides "first" (policy `first`, /etc/hypernix/host.nix:16:50)
              overrides "defaults" (compute.defaults, /etc/hypernix/host.nix:6:16)
              overrides "" (option default)
    "#]],
    );
    check_explanation(
        nix,
        Some("cpu"),
        expect![[r#"
        web  tags: mid-a, high, mid-b, everywhere
          cpu.cores = 2
              tag `mid-b` (priority 50), /etc/hypernix/host.nix:11:94
              overrides null (option default)
          cpu.mode = null
              option default
          cpu.model = null
              option default
          cpu.pin = {}
              option default
          cpu.sockets = 1
              tag `mid-a` (priority 50), /etc/hypernix/host.nix:10:77
              overrides 2 (tag `mid-b` (priority 50), /etc/hypernix/host.nix:11:77)
              overrides null (option default)
          cpu.threads = null
              option default
    "#]],
    );
    check_explanation(
        nix,
        Some("descripton"),
        expect!["the unit `web` has no field `descripton`; did you mean `description`? Otherwise ask without a field"],
    );
}

#[test]
fn an_explanation_without_a_field_shows_what_is_not_default() {
    check_explanation(
        &LAYERS.replace("UNITS", r#"web.tags = [ "low" ];"#),
        None,
        expect![[r#"
        web  tags: low, everywhere
          description = "everywhere"
              tag `everywhere` (priority 50), /etc/hypernix/host.nix:13:59
              overrides "low" (tag `low` (priority 10), /etc/hypernix/host.nix:9:67)
              overrides "defaults" (compute.defaults, /etc/hypernix/host.nix:6:16)
              overrides "" (option default)
          labels.every = "1"
              tag `everywhere` (priority 50), /etc/hypernix/host.nix:13:87
          labels.from = "defaults"
              compute.defaults, /etc/hypernix/host.nix:6:73
          labels.low = "1"
              tag `low` (priority 10), /etc/hypernix/host.nix:9:88
          resources.memory.size = "2Gi"
              compute.defaults, /etc/hypernix/host.nix:6:42
              overrides "1Gi" (option default)
          tags = ["low"]
              set by the unit, /etc/hypernix/host.nix:20:1
              overrides [] (option default)
    "#]],
    );
}

#[test]
fn an_explanation_leaves_out_nulls_that_nobody_wrote() {
    let nix = r#"{
      hypervisor.compute.units.web = { image = { source = "/a.qcow2"; volume = null; }; };
    }"#;
    check_explanation(
        nix,
        None,
        expect![[r#"
        web
          image.clone = "overlay"
              set by the unit, /etc/hypernix/host.nix:2:40
              overrides null (option default)
          image.format = "qcow2"
              set by the unit, /etc/hypernix/host.nix:2:40
              overrides null (option default)
          image.pull = "missing"
              set by the unit, /etc/hypernix/host.nix:2:40
              overrides null (option default)
          image.source = "/a.qcow2"
              set by the unit, /etc/hypernix/host.nix:2:50
              overrides null (option default)
          image.volume = null
              set by the unit, /etc/hypernix/host.nix:2:71
              overrides null (option default)
    "#]],
    );
    check_explanation(
        nix,
        Some("image.hash"),
        expect![[r#"
        web
          image.hash = null
              set by the unit, /etc/hypernix/host.nix:2:40
              overrides null (option default)
    "#]],
    );
}

#[test]
fn the_definition_that_overrides_the_others_is_explained() {
    let nix = r#"{ lib, ... }: {
      imports = [ { hypervisor.compute.units.web.resources.memory.size = lib.mkForce "256Mi"; } ];
      hypervisor.compute.units.web.resources.memory.size = "4Gi";
    }"#;
    check_explanation(
        nix,
        Some("resources.memory.size"),
        expect![[r#"
        web
          resources.memory.size = "256Mi"
              set by the unit, /etc/hypernix/host.nix:2:21
              overrides "1Gi" (option default)
    "#]],
    );
}

#[test]
fn an_explanation_goes_into_lists() {
    let nix = r#"{
      hypervisor.compute.units.web.storage = [ { name = "data"; size = "1Gi"; } ];
    }"#;
    check_explanation(
        nix,
        Some("storage.0.size"),
        expect![[r#"
            web
              storage.0.size = "1Gi"
                  set by the unit, /etc/hypernix/host.nix:2:65
        "#]],
    );
}

#[test]
fn the_manifest_says_the_same_through_both_doors() {
    let evaluated = good(&LAYERS.replace("UNITS", r#"web = { tags = [ "low" ]; image = "/a.qcow2"; };"#));
    let text = evaluated.manifest_json();
    let manifest = "/run/hypervisor/manifest.json";
    let read = load(Path::new(manifest), &settings(manifest, &text)).expect("it is a manifest");
    assert_eq!(read.manifest_json(), text);
    let desired = |loaded: &crate::Loaded| {
        let desired = loaded.lower(&super::support::host()).expect("it is good");
        serde_json::to_string(&desired).expect("it serialises")
    };
    assert_eq!(desired(&read), desired(&evaluated));
}

#[test]
fn a_directory_is_read_through_its_default_nix() {
    let text = r#"{ hypervisor.compute.units.web = { }; }"#;
    let loaded = load(Path::new("/etc/hypernix"), &settings("/etc/hypernix/default.nix", text)).expect("it is good");
    assert!(loaded.composition.units.contains_key("web"));
    assert_eq!(loaded.files, [Path::new("/etc/hypernix/default.nix")]);
}

#[test]
fn what_is_no_configuration_is_named() {
    let table = [
        ("/etc/none.nix", HOST, "{ }", "there is no file `/etc/none.nix`"),
        ("/etc/hypernix", HOST, "{ }", "the directory `/etc/hypernix` has no default.nix"),
        ("/etc/x.txt", "/etc/x.txt", "hello", "`/etc/x.txt` is neither a .nix file nor a manifest in JSON"),
        ("/etc/x.json", "/etc/x.json", "{", "the manifest `/etc/x.json` is no JSON: EOF while parsing an object"),
        ("/etc/x.json", "/etc/x.json", r#"{ "schemaVersion": 2 }"#, "the manifest has the version 2, and this program"),
        ("/etc/x.json", "/etc/x.json", r#"{ "schemaVersion": 1 }"#, "the manifest is malformed at `"),
    ];
    for (path, file, text, expected) in table {
        let Err(errors) = load(Path::new(path), &settings(file, text)) else { panic!("{path} loads") };
        let said = errors.iter().next().expect("there is one").to_string();
        assert!(said.starts_with(expected), "{path}: {said}");
    }
}
