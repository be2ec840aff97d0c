//! The NixOS module over a stub of NixOS (tests/nixos): the hosts of tests/nixos/hosts, evaluated by us with the
//! bundled library, by us with nixpkgs' lib, and by Nix with nixpkgs' lib. The latter two run where `NIXPKGS_LIB` names
//! a `lib` and where the oracle of tests/setup is.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::{Value, json};

use crate::{eval, root};

const ORACLE: &str = "/var/lib/hypervisor/test/nix-oracle/bin/nix-instantiate";

#[test]
fn every_evaluator_and_every_library_makes_the_same_of_a_host() {
    let Some(lib) = nixpkgs_lib() else { return };
    for host in hosts() {
        let bundled = eval(&expression(&host, None)).expect("it evaluates with the bundled library");
        let ours = eval(&expression(&host, Some(&lib))).expect("it evaluates with nixpkgs' lib");
        assert_eq!(comparable(&bundled), comparable(&ours), "{host}: the libraries differ");
        if let Some(theirs) = by_nix(&expression(&host, Some(&lib))) {
            assert!(theirs == ours, "{host}: Nix makes something else of it than we do");
        }
    }
}

#[test]
fn the_rendered_units_are_those_that_were_reviewed() {
    for (host, units) in [
        ("plain", &["hypernix.service", "hypernix.socket", "hypernix-apply.service"][..]),
        ("daemon", &["hypernix.service"]),
    ] {
        let rendered = normalised(&of(host));
        for unit in units {
            let file = root().join(format!("tests/nixos/units/{host}-{unit}"));
            let text = rendered["units"][unit].as_str().expect("the unit is rendered");
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                fs::write(&file, text).expect("tests/nixos/units is writable");
            }
            let reviewed = fs::read_to_string(&file).unwrap_or_default();
            assert_eq!(text, reviewed, "{}: UPDATE_EXPECT=1 writes it anew", file.display());
        }
    }
}

#[test]
fn systemd_finds_the_daemon_well_confined() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    for host in ["plain", "daemon"] {
        let unit = directory.path().join("hypernix.service");
        let host = of(host);
        fs::write(&unit, host["units"]["hypernix.service"].as_str().expect("it is rendered")).expect("it is writable");
        let analysed = Command::new("systemd-analyze")
            .args(["security", "--offline=true", "--threshold=30", "--no-pager"])
            .arg(&unit)
            .output();
        let Ok(analysed) = analysed else {
            eprintln!("skipped: there is no systemd-analyze");
            return;
        };
        assert!(analysed.status.success(), "{}", String::from_utf8_lossy(&analysed.stdout));
    }
}

#[test]
fn a_switch_checks_shows_and_applies_the_manifest_of_the_new_system() {
    let host = of("plain");
    let manifest = host["manifest"]["path"].as_str().expect("it is a path").to_owned();
    let said = |pointer: &str| host.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(
        said("/preSwitchChecks/hypervisor"),
        "/usr/bin/hypernix plan --check --partial \"$1/hypervisor/manifest.json\"\n"
    );
    assert!(said("/systemBuilderCommands").contains(&format!("ln -s {manifest} $out/hypervisor/manifest.json")));
    assert!(said("/activation/hypervisor/text").contains(&format!("hypernix activate --dry-run {manifest}")));
    assert_eq!(host["activation"]["hypervisor"]["supportsDryActivation"], json!(true));
    assert!(
        said("/units/hypernix-apply.service").contains(&format!("ExecStart=/usr/bin/hypernix activate {manifest}"))
    );
    let written: Value = serde_json::from_str(&said(&format!("/files/{}", manifest.replace('/', "~1"))))
        .expect("the file is the manifest");
    assert_eq!(written, host["manifest"]["value"]);
}

