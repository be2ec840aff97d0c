//! The daemon as the module runs it, confined and watched: over switches, its own end, and backends that restart.

use crate::{
    guests::{LARGE, SMALL, guests, line, running},
    machine::Machine,
    switch::succeeded,
    system::System,
};

/// A switch to the small guests, and the daemon that came with it.
fn switched(machine: &Machine) -> System {
    let system = System::install(machine, 1, &guests(SMALL, ""));
    succeeded(&machine.switch(&system));
    await_daemon(machine);
    system
}

fn await_daemon(machine: &Machine) {
    machine.until("the daemon", "systemctl is-active --quiet hypernix.service");
}

pub fn process(machine: &Machine) -> String {
    machine.sh("systemctl show -P MainPID hypernix.service")
}

/// Waits until systemd has started another daemon than the process `old`.
#[track_caller]
pub fn await_another(machine: &Machine, old: &str) {
    machine.until(
        "another daemon",
        &format!(
            "pid=$(systemctl show -P MainPID hypernix.service); \
             [ $pid != 0 ] && [ $pid != {} ] && systemctl is-active --quiet hypernix.service",
            old.trim()
        ),
    );
}

/// What differs from what is declared, by the daemon's account.
fn drifted(machine: &Machine) -> Vec<String> {
    let answer = machine.query("{ computeUnits { id drift { policy } } }");
    let units = answer["data"]["computeUnits"].as_array().unwrap_or_else(|| panic!("{answer:#}")).clone();
    let drifted = units.into_iter().filter(|unit| !unit["drift"].is_null());
    drifted.map(|unit| unit["id"].as_str().unwrap_or_default().to_owned()).collect()
}

fn await_calm(machine: &Machine) {
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while !drifted(machine).is_empty() {
        assert!(std::time::Instant::now() < deadline, "{}", machine.sh("journalctl -u hypernix -n 80 --no-pager"));
    }
}

#[test]
fn a_guest_that_did_not_change_outlives_switches_a_new_daemon_and_a_daemon_that_died() {
    let machine = Machine::boot("daemon");
    let small = switched(&machine);
    let at_first = running(&machine);
    assert_eq!(at_first.len(), 3, "{at_first:?}");
    let daemon = process(&machine);

    let large = System::install(&machine, 2, &guests(LARGE, ""));
    for system in [&large, &small, &large] {
        succeeded(&machine.switch(system));
        await_calm(&machine);
    }
    assert_eq!(process(&machine), daemon, "a changed declaration makes no other daemon");
    let journal = machine.journal("hypernix.service");
    assert!(journal.matches("a manifest was applied").count() >= 3, "switches were not handed over:\n{journal}");

    machine.sh("cp -r /opt/hypernix /opt/hypernix-new");
    let upgraded = System::install_with(&machine, 3, "/opt/hypernix-new", &guests(LARGE, ""));
    succeeded(&machine.switch(&upgraded));
    await_daemon(&machine);
    let new = process(&machine);
    assert_ne!(new, daemon, "the new program does not run");
    assert!(machine.sh(&format!("readlink /proc/{}/exe", new.trim())).contains("hypernix-new"));

    machine.sh("systemctl kill --signal=KILL hypernix.service");
    await_another(&machine, &new);
    await_calm(&machine);

    let at_last = running(&machine);
    for guest in ["steady", "web"] {
        assert_eq!(line(&at_first, guest), line(&at_last, guest), "{guest} did not change, and was restarted");
    }
}

#[test]
fn nothing_is_missed_when_libvirtd_and_dockerd_restart_under_the_daemon() {
    let machine = Machine::boot("restarts");
    switched(&machine);
    await_calm(&machine);
    let guest = line(&running(&machine), "steady").to_owned();
    let daemon = process(&machine);

    // libvirtd reads its files when it starts, and tells nobody what it found there.
    machine
        .sh("sed -i 's,<vcpu placement=.static.>1<,<vcpu placement=\"static\">3<,' /etc/libvirt/qemu/changing.xml; \
         grep -q '>3</vcpu>' /etc/libvirt/qemu/changing.xml; systemctl restart libvirtd.service");
    machine.until(
        "the declared processors",
        "virsh -c qemu:///system dumpxml --inactive changing | grep -q \"vcpu placement=.static.>1<\"",
    );
    machine.sh("systemctl restart docker.service");
    machine.until("the container", "docker inspect -f {{.State.Running}} web | grep -q true");
    await_calm(&machine);

    // And the streams of events are heard again.
    machine.sh("virsh -c qemu:///system destroy changing; docker kill web");
    machine.until(
        "both again",
        "virsh -c qemu:///system domstate changing | grep -q running && \
                                 docker inspect -f {{.State.Running}} web | grep -q true",
    );
    await_calm(&machine);
    assert_eq!(process(&machine), daemon, "the daemon did not live through it");
    assert_eq!(line(&running(&machine), "steady"), guest, "a guest was restarted");
}

#[test]
fn systemd_and_its_journal_are_told_how_the_units_are() {
    let machine = Machine::boot("status");
    switched(&machine);
    await_calm(&machine);
    let status = machine.sh("systemctl show -P StatusText hypernix.service");
    assert_eq!(status.trim(), "units: 3 running");
    let answer = machine.query("{ systemStatus { health } }");
    assert_eq!(answer["data"]["systemStatus"]["health"], "HEALTHY", "{answer:#}");
    machine.until(
        "the word in the journal",
        "journalctl -u hypernix -o json | grep -q '\"F_SUMMARY\":\"units: 3 running\"'",
    );
}
