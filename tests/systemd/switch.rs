//! What NixOS' `switch-to-configuration` does to the units that the module declares, and nothing else of it: written
//! after the program's documented behaviour, because the program itself is built with NixOS only.

use std::collections::{BTreeMap, BTreeSet};

use crate::{machine::Machine, ran::Ran, system::System};

/// Where units are that a switch looks after.
const UNITS: &str = "/etc/systemd/system";

/// How a switch ended.
#[derive(Debug)]
pub struct Switched {
    /// 0, 1 where a check refused it before anything was changed, 4 where a unit failed.
    pub code: i32,
    /// What was printed on the way.
    pub said: String,
}

/// Expects that every unit came up.
#[track_caller]
pub fn succeeded(switched: &Switched) {
    assert_eq!(switched.code, 0, "the switch failed:\n{}", switched.said);
}

/// What happens to units, by what was compared.
#[derive(Debug, Default, PartialEq, Eq)]
struct Deeds {
    stop: BTreeSet<String>,
    reload: BTreeSet<String>,
    restart: BTreeSet<String>,
    start: BTreeSet<String>,
}

impl Machine {
    /// `switch-to-configuration switch`.
    pub fn switch(&self, system: &System) -> Switched {
        let checked = self.run(&[&format!("{}/pre-switch-checks", system.toplevel), &system.toplevel, "switch"]);
        if checked.code != 0 {
            return Switched { code: 1, said: all_of(&checked) };
        }
        let deeds = self.compare(system);
        self.each("stop", &deeds.stop);
        self.install_units(system);
        let mut said = all_of(&self.run(&["env", "NIXOS_ACTION=switch", &format!("{}/activate", system.toplevel)]));
        self.run(&["systemctl", "daemon-reload"]).succeeded();
        let failed = [("reload", &deeds.reload), ("restart", &deeds.restart), ("start", &deeds.start)]
            .map(|(verb, units)| self.each(verb, units))
            .concat();
        for unit in &failed {
            said.push_str(&self.run(&["systemctl", "status", "--no-pager", "--full", "--lines=100", unit]).stdout);
        }
        Switched { code: if failed.is_empty() { 0 } else { 4 }, said }
    }

    /// `switch-to-configuration dry-activate`.
    pub fn dry_activate(&self, system: &System) -> String {
        let script = format!("{}/dry-activate", system.toplevel);
        let plan = all_of(&self.run(&["env", "NIXOS_ACTION=dry-activate", &script]).succeeded());
        format!("{:?}\n{plan}", self.compare(system))
    }

    /// Starts at boot what the system has installed.
    fn install_units(&self, system: &System) {
        self.sh(&format!(
            "ln -sfn {0} /run/current-system; ln -sfn {0} /nix/var/nix/profiles/system; \
             cd {UNITS}; for unit in $(cat .nixos 2>/dev/null); do rm -rf \"$unit\"; done; \
             (cd {0}/units && find . -type f) > .nixos; cp -a {0}/units/. .; \
             [ ! -d {0}/etc ] || cp -a {0}/etc/. /etc/",
            system.toplevel
        ));
        for unit in self.units(&format!("{}/units", system.toplevel)).keys() {
            if !unit.contains(".d/") {
                self.run(&["systemctl", "enable", "--quiet", unit]).succeeded();
            }
        }
    }

    fn compare(&self, system: &System) -> Deeds {
        let installed = self.sh(&format!("cat {UNITS}/.nixos 2>/dev/null || true"));
        let installed: BTreeSet<&str> = installed.lines().map(|line| line.trim_start_matches("./")).collect();
        let mut old = self.units(UNITS);
        old.retain(|unit, _| installed.contains(unit.as_str()));
        deeds(&old, &self.units(&format!("{}/units", system.toplevel)))
    }

    fn units(&self, directory: &str) -> BTreeMap<String, String> {
        let listed = self.sh(&format!("[ ! -d {directory} ] || find {directory} -type f -printf '%P\\n'"));
        let is_unit = |name: &&str| name.ends_with(".service") || name.ends_with(".socket") || name.contains(".d/");
        let names: Vec<&str> = listed.lines().filter(is_unit).collect();
        names.into_iter().map(|name| (name.to_owned(), self.sh(&format!("cat '{directory}/{name}'")))).collect()
    }

    /// Does it to the units, and tells which failed.
    fn each(&self, verb: &str, units: &BTreeSet<String>) -> Vec<String> {
        units.iter().filter(|unit| self.run(&["systemctl", verb, unit]).code != 0).cloned().collect()
    }
}

fn all_of(ran: &Ran) -> String {
    format!("{}{}", ran.stdout, ran.stderr)
}

fn deeds(old: &BTreeMap<String, String>, new: &BTreeMap<String, String>) -> Deeds {
    let mut deeds = Deeds::default();
    for (unit, text) in old {
        // A drop-in of a unit that a package ships: libvirtd and docker stay as they are, and so does this.
        if unit.contains(".d/") {
            continue;
        }
        match new.get(unit) {
            None if !text.contains("X-StopOnRemoval=false") => {
                deeds.stop.insert(unit.clone());
            }
            None => {}
            Some(new) if new != text => changed(unit, text, new, &mut deeds),
            Some(_) => {}
        }
    }
    let begun = new.keys().filter(|unit| !unit.contains(".d/") && !old.contains_key(*unit));
    deeds.start.extend(begun.cloned());
    deeds
}

fn changed(unit: &str, old: &str, new: &str, deeds: &mut Deeds) {
    let says = |word: &str| new.lines().any(|line| line == word);
    let unit = unit.to_owned();
    if unit.ends_with(".socket") {
        return;
    }
    if only_reloads(old, new) || says("X-ReloadIfChanged=true") {
        deeds.reload.insert(unit);
    } else if says("X-RestartIfChanged=false") {
    } else if says("X-StopIfChanged=false") {
        deeds.restart.insert(unit);
    } else {
        deeds.stop.insert(unit.clone());
        deeds.start.insert(unit);
    }
}

/// Whether nothing differs but what a unit is reloaded for, and what nobody needs to hear of.
fn only_reloads(old: &str, new: &str) -> bool {
    const QUIET: [&str; 4] = ["X-Reload-Triggers=", "ExecReload=", "Description=", "Documentation="];
    let heard = |text: &str| {
        let lines = text.lines().filter(|line| !QUIET.iter().any(|quiet| line.starts_with(quiet)));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    heard(old) == heard(new)
}
