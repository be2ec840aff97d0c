//! What is only ever run by Nix, evaluated: the VM tests of tests/nixos/vm, the templates, the flake.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use serde_json::Value;

use crate::{eval, hosts::nix_files, root};

#[test]
fn every_example_has_a_vm_test_and_all_of_it_evaluates() {
    let tests = eval(&format!("import {}/tests/nixos/examples.nix {{ }}", root().display())).expect("they evaluate");
    for example in nix_files("docs/examples") {
        let name = example.file_stem().expect("it has a name").to_string_lossy().into_owned();
        let test = &tests[&name];
        let host = &test["nodes"]["host"]["host"];
        let manifest = &host["manifest"]["value"]["hypervisor"];
        assert_eq!(manifest["enable"], Value::Bool(true), "{name}");
        assert!(host["units"]["hypernix-apply.service"].is_string(), "{name} applies nothing");
        is_python(&name, test["testScript"].as_str().expect("a script is a string"));
    }
}

#[test]
fn the_changed_and_the_broken_system_of_the_switch_test_differ_where_they_should() {
    let tests = eval(&format!("import {}/tests/nixos/examples.nix {{ }}", root().display())).expect("they evaluate");
    let host = &tests["quickstart"]["nodes"]["host"];
    let units = |system: &Value| system["manifest"]["value"]["hypervisor"]["compute"]["units"].clone();
    let special = |name: &str| units(&host["specialisations"][name]);
    assert!(units(&host["host"])["tiny-too"].is_null());
    assert_eq!(special("changed")["tiny-vm"]["description"], "Another description");
    assert!(special("changed")["tiny-too"].is_object());
    assert_eq!(special("broken")["tiny-vm"]["boot"]["kernel"], "/nowhere");
}

/// Whether Python reads a script: the driver of VM tests runs it.
fn is_python(name: &str, script: &str) {
    let parsed = Command::new("python3")
        .args(["-c", "import sys; compile(sys.argv[2], sys.argv[1], 'exec')", name, script])
        .output();
    match parsed {
        Ok(parsed) => assert!(parsed.status.success(), "{}", String::from_utf8_lossy(&parsed.stderr)),
        Err(_) => eprintln!("skipped: there is no python3 to read the script of {name}"),
    }
}

#[test]
fn every_template_evaluates_as_the_hosts_it_makes() {
    let hosts: [&[&str]; 4] = [
        &["quickstart/configuration.nix", "quickstart/units.nix"],
        &["cluster/common.nix", "cluster/hosts/alpha.nix"],
        &["cluster/common.nix", "cluster/hosts/beta.nix"],
        &["cluster/common.nix", "cluster/hosts/gamma.nix"],
    ];
    let root = root();
    let root = root.display();
    for files in hosts {
        let modules: Vec<_> = files.iter().map(|file| format!("{root}/nix/templates/{file}")).collect();
        let expression =
            format!("(import {root}/tests/nixos/templates.nix {{ modules = [ {} ]; }}).manifest", modules.join(" "));
        let manifest = eval(&expression).expect("the template evaluates");
        let units = manifest["value"]["hypervisor"]["compute"]["units"].as_object().expect("units are a set");
        assert!(!units.is_empty(), "{files:?} declares nothing");
    }
}

/// Without network and without building: nixpkgs is a lib, `NIXPKGS_LIB` or our own, with packages of nothing.
#[test]
fn nix_takes_the_flake() {
    const NIX: &str = "/var/lib/hypervisor/test/nix-oracle/bin/nix";
    if !Path::new(NIX).exists() {
        eprintln!("skipped: there is no {NIX}; tests/setup makes it");
        return;
    }
    let checked = Command::new(root().join("tests/nixos/flake-check"))
        .arg(NIX)
        .stdin(Stdio::null())
        .output()
        .expect("the script runs");
    let said = String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
    assert!(said.contains("all checks passed!"), "{said}");
}
