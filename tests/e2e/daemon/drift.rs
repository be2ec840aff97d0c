//! Changes behind our back are in the daemon's answer, and policy says what becomes of them.

use std::time::Duration;

use serde_json::{Value, json};

use super::HOST;
use crate::{
    serving::Daemon,
    site::{Site, await_for},
};

fn has_drift(status: &Value, address: &str) -> bool {
    status["drift"].get(address).is_some()
}

#[test]
fn drift_is_in_the_answer_and_healed_or_reported_by_policy() {
    let site = Site::new("ddd");
    site.apply(HOST);
    site.await_console("@-shown", "tiny guest is ready");
    site.await_console("@-vm", "tiny guest is ready");
    let daemon = Daemon::start(&site, &[]);
    assert_eq!(daemon.status()["drift"], json!({}), "{}", daemon.log());
    let (shown, healed, container) =
        (site.fill("domain/@-shown"), site.fill("domain/@-vm"), site.fill("container/@-c"));

    // Reported: it is shown, and stays.
    for (deed, field) in [
        (vec!["setmem", "@-shown", "65536", "--config"], "memory.current"),
        (vec!["desc", "@-shown", "--config", "changed by hand"], "description"),
    ] {
        site.virsh(&deed).succeeded();
        daemon.await_status(field, |status| {
            let fields = status["drift"][&shown]["fields"].as_array();
            fields.is_some_and(|fields| fields.iter().any(|drifted| drifted["path"] == field))
        });
    }
    assert_eq!(daemon.status()["drift"][&shown]["policy"], "report");
    let unit = daemon.data(&site.fill(
        "{ computeUnit(id: \"@-shown\") { status { health state } drift { policy fields { path declared found } } } }",
    ));
    assert_eq!(unit["computeUnit"]["status"], json!({ "health": "DEGRADED", "state": "RUNNING" }));
    assert_eq!(unit["computeUnit"]["drift"]["policy"], "REPORT");

    // Healed: what runs is changed back where it runs.
    site.virsh(&["setmem", "@-vm", "65536", "--live", "--config"]).succeeded();
    site.docker(&["update", "--memory", "64m", "--memory-swap", "128m", "@-c"]).succeeded();
    let memory = || site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c"]).stdout;
    await_for("the container's limit", Duration::from_secs(10), || memory().trim() == "33554432");
    let document = || site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;
    await_for("the guest's memory", Duration::from_secs(10), || {
        document().contains("<currentMemory unit='KiB'>98304<")
    });
    daemon.await_status("calm", |status| !has_drift(status, &healed) && !has_drift(status, &container));

    // Units that were stopped or removed come back.
    site.virsh(&["destroy", "@-vm"]).succeeded();
    site.docker(&["rm", "-f", "@-c"]).succeeded();
    let is_running = |domain: &str| site.virsh(&["domstate", domain]).stdout.trim() == "running";
    await_for("the guest's start", Duration::from_secs(20), || is_running("@-vm"));
    await_for("the container's return", Duration::from_secs(20), || memory().trim() == "33554432");
    assert!(has_drift(&daemon.status(), &shown), "what is only reported was changed");

    let figures = daemon.loopback("/metrics", &[]).succeeded().stdout;
    let healed: Vec<_> = figures.lines().filter(|line| line.starts_with("hypernix_reconcile_total")).collect();
    assert!(healed.iter().any(|line| line.contains("kind=\"heal\",result=\"succeeded\"")), "{healed:?}");
}

#[test]
fn a_fight_with_somebody_else_is_not_fought_for_ever_and_what_a_person_stopped_stays_stopped() {
    let site = Site::new("storm");
    site.apply(HOST);
    let daemon = Daemon::start(&site, &[]);
    let container = site.fill("container/@-c");
    let is_running = || site.docker(&["inspect", "-f", "{{.State.Running}}", "@-c"]).stdout.trim() == "true";
    let (began, mut attempts) = (std::time::Instant::now(), 0);
    while began.elapsed() < Duration::from_secs(8) {
        site.docker(&["kill", "@-c"]);
        attempts = attempts.max(daemon.status()["drift"][&container]["attempts"].as_u64().unwrap_or(0));
        std::thread::sleep(Duration::from_millis(100));
    }
    assert!((2..=5).contains(&attempts), "{attempts} attempts in 8 s: {}", daemon.log());

    // A person's word counts at once, and makes what was tried be forgotten.
    site.hypernix(&["start", "@-c"]).succeeded();
    assert!(is_running());
    site.hypernix(&["stop", "@-c"]).succeeded();
    daemon.await_status("calm", |status| status["drift"] == json!({}));
    std::thread::sleep(Duration::from_secs(2));
    assert!(!is_running(), "what a person stopped was started again");
    site.apply(HOST);
    assert!(is_running());
}
