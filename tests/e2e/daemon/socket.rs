//! The Unix socket: what activation and the command line use.

use serde_json::{Value, json};

use super::HOST;
use crate::{serving::Daemon, site::Site};

#[test]
fn a_manifest_is_applied_through_the_socket_line_by_line() {
    let site = Site::new("socket");
    let manifest = site.manifest(HOST);
    let daemon = Daemon::start(&site, &[]);
    assert_eq!(daemon.status()["units"], json!({}));

    let lines = daemon.reconcile(&json!({ "manifest": manifest }));
    let kinds: Vec<_> = lines.iter().filter_map(|line| line["event"].as_str()).collect();
    assert_eq!((kinds.first(), kinds.last()), (Some(&"planned"), Some(&"report")), "{lines:#?}");
    let last = lines.last().expect("a line");
    assert_eq!((&last["ok"], &last["report"]["result"]), (&json!(true), &json!("succeeded")), "{last:#}");
    let finished = |line: &&Value| line["event"] == "step-finished" && line["status"] == "done";
    assert_eq!(lines.iter().filter(finished).count(), last["report"]["steps"].as_array().map_or(0, Vec::len));
    daemon.await_status("the units", |status| status["units"]["running"] == 3);

    // The same once more: nothing to do, no generation.
    let again = daemon.reconcile(&json!({ "manifest": manifest }));
    assert_eq!(again.last().expect("a line")["report"]["result"], "nothing", "{again:#?}");
    assert_eq!(daemon.status()["generation"], 1);

    // What is wrong says what and where, and how to mend it.
    std::fs::write(site.dir().join("bad.nix"), "{ hypervisor.compute.unitz = { }; }").expect("it is writable");
    let refused = daemon.reconcile(&json!({ "manifest": site.dir().join("bad.nix") }));
    let last = refused.last().expect("a line");
    assert_eq!((&last["event"], &last["ok"]), (&json!("refused"), &json!(false)));
    assert!(last["error"]["message"].as_str().is_some_and(|message| message.contains("unitz")), "{last:#}");
    for body in [json!({}), json!({ "manifest": "relative.json" }), json!({ "manifest": "/x", "prnue": true })] {
        let options = ["-H", "Content-Type: application/json", "-d", &body.to_string()];
        let answer = daemon.local("/v1/reconcile", &options);
        assert!(answer.stdout.contains("hypernix::usage"), "{body}: {}", answer.stdout);
    }

    // On the loopback interface nothing can be changed, and pages of other sites see nothing.
    let options = ["-H", "Content-Type: application/json", "-d", "{\"manifest\":\"/x\"}"];
    assert_ne!(daemon.loopback("/v1/reconcile", &options).code, 0);
    assert_ne!(daemon.loopback("/v1/status", &[]).code, 0);
    assert_ne!(daemon.loopback("/metrics", &["-H", "Host: evil.example"]).code, 0);
}

#[test]
fn one_daemon_a_state_directory_and_the_command_line_beside_it() {
    let site = Site::new("beside");
    site.apply(HOST);
    let daemon = Daemon::start(&site, &[]);
    let second = site.refused(&["serve", "--no-listen", "--socket", &daemon.socket.to_string_lossy()]);
    assert!(second.contains("another daemon answers there"), "{second}");
    let third = site.refused(&["serve", "--no-listen", "--socket", "/var/lib/hypervisor/test/@/other.sock"]);
    assert!(third.contains("only one `hypernix serve`"), "{third}");
    let public = site.refused(&["serve", "--listen", "0.0.0.0:8080"]);
    assert!(public.contains("no loopback address"), "{public}");

    // What the command line applies is what is held from then on.
    let changed = HOST.replace("resources.memory.size = \"32Mi\"", "resources.memory.size = \"48Mi\"");
    site.apply(&changed);
    daemon.await_status("the new generation", |status| status["generation"] == 2 && status["drift"] == json!({}));
    site.docker(&["update", "--memory", "64m", "--memory-swap", "128m", "@-c"]).succeeded();
    let limit = || site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c"]).stdout;
    crate::site::await_for("the new limit", std::time::Duration::from_secs(10), || limit().trim() == "50331648");
    let listed = site.hypernix(&["list", "--json"]).succeeded().json();
    assert!(listed.to_string().contains(&site.fill("@-c")), "{listed:#}");

    let figures = daemon.loopback("/metrics", &[]).succeeded().stdout;
    check_figures(&figures);
}

/// Reads the exposition as Prometheus does: every sample belongs to a family with a type, and has a number.
fn check_figures(text: &str) {
    let mut families = std::collections::BTreeMap::new();
    for line in text.lines().filter(|line| *line != "# EOF") {
        if let Some(described) = line.strip_prefix("# ") {
            let words: Vec<_> = described.splitn(3, ' ').collect();
            if words[0] == "TYPE" {
                families.insert(words[1].to_owned(), words[2].to_owned());
            }
            continue;
        }
        let (series, number) = line.rsplit_once(' ').expect(line);
        number.parse::<f64>().expect(line);
        let name = series.split('{').next().expect("a name");
        let suffixes = ["_total", "_info", "_bucket", "_sum", "_count", ""];
        let known =
            suffixes.iter().filter_map(|suffix| name.strip_suffix(suffix)).any(|name| families.contains_key(name));
        assert!(known, "{name} is of no family: {families:?}");
    }
    assert!(text.ends_with("# EOF\n"));
    for (family, kind) in [
        ("hypernix_build", "info"),
        ("hypernix_units", "gauge"),
        ("hypernix_drift", "gauge"),
        ("hypernix_backend_up", "gauge"),
        ("hypernix_backend_calls", "counter"),
        ("hypernix_backend_read_duration_seconds", "histogram"),
        ("hypernix_reconcile", "counter"),
        ("hypernix_reconcile_duration_seconds", "histogram"),
        ("hypervisor_api_requests", "counter"),
        ("hypervisor_api_request_duration_seconds", "histogram"),
        ("hypervisor_api_active_subscriptions", "gauge"),
    ] {
        assert_eq!(families.get(family).map(String::as_str), Some(kind), "{family}");
    }
    assert!(text.contains("hypernix_units{state=\"running\"} 3"), "{text}");
    assert!(text.contains("hypernix_backend_up{backend=\"libvirt\"} 1"), "{text}");
}
