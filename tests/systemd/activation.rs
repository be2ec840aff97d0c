//! What a switch does to guests, and what it leaves alone.

use std::time::Duration;

use crate::{
    daemon::{await_another, process},
    guests::{LARGE, SMALL, guests, line, running},
    machine::{Machine, TINY},
    switch::succeeded,
    system::System,
};

/// A host whose units change with switches only: no daemon puts anything right between them.
fn host(changing: &str, more: &str) -> String {
    guests(changing, &format!("hypervisor.daemon.enable = false; {more}"))
}

/// Everything that an apply could have touched.
fn traces(machine: &Machine) -> String {
    machine.sh(
        "for guest in $(virsh -c qemu:///system list --all --name); do virsh -c qemu:///system dumpxml $guest; done; \
         docker ps -aq | xargs -r docker inspect; docker image ls -a --no-trunc --format '{{.ID}} {{.Repository}}:{{.Tag}}' | sort; \
         find /var/lib/hypervisor/state /var/lib/hypervisor/generations /var/lib/hypervisor/journal -type f \
           -exec sha256sum {} + 2>/dev/null || true",
    )
}

/// Expects that nothing was touched since `before`; names the lines that differ.
#[track_caller]
fn assert_untouched(machine: &Machine, before: &str) {
    let now = traces(machine);
    let lost = before.lines().filter(|line| !now.lines().any(|other| other == *line));
    let new = now.lines().filter(|line| !before.lines().any(|other| other == *line));
    let different: Vec<String> =
        lost.map(|line| format!("-{line}")).chain(new.map(|line| format!("+{line}"))).collect();
    assert!(different.is_empty(), "something was touched:\n{}", different.join("\n"));
}

#[test]
fn a_switch_a_changed_switch_a_rollback_and_a_reboot_leave_unchanged_guests_alone() {
    let mut machine = Machine::boot("switch");
    let first = System::install(&machine, 1, &host(SMALL, ""));
    succeeded(&machine.switch(&first));
    let at_first = running(&machine);
    assert_eq!(at_first.len(), 3, "{at_first:?}");

    let second = System::install(&machine, 2, &host(LARGE, ""));
    succeeded(&machine.switch(&second));
    let xml = machine.sh("virsh -c qemu:///system dumpxml --inactive changing");
    assert!(xml.contains("<memory unit='KiB'>131072</memory>"), "{xml}");
    succeeded(&machine.switch(&second));

    succeeded(&machine.switch(&first));
    let xml = machine.sh("virsh -c qemu:///system dumpxml --inactive changing");
    assert!(xml.contains("<memory unit='KiB'>98304</memory>"), "the rollback is not applied: {xml}");
    let at_last = running(&machine);
    for guest in ["steady", "web"] {
        assert_eq!(line(&at_first, guest), line(&at_last, guest), "{guest} did not change, and was restarted");
    }

    // A guest that still boots is deaf to the power button, and libvirt-guests presses it once.
    for guest in ["steady", "changing"] {
        machine.until("a guest's boot", &format!("grep 'tiny guest is ready' /var/lib/hypervisor/logs/{guest}.log"));
    }
    machine.reboot();
    machine.run(&["systemctl", "start", "hypernix-apply.service"]).succeeded();
    let names: Vec<_> = running(&machine).iter().map(|line| line.split(' ').next().unwrap_or("").to_owned()).collect();
    assert_eq!(names, ["/web", "changing", "steady"], "after the reboot");
}

#[test]
fn a_dry_activation_shows_what_is_added_changed_restarted_and_removed_and_touches_nothing() {
    let machine = Machine::boot("dry");
    let restarted =
        |memory: &str| format!(r#"resources.memory.size = "{memory}"; update.onChange = "restart-if-needed";"#);
    let container = |name: &str| {
        format!(
            r#"hypervisor.compute.units.{name} = {{
                 features.isolation.type = "container";
                 image.rootfs = "{TINY}/rootfs.tar";
                 container.command = [ "/bin/sleep" "1000" ];
               }};"#
        )
    };
    let first = System::install(&machine, 1, &host(&restarted("96Mi"), &container("removed")));
    let before = traces(&machine);
    let said = machine.dry_activate(&first);
    assert!(said.contains("+ domain/steady") && said.contains("+ container/removed"), "{said}");
    assert_untouched(&machine, &before);
    succeeded(&machine.switch(&first));

    let before = traces(&machine);
    let live = r#"hypervisor.compute.units.steady.labels.team = "storage";"#;
    let second = host(&restarted("128Mi"), &format!("{}{live}", container("added")));
    let said = machine.dry_activate(&System::install(&machine, 2, &second));
    for (resource, effect) in [
        ("+ container/added", "create"),
        ("~ domain/steady", "live"),
        ("domain/changing", "restart"),
        ("- container/removed", "stop"),
    ] {
        let told = said.lines().any(|line| line.contains(resource) && line.contains(effect));
        assert!(told, "no line with {resource} and {effect} in\n{said}");
    }
    assert_untouched(&machine, &before);
}

