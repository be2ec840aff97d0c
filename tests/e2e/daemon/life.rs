//! The daemon's own life: it ends, dies, is replaced and reloads, and guests do not notice.

use std::{process::Command, time::Duration};

use serde_json::json;

use super::{HOST, process_of};
use crate::{
    serving::Daemon,
    site::{Site, await_for},
};

#[test]
fn guests_outlive_the_daemon_however_it_ends() {
    let site = Site::new("outlive");
    site.apply(HOST);
    let (vm, container) = (process_of(&site, "@-vm"), started(&site));

    // As systemd ends it.
    assert_eq!(Daemon::start(&site, &[]).end("-TERM"), Some(0));
    // As the kernel's memory killer does; the next one takes the place of what it left.
    assert_eq!(Daemon::start(&site, &[]).end("-KILL"), None);
    // A new binary.
    let upgraded = site.dir().join("hypernix-new");
    // By another process: what this one has written may still be open in a child of another test's, and cannot run.
    let copied = Command::new("cp").arg(env!("CARGO_BIN_EXE_hypernix")).arg(&upgraded).status();
    assert!(copied.expect("cp is installed").success());
    let daemon = Daemon::start_with(&site, &upgraded.to_string_lossy(), &[], &[]);
    assert_eq!(daemon.status()["drift"], json!({}), "{}", daemon.log());
    assert_eq!(daemon.status()["units"], json!({ "running": 3 }));
    drop(daemon);

    assert_eq!((process_of(&site, "@-vm"), started(&site)), (vm, container), "a guest was restarted");
}

#[test]
fn a_daemon_that_dies_in_the_middle_of_an_apply_is_taken_up_after() {
    let site = Site::new("killed");
    site.apply(HOST);
    let vm = process_of(&site, "@-vm");
    let changed = HOST.replace("resources.memory.size = \"32Mi\"", "resources.memory.size = \"48Mi\"");
    let file = site.write(&changed);
    for wait in [20, 60, 120, 250] {
        let daemon = Daemon::start(&site, &["--manifest", &file.to_string_lossy()]);
        std::thread::sleep(Duration::from_millis(wait));
        daemon.end("-KILL");
    }
    let daemon = Daemon::start(&site, &["--manifest", &file.to_string_lossy()]);
    let limit = || site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c"]).stdout;
    await_for("the new limit", Duration::from_secs(20), || limit().trim() == "50331648");
    daemon.await_status("calm", |status| status["drift"] == json!({}) && status.get("changing").is_none());
    assert_eq!(process_of(&site, "@-vm"), vm);
    site.assert_settled(&changed);
}

#[test]
fn a_reload_applies_the_manifest_anew_and_restarts_nothing_that_did_not_change() {
    let site = Site::new("reload");
    let file = site.write(HOST);
    let daemon = Daemon::start(&site, &["--manifest", &file.to_string_lossy()]);
    daemon.await_status("the units", |status| status["units"]["running"] == 3 && status.get("changing").is_none());
    let vm = process_of(&site, "@-vm");
    site.write(&HOST.replace("resources.memory.size = \"32Mi\"", "resources.memory.size = \"40Mi\""));
    daemon.signal("-HUP");
    let limit = || site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c"]).stdout;
    await_for("the new limit", Duration::from_secs(20), || limit().trim() == "41943040");
    assert_eq!(process_of(&site, "@-vm"), vm);

    // A manifest that is wrong changes nothing, and is said.
    site.write("{ hypervisor.compute.unts = { }; }");
    daemon.signal("-HUP");
    await_for("the complaint", Duration::from_secs(20), || daemon.log().contains("a manifest was not applied"));
    assert_eq!(daemon.status()["units"], json!({ "running": 3 }));
}

#[test]
fn sigterm_lets_the_steps_in_flight_end() {
    let site = Site::new("flight");
    let slow = HOST.replace(
        "dependsOn",
        "lifecycle.preStart = \"cd /var/lib/hypervisor/test/@; touch begun; sleep 3; touch done\"; dependsOn",
    );
    let file = site.write(&slow);
    let daemon = Daemon::start(&site, &[]);
    let request = json!({ "manifest": file }).to_string();
    let socket = daemon.socket.clone();
    let asked = std::thread::spawn(move || {
        let output = Command::new("curl")
            .args(["-sSN", "-H", "Content-Type: application/json", "-d", &request, "--unix-socket"])
            .arg(socket)
            .arg("http://localhost/v1/reconcile")
            .output();
        String::from_utf8_lossy(&output.expect("curl is installed").stdout).into_owned()
    });
    await_for("the hook", Duration::from_secs(60), || site.dir().join("begun").exists());
    assert_eq!(daemon.end("-TERM"), Some(0));
    assert!(site.dir().join("done").exists(), "the script was cut off");
    let lines = asked.join().expect("curl ended");
    assert!(lines.contains("\"result\":\"cancelled\"") || lines.contains("\"result\":\"succeeded\""), "{lines}");
    site.apply(&slow);
}

/// When the container was started.
fn started(site: &Site) -> String {
    site.docker(&["inspect", "-f", "{{.State.StartedAt}} {{.State.Pid}}", "@-c"]).succeeded().stdout
}
