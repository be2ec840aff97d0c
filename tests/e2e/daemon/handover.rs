//! An activation hands over to the daemon that runs, and goes on by itself where that ends.

use std::{
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use super::HOST;
use crate::{
    ran::Ran,
    serving::Daemon,
    site::{Site, await_for},
};

/// The manifest of `config`, as a system generation has it.
fn manifest(site: &Site, config: &str) -> String {
    let file = site.write(config);
    let json = site.hypernix(&["manifest", &file.to_string_lossy()]).succeeded().stdout;
    let path = site.path("manifest.json");
    std::fs::write(&path, json).expect("the state directory is writable");
    path
}

fn activation<'a>(socket: &'a str, manifest: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["activate", "--socket", socket, manifest], more].concat()
}

fn begin(site: &Site, arguments: &[&str]) -> Child {
    Command::new(env!("CARGO_BIN_EXE_hypernix"))
        .args(arguments)
        .env("HYPERNIX_STATE_DIR", site.dir())
        .env("NO_COLOR", "1")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("hypernix was built with this test")
}

fn memory(site: &Site) -> String {
    let xml = site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;
    let line = xml.lines().find(|line| line.contains("<memory ")).unwrap_or_default().trim().to_owned();
    line.trim_start_matches("<memory unit='KiB'>").trim_end_matches("</memory>").to_owned()
}

/// How many runs the daemon has carried out for others.
fn carried_out(daemon: &Daemon) -> usize {
    daemon.log().matches("a manifest was applied").count()
}

#[test]
fn an_activation_is_carried_out_by_the_daemon_that_runs() {
    let site = Site::new("given");
    let manifest_of = |config: &str| manifest(&site, config);
    let daemon = Daemon::start(&site, &[]);
    let socket = daemon.socket.to_string_lossy().into_owned();

    let first = manifest_of(HOST);
    let ran = site.hypernix(&activation(&socket, &first, &[])).succeeded();
    assert!(ran.stdout.contains("to create"), "{}", ran.stdout);
    assert!(ran.stdout.contains("applied: generation 1"), "{}", ran.stdout);
    assert!(ran.stderr.contains("start"), "no progress is shown: {}", ran.stderr);
    assert_eq!(carried_out(&daemon), 1, "{}\n{}", ran.stderr, daemon.log());
    daemon.await_status("the units", |status| status["units"]["running"] == 3);

    // For programs, the report and nothing else.
    let report = site.hypernix(&activation(&socket, &first, &["--json"])).succeeded().json();
    assert_eq!(report["result"], "nothing", "{report:#}");

    // What nobody confirms is undone, though the daemon did it.
    let larger = manifest_of(&HOST.replacen("\"96Mi\"", "\"112Mi\"", 1));
    let ran = site.hypernix(&activation(&socket, &larger, &["--confirm-within", "1s"]));
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("was not confirmed"), "{}", ran.stderr);
    assert_eq!(carried_out(&daemon), 3, "{}", daemon.log());
    assert_eq!(
        memory(&site),
        "98304",
        "what nobody confirmed stays:\n{}\n{}\n{}",
        ran.stdout,
        ran.stderr,
        daemon.log()
    );

    // What the daemon refuses is refused here, with its reasons.
    let broken = manifest_of(&HOST.replacen("TINY/vmlinuz", "/nowhere/vmlinuz", 1));
    let said = site.refused(&activation(&socket, &broken, &[]));
    assert!(said.contains("/nowhere/vmlinuz"), "{said}");
}

#[test]
fn an_activation_goes_on_by_itself_where_the_daemon_dies_half_way() {
    let site = Site::new("dies");
    let slow = "lifecycle.preStart = \"touch /var/lib/hypervisor/test/@/begun; \
                while [ ! -e /var/lib/hypervisor/test/@/go ]; do sleep 0.1; done\"; dependsOn";
    let manifest = manifest(&site, &HOST.replace("dependsOn", slow));
    let daemon = Daemon::start(&site, &[]);
    let socket = daemon.socket.to_string_lossy().into_owned();
    let activation = begin(&site, &activation(&socket, &manifest, &[]));
    await_for("the script", Duration::from_secs(60), || Path::new(&site.path("begun")).exists());
    daemon.end("-KILL");
    std::fs::write(site.path("go"), "").expect("the state directory is writable");
    let ran = Ran::from(activation.wait_with_output().expect("it is our child")).succeeded();
    assert!(ran.stderr.contains("the daemon went away"), "{}", ran.stderr);
    assert!(site.docker(&["ps", "--format", "{{.Names}}"]).stdout.contains(&site.fill("@-c")));
    let again = site.hypernix(&["plan", "--detailed-exitcode", &manifest]);
    assert_eq!(again.code, 0, "{}", again.stdout);
}

#[test]
fn an_activation_does_not_hand_over_to_a_daemon_of_another_state() {
    let (site, other) = (Site::new("mine"), Site::new("theirs"));
    let daemon = Daemon::start(&other, &[]);
    let manifest = manifest(&site, HOST);
    let ran = site.hypernix(&activation(&daemon.socket.to_string_lossy(), &manifest, &[])).succeeded();
    assert!(ran.stderr.contains("its state is in"), "{}", ran.stderr);
    assert_eq!(carried_out(&daemon), 0, "{}", daemon.log());
    assert_eq!(memory(&site), "98304");
}
