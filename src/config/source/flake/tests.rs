//! Hosts of a flake in each form, and what is said of those that are not there.

use std::{path::Path, sync::Arc};

use nix_eval::{OverlayIo, Settings, StdIo};
use serde_json::Value;

use super::super::{bundled::FILES, read};
use crate::problem::SourceProblem;

const FLAKE: &str = r#"{
  outputs = { self }:
    let
      lib = import ./nix/lib;
      host = {
        options.warnings = lib.mkOption { type = lib.types.listOf lib.types.str; default = [ ]; };
        options.assertions = lib.mkOption { type = lib.types.listOf lib.types.unspecified; default = [ ]; };
        config.assertions = [ { assertion = false; message = "something of the host's own"; } ];
      };
      evaluated = lib.evalModules { modules = [ ./modules ./host.nix host ]; };
      failing.config.assertions = [ { assertion = false; message = "hypervisor.networks: these are no networks"; } ];
    in
    {
      nixosConfigurations.nixos = evaluated;
      nixosConfigurations.foreign = lib.evalModules { modules = [ host ]; };
      nixosConfigurations.failing = lib.evalModules { modules = [ ./modules ./host.nix host failing ]; };
      hypervisorConfigurations = {
        inherit evaluated;
        module = ./host.nix;
        list = [ ./host.nix ];
        manifest = import ./nix/evaluate.nix { modules = [ ./host.nix ]; };
      };
    };
}"#;

const HOST: &str = "{
  hypervisor.compute.units.web = {
    boot.kernel = toString ./kernel;
    resources.memory.size = \"64Mi\";
  };
}";

fn settings() -> Settings {
    let own = [("flake.nix", FLAKE.as_bytes()), ("host.nix", HOST.as_bytes()), ("kernel", b"")];
    let io = OverlayIo::new("/site", FILES.iter().copied().chain(own), Arc::new(StdIo));
    Settings { io: Arc::new(io), trace: Arc::new(|_| {}), ..Settings::default() }
}

fn host(name: &str) -> Result<Value, String> {
    let said = |problems: Vec<super::Placed>| problems.into_iter().map(|(problem, _)| format!("{problem}")).collect();
    read(Path::new(&format!("/site#{name}")), &settings()).map(|read| read.json).map_err(said)
}

#[test]
fn every_form_of_a_host_gives_the_same_manifest() {
    let expected = host("module").expect("it is a module");
    let unit = expected.pointer("/hypervisor/compute/units/web").expect("the unit is there");
    assert_eq!(unit.pointer("/boot/kernel"), Some(&Value::from("/site/kernel")), "{unit}");
    let positions = expected.get("positions").expect("there are positions").to_string();
    assert!(positions.contains("/site/host.nix") && !positions.contains("/nix/store"), "{positions}");
    for name in ["list", "manifest", "evaluated", "nixos"] {
        let found = host(name).expect("it is a host");
        assert_eq!(found.get("hypervisor"), expected.get("hypervisor"), "{name}");
    }
}

#[test]
fn the_files_read_are_those_of_the_host() {
    let read = read(Path::new("/site#module"), &settings()).map_err(|_| ()).expect("it is a module");
    let files: Vec<_> = read.files.iter().map(|file| file.display().to_string()).collect();
    assert!(files.contains(&"/site/host.nix".to_owned()) && files.contains(&"/site/flake.nix".to_owned()), "{files:?}");
}

#[test]
fn what_is_no_host_says_why() {
    let cases = [
        ("modul", "the host `modul` does not exist in the flake"),
        ("nonsense", "the host `nonsense` does not exist in the flake"),
        ("foreign", "the NixOS system `foreign` does not have the module of Hyper-NixOS"),
        ("failing", "hypervisor.networks: these are no networks"),
    ];
    for (name, expected) in cases {
        let said = host(name).expect_err("it is no host");
        assert!(said.contains(expected), "{name}: {said}");
    }
    let problem = |path: &str| {
        let problems = read(Path::new(path), &settings()).map(drop).expect_err("it is no host");
        problems.into_iter().map(|(problem, _)| problem.to_string()).collect::<Vec<_>>().join("\n")
    };
    assert_eq!(problem("/site#"), SourceProblem::NoHost { path: "/site".into() }.to_string());
    assert_eq!(problem("/site/nix#x"), SourceProblem::NoFlake { path: "/site/nix".into() }.to_string());
}