#[test]
fn another_declaration_is_another_manifest_and_the_same_one_is_the_same() {
    let path = |modules: &str| {
        let expression =
            format!("(import {}/tests/nixos/host.nix {{ modules = [ {modules} ]; }}).manifest.path", root().display());
        eval(&expression).expect("it evaluates")
    };
    let unit = |size: &str| format!("{{ hypervisor.compute.units.web.resources.memory.size = \"{size}\"; }}");
    assert_eq!(path(&unit("1Gi")), path(&unit("1Gi")));
    assert_ne!(path(&unit("1Gi")), path(&unit("2Gi")));
}

#[test]
fn importing_the_module_does_nothing_until_it_is_enabled() {
    let host = of("off");
    assert_eq!(host["units"], json!({}));
    assert_eq!(host["etc"], json!({}));
    assert_eq!(host["groups"], json!([]));
    assert_eq!(host["systemBuilderCommands"], json!(""));
    assert_eq!(host["backends"]["libvirtd"]["enable"], json!(false));
}

#[test]
fn docker_comes_only_where_a_container_is_declared() {
    assert_eq!(of("plain")["backends"]["docker"]["enable"], json!(false));
    let host = of("containers");
    assert_eq!(host["backends"]["docker"], json!({ "enable": true, "liveRestore": true }));
    assert_eq!(
        host["units"]["docker.service.d/overrides.conf"],
        json!("[Unit]\n\n[Service]\nX-RestartIfChanged=false\n")
    );
}

#[test]
fn a_switch_restarts_neither_libvirt_nor_docker() {
    let host = of("containers");
    for unit in ["docker", "libvirtd", "libvirt-guests", "virtlockd", "virtlogd"] {
        let text = host["units"][format!("{unit}.service.d/overrides.conf")].as_str().unwrap_or_default();
        assert!(text.contains("X-RestartIfChanged=false"), "{unit}: {text}");
    }
}

#[test]
fn the_port_is_open_only_when_asked_for() {
    assert_eq!(of("plain")["firewall"], json!([]));
    assert_eq!(of("daemon")["firewall"], json!([9443]));
}

#[test]
fn secrets_are_named_by_path_and_are_in_no_file_of_the_store() {
    let host = of("daemon");
    let unit = host["units"]["hypernix.service"].as_str().expect("it is rendered");
    assert!(unit.contains("LoadCredential=token:/run/secrets/hypernix-token\n"), "{unit}");
    assert!(
        !host["files"].to_string().contains("hypernix-token"),
        "the path of a credential is nobody else's business"
    );
}

#[test]
fn a_group_without_an_engine_is_told_once() {
    let warnings = of("daemon")["warnings"].clone();
    assert_eq!(warnings, of("daemon")["manifest"]["value"]["warnings"]);
    let warnings: Vec<&str> = warnings.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0].starts_with("hypervisor.mesh: declared but not yet effective"), "{warnings:?}");
}

#[test]
fn a_guest_in_place_becomes_kernel_initrd_command_line_and_the_store() {
    let unit = of("guest")["manifest"]["value"]["hypervisor"]["compute"]["units"]["web"].clone();
    let store = "/nix/store/00000000000000000000000000000000-";
    assert_eq!(
        unit["boot"],
        json!({
            "cmdline": format!("init={store}www/init console=ttyS0"),
            "initrd": format!("{store}initrd/initrd"),
            "kernel": format!("{store}linux/bzImage"),
        })
    );
    let share = json!({
        "driver": "virtiofs", "name": "nix-store", "readOnly": true, "source": "/nix/store", "target": "nix-store",
    });
    assert_eq!(unit["filesystems"][0], share);
    assert!(unit["guest"].is_null(), "the configuration itself is for NixOS");
}

