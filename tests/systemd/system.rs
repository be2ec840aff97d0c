//! A NixOS system as the module makes it, and how it gets onto a machine.

use std::path::Path;

use nix_eval::{Settings, evaluate};
use serde_json::Value;

use crate::machine::Machine;

/// Where systems are kept on the machine, one directory a generation.
const PROFILES: &str = "/nix/var/nix/profiles";
/// Where hypernix is on the machine.
pub const PACKAGE: &str = "/opt/hypernix";

/// A system that is installed on a machine.
#[derive(Clone, Debug)]
pub struct System {
    /// Its directory, what `/run/current-system` points to while it runs.
    pub toplevel: String,
}

impl System {
    /// Evaluates a host's module and puts the system it makes on the machine, as generation `number`.
    pub fn install(machine: &Machine, number: u32, module: &str) -> Self {
        Self::install_with(machine, number, PACKAGE, module)
    }

    /// Likewise, with hypernix from another package.
    pub fn install_with(machine: &Machine, number: u32, package: &str, module: &str) -> Self {
        let made = evaluated(package, module);
        let toplevel = format!("{PROFILES}/system-{number}-link");
        for (path, text) in entries(&made["files"]) {
            machine.write(path, text);
        }
        for (name, text) in entries(&made["units"]) {
            machine.write(&format!("{toplevel}/units/{name}"), text);
        }
        for (name, source) in entries(&made["etc"]) {
            machine.write(&format!("{toplevel}/etc/{name}"), made["files"][source].as_str().expect("a text"));
        }
        let script = |pointer: &str| made.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
        let header = "#!/bin/sh\nset -eu\n";
        let checks = script("/preSwitchChecks/hypervisor");
        let activation = script("/activation/hypervisor/text");
        for (name, text) in [("pre-switch-checks", &checks), ("activate", &activation), ("dry-activate", &activation)] {
            machine.write(&format!("{toplevel}/{name}"), &format!("{header}{text}"));
        }
        // NixOS makes groups when it activates; early is no harm.
        for group in made["groups"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            machine.sh(&format!("getent group {group} || groupadd --system {group}"));
        }
        let build = script("/systemBuilderCommands");
        machine.sh(&format!("chmod 755 {toplevel}/*activate {toplevel}/pre-switch-checks; out={toplevel}; {build}"));
        Self { toplevel }
    }
}

/// What `tests/nixos/host.nix` makes of a module.
fn evaluated(package: &str, module: &str) -> Value {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let root = root.canonicalize().expect("the repository is there");
    let expression = format!(
        "import {}/tests/nixos/host.nix {{ hypernix = \"{package}\"; modules = [ ({module}) ]; }}",
        root.display()
    );
    let made = evaluate(Settings::default(), |evaluator| {
        let value = evaluator.eval_str(&expression, Path::new("/"))?;
        evaluator.to_json(value)
    });
    made.unwrap_or_else(|error| panic!("the host does not evaluate: {error}"))
}

fn entries(object: &Value) -> impl Iterator<Item = (&str, &str)> {
    let object = object.as_object().expect("a set");
    object.iter().map(|(name, text)| (name.as_str(), text.as_str().expect("a text")))
}