#[test]
fn a_switch_whose_plan_cannot_work_is_refused_before_anything_changes() {
    let machine = Machine::boot("refused");
    let good = System::install(&machine, 1, &host(SMALL, ""));
    succeeded(&machine.switch(&good));
    let before = traces(&machine);
    let bad = host(SMALL, "").replace(&format!("{TINY}/initrd"), "/nowhere/initrd");
    let refused = machine.switch(&System::install(&machine, 2, &bad));
    assert_eq!(refused.code, 1, "{}", refused.said);
    assert!(refused.said.contains("/nowhere/initrd"), "{}", refused.said);
    assert_untouched(&machine, &before);
    assert!(machine.sh("readlink /run/current-system").contains("system-1-link"));
}

#[test]
fn a_unit_that_fails_is_named_with_what_is_applied_and_the_rest_stands() {
    let machine = Machine::boot("failing");
    let broken = format!(
        r#"hypervisor.compute.units.broken = {{
             features.isolation.type = "container";
             image.rootfs = "{TINY}/rootfs.tar";
             container.command = [ "/no/such/program" ];
           }};"#
    );
    let switched = machine.switch(&System::install(&machine, 1, &host(SMALL, &broken)));
    assert_eq!(switched.code, 4, "{}", switched.said);
    assert!(switched.said.contains("container/broken") && switched.said.contains("failed:"), "{}", switched.said);
    assert_eq!(running(&machine).len(), 3, "the others run");
    succeeded(&machine.switch(&System::install(&machine, 2, &host(SMALL, ""))));
}

#[test]
fn a_switch_that_nobody_confirms_is_undone_and_one_that_somebody_confirms_stays() {
    let machine = Machine::boot("confirm");
    succeeded(&machine.switch(&System::install(&machine, 1, &host(SMALL, ""))));
    let within = |span: &str| format!("hypervisor.activation.confirmWithin = \"{span}\";");
    let memory = || machine.sh("virsh -c qemu:///system dumpxml --inactive changing | grep '<memory '");

    let unconfirmed = machine.switch(&System::install(&machine, 2, &host(LARGE, &within("1s"))));
    machine.until("the undoing", "! [ -e /var/lib/hypervisor/unconfirmed ]");
    assert!(memory().contains("98304"), "what nobody confirmed stays\n{}", unconfirmed.said);

    let confirmed = System::install(&machine, 3, &host(LARGE, &within("10m")));
    std::thread::scope(|scope| {
        let switching = scope.spawn(|| machine.switch(&confirmed));
        machine.until("the confirmation", "[ -S /var/lib/hypervisor/confirm.sock ] && hypernix confirm");
        succeeded(&switching.join().expect("the switch ends"));
    });
    assert!(memory().contains("131072"), "what somebody confirmed does not stay");
}

#[test]
fn activation_killed_at_any_instant_converges_at_the_next_switch() {
    let machine = Machine::boot("kill");
    let systems = [host(SMALL, ""), host(LARGE, "")];
    converges_after_kills(&machine, &systems, kills(), || {
        machine.run(&["pkill", "-9", "-f", "hypernix activate"]);
    });
}

#[test]
fn activation_killed_with_the_daemon_that_carries_it_out_converges_at_the_next_switch() {
    let machine = Machine::boot("killboth");
    let systems = [guests(SMALL, ""), guests(LARGE, "")];
    // systemd starts the daemon again; a unit that does not run yet cannot be reloaded by a switch.
    converges_after_kills(&machine, &systems, kills().div_ceil(2), || {
        let old = process(&machine);
        machine.run(&["pkill", "-9", "-f", "hypernix (activate|serve)"]);
        machine.run(&["systemctl", "reset-failed", "hypernix.service"]);
        await_another(&machine, &old);
    });
    let journal = machine.journal("hypernix.service");
    assert!(journal.contains("a manifest was applied"), "the daemon carried nothing out:\n{journal}");
}

/// How many kills are tried; `HYPERNIX_TEST_KILLS` says otherwise.
fn kills() -> u64 {
    std::env::var("HYPERNIX_TEST_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(6)
}

/// Activates one of two systems in turn, has `kill` end it at any instant, and expects that the next switch converges
/// and that a guest that is the same in both is left alone.
fn converges_after_kills(machine: &Machine, systems: &[String; 2], kills: u64, kill: impl Fn()) {
    let [small, large] = systems;
    let systems = [System::install(machine, 1, small), System::install(machine, 2, large)];
    succeeded(&machine.switch(&systems[0]));
    let steady = line(&running(machine), "steady").to_owned();
    let seed: u64 = std::process::id().into();
    for turn in 0..kills {
        let system = &systems[usize::from(turn % 2 == 0)];
        let delay = Duration::from_millis((seed * 7919 + turn * 104_729) % 900);
        let manifest = format!("{}/hypervisor/manifest.json", system.toplevel);
        let mut activation = machine.begin(&["hypernix", "activate", &manifest]);
        std::thread::sleep(delay);
        kill();
        activation.wait().expect("it has ended");
        let switched = machine.switch(system);
        assert_eq!(switched.code, 0, "kill {turn} after {delay:?} (seed {seed}):\n{}", switched.said);
        let plan = machine.run(&["hypernix", "plan", "--detailed-exitcode", &manifest]);
        assert_eq!(plan.code, 0, "kill {turn} after {delay:?} (seed {seed}):\n{}", plan.stdout);
        let now = running(machine);
        assert_eq!(now.len(), 3, "{now:?}");
        assert_eq!(line(&now, "steady"), steady, "kill {turn}: a guest that did not change was restarted");
    }
}