/// Every example, and what NixOS would make of it, through our two front doors: from the file, and from the manifest
/// that the module puts into the system.
#[test]
fn both_front_doors_give_the_same_declaration() {
    for file in nix_files("docs/examples") {
        let file = file.display();
        let enabled = "{ hypervisor.enable = true; }";
        let through_nixos = format!(
            "(import {}/tests/nixos/host.nix {{ modules = [ {file} {enabled} ]; }}).manifest.value.hypervisor",
            root().display()
        );
        let from_file = format!("(import {}/nix/host.nix {{ file = {file}; }}).hypervisor", root().display());
        assert_eq!(
            eval(&through_nixos).expect("it evaluates as a host"),
            eval(&from_file).expect("it evaluates as a file"),
            "{file}"
        );
    }
}

/// What comes of a host of tests/nixos/hosts.
fn of(host: &str) -> Value {
    eval(&expression(host, None)).expect("the host evaluates")
}

fn expression(host: &str, lib: Option<&Path>) -> String {
    let root = root();
    let root = root.display();
    let lib = lib.map(|lib| format!("lib = import {};", lib.display())).unwrap_or_default();
    format!("import {root}/tests/nixos/host.nix {{ modules = [ {root}/tests/nixos/hosts/{host}.nix ]; {lib} }}")
}

fn hosts() -> Vec<String> {
    let names = nix_files("tests/nixos/hosts");
    names.iter().filter_map(|file| Some(file.file_stem()?.to_string_lossy().into_owned())).collect()
}

pub fn nix_files(directory: &str) -> Vec<PathBuf> {
    let listed = fs::read_dir(root().join(directory)).expect("the directory is there");
    let files = listed.flatten().map(|entry| entry.path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "nix")).collect()
}

pub fn nixpkgs_lib() -> Option<PathBuf> {
    let lib = std::env::var_os("NIXPKGS_LIB").map(PathBuf::from);
    if lib.is_none() {
        eprintln!("skipped: NIXPKGS_LIB does not name a nixpkgs lib");
    }
    lib
}

/// The value of an expression as Nix has it, where there is one.
fn by_nix(expression: &str) -> Option<Value> {
    if !Path::new(ORACLE).exists() {
        eprintln!("skipped: there is no {ORACLE}; tests/setup makes it");
        return None;
    }
    let output = Command::new(ORACLE)
        .args(["--eval", "--strict", "--json", "--expr", expression])
        .output()
        .expect("the oracle runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).expect("Nix prints JSON"))
}

/// Without what the libraries cannot agree on: only ours tells where an option itself was set, which is in the
/// manifest's positions and so in the hashes of everything that names it.
fn comparable(host: &Value) -> Value {
    let mut host = normalised(host);
    host["manifest"]["value"]["positions"] = json!(null);
    if let Some(files) = host["files"].as_object_mut() {
        files.retain(|path, _| !path.ends_with("-manifest.json"));
    }
    host
}

/// With `…` for the hashes of store paths.
fn normalised(host: &Value) -> Value {
    let text = host.to_string();
    let mut parts = text.split("/nix/store/");
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str("/nix/store/");
        let hashed = part.as_bytes().get(32) == Some(&b'-');
        plain.push_str(if hashed { "…" } else { "" });
        plain.push_str(if hashed { &part[32..] } else { part });
    }
    serde_json::from_str(&plain).expect("it is still JSON")
}

/// Misspelt options name the one that was meant, on a NixOS host as in a file.
#[test]
fn a_misspelt_option_gives_the_nearest_name() {
    let mistakes = BTreeMap::from([
        ("hypervisor.daemon.setings = { };", "settings"),
        ("hypervisor.activation.confirmwithin = \"5m\";", "confirmWithin"),
        ("hypervisor.compute.units.web.gest = { };", "guest"),
    ]);
    for (mistake, meant) in mistakes {
        let expression =
            format!("import {}/tests/nixos/host.nix {{ modules = [ {{ {mistake} }} ]; }}", root().display());
        let error = eval(&expression).expect_err("it is refused").to_string();
        assert!(error.contains(&format!("`{meant}'")) || error.contains(&format!(".{meant}'")), "{mistake}: {error}");
    }
}
