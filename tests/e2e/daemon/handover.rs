//! An activation hands over to the daemon that runs, and goes on by itself where that ends.

use std::time::Duration;

use super::HOST;
use crate::{
    ran::Ran,
    serving::Daemon,
    site::{Site, await_for},
};

/// Two containers, one after the other, which take their time to stop: a run that replaces them can be cut short.
const SLOW: &str = r#"{
  hypervisor.compute.units = let
    slow = {
      features.isolation.type = "container";
      image.rootfs = "TINY/rootfs.tar";
      container.command = [ "/bin/sh" "-c" "trap '' TERM; while :; do sleep 1; done" ];
      labels.turn = "one";
      shutdown.timeout = "4s";
    };
  in {
    "@-first" = slow;
    "@-second" = slow // { dependsOn = [ "@-first" ]; };
  };
}"#;

fn activation<'a>(socket: &'a str, manifest: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    [&["activate", "--socket", socket, manifest], more].concat()
}

fn memory(site: &Site) -> String {
    let xml = site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;
    let line = xml.lines().find(|line| line.contains("<memory ")).unwrap_or_default().trim().to_owned();
    line.trim_start_matches("<memory unit='KiB'>").trim_end_matches("</memory>").to_owned()
}

/// Waits until the daemon has carried out so many runs for others.
#[track_caller]
fn await_runs(daemon: &Daemon, expected: usize) {
    let runs = || daemon.log().matches("a manifest was applied").count();
    await_for(&format!("run {expected}"), Duration::from_secs(10), || runs() >= expected);
    assert_eq!(runs(), expected, "{}", daemon.log());
}

#[test]
fn an_activation_is_carried_out_by_the_daemon_that_runs() {
    let site = Site::new("given");
    let daemon = Daemon::start(&site, &[]);
    let socket = daemon.socket.to_string_lossy().into_owned();

    let first = site.manifest(HOST);
    let ran = site.hypernix_with(&activation(&socket, &first, &[]), &[("SUDO_USER", "ada")]).succeeded();
    assert!(ran.stdout.contains("to create"), "{}", ran.stdout);
    assert!(ran.stdout.contains("applied: generation 1"), "{}", ran.stdout);
    assert!(ran.stderr.contains("start"), "no progress is shown: {}", ran.stderr);
    await_runs(&daemon, 1);
    daemon.await_status("the units", |status| status["units"]["running"] == 3);
    let generations = site.hypernix(&["generations"]).succeeded().stdout;
    assert!(generations.contains("ada"), "who asked is not known: {generations}");

    // For programs, the report and nothing else.
    let report = site.hypernix(&activation(&socket, &first, &["--json"])).succeeded().json();
    assert_eq!(report["result"], "nothing", "{report:#}");
    await_runs(&daemon, 2);

    // What is refused is refused with its reasons.
    let broken = site.manifest(&HOST.replacen("TINY/vmlinuz", "/nowhere/vmlinuz", 1));
    let said = site.refused(&activation(&socket, &broken, &[]));
    assert!(said.contains("/nowhere/vmlinuz"), "{said}");
}

#[test]
fn an_activation_that_is_to_be_confirmed_or_runs_scripts_is_carried_out_here() {
    let site = Site::new("own");
    let daemon = Daemon::start(&site, &[]);
    let socket = daemon.socket.to_string_lossy().into_owned();
    site.hypernix(&activation(&socket, &site.manifest(HOST), &[])).succeeded();
    await_runs(&daemon, 1);

    let larger = site.manifest(&HOST.replacen("\"96Mi\"", "\"112Mi\"", 1));
    let ran = site.hypernix(&activation(&socket, &larger, &["--confirm-within", "1s"]));
    assert_eq!(ran.code, 1, "{}\n{}", ran.stdout, ran.stderr);
    assert!(ran.stderr.contains("was not confirmed"), "{}", ran.stderr);
    assert_eq!(memory(&site), "98304", "what nobody confirmed stays");
    daemon.await_status("the way back", |status| status["generation"] == 3 && status["drift"] == serde_json::json!({}));

    let script = format!("lifecycle.postStart = \"touch {}\"; dependsOn", site.path("ran"));
    let scripted = site.manifest(&HOST.replace("dependsOn", &script).replace("sleep\" \"1000000", "sleep\" \"999999"));
    site.hypernix(&activation(&socket, &scripted, &[])).succeeded();
    assert!(std::path::Path::new(&site.path("ran")).exists(), "the script did not run");
    await_runs(&daemon, 1);
}

#[track_caller]
fn ends_half_way(site: &Site, signal: &str, expected: &str) {
    site.apply(SLOW);
    let manifest = site.manifest(&SLOW.replace("\"one\"", "\"two\""));
    let daemon = Daemon::start(site, &[]);
    let socket = daemon.socket.to_string_lossy().into_owned();
    let activation = site.begin(&activation(&socket, &manifest, &[]));
    let containers = || site.docker(&["ps", "--format", "{{.Names}} {{.Label \"turn\"}}"]).succeeded().stdout;
    await_for("the new container", Duration::from_secs(60), || containers().contains(&site.fill("@-first.hvnew")));
    daemon.end(signal);
    let ran = Ran::from(activation.wait_with_output().expect("it is our child")).succeeded();
    assert!(ran.stderr.contains(expected), "{}", ran.stderr);
    let now = containers();
    for container in ["@-first two", "@-second two"] {
        assert!(now.contains(&site.fill(container)), "{now}");
    }
    assert!(!now.contains(&site.fill("@-first.hv")) && !now.contains(&site.fill("@-second.hv")), "{now}");
    let again = site.hypernix(&["plan", "--detailed-exitcode", &manifest]);
    assert_eq!(again.code, 0, "{}", again.stdout);
}

#[test]
fn an_activation_goes_on_by_itself_where_the_daemon_is_killed_half_way() {
    ends_half_way(&Site::new("slain"), "-KILL", "the daemon went away before the run ended");
}

#[test]
fn an_activation_goes_on_by_itself_where_the_daemon_is_stopped_half_way() {
    ends_half_way(&Site::new("ended"), "-TERM", "the daemon ended before the run did");
}

#[test]
fn an_activation_does_not_hand_over_to_a_daemon_of_another_state() {
    let (site, other) = (Site::new("mine"), Site::new("theirs"));
    let daemon = Daemon::start(&other, &[]);
    let manifest = site.manifest(HOST);
    let ran = site.hypernix(&activation(&daemon.socket.to_string_lossy(), &manifest, &[])).succeeded();
    assert!(ran.stderr.contains("the daemon is not asked"), "{}", ran.stderr);
    assert_eq!(daemon.log().matches("a manifest was applied").count(), 0, "{}", daemon.log());
    assert_eq!(memory(&site), "98304");
}
