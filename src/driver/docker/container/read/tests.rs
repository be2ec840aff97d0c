use bollard::models::ContainerInspectResponse;
use expect_test::{Expect, expect};
use model::{PowerState, Spec};
use serde_json::{Value, json};

use super::{power, spec};

/// What Docker 20.10 answers for a container with a bit of everything, its constant parts left out.
const INSPECT: &str = include_str!("inspect.json");

/// Inspects with `patch` laid over the answer and prints the leaves whose path begins with one of `prefixes`.
#[track_caller]
fn check(patch: Value, prefixes: &[&str], expected: Expect) {
    let mut inspect: Value = serde_json::from_str(INSPECT).unwrap();
    lay_over(&mut inspect, patch);
    let inspect: ContainerInspectResponse = serde_json::from_value(inspect).unwrap();
    let fields = Spec::Container(spec(&inspect)).fields();
    let chosen = fields.iter().filter(|(path, _)| prefixes.iter().any(|prefix| path.as_str().starts_with(prefix)));
    let printed: Vec<_> = chosen.map(|(path, value)| format!("{path} = {value}\n")).collect();
    expected.assert_eq(&printed.concat());
}

fn lay_over(below: &mut Value, above: Value) {
    match (below, above) {
        (Value::Object(below), Value::Object(above)) => {
            for (key, value) in above {
                lay_over(below.entry(key).or_insert(Value::Null), value);
            }
        }
        (below, above) => *below = above,
    }
}

#[test]
fn everything_that_was_asked_for_is_read_back() {
    check(
        json!({}),
        &[""],
        expect![[r#"
            capAdd = ["NET_ADMIN"]
            command = ["1000"]
            devices = ["/dev/null"]
            dns = ["1.1.1.1"]
            entrypoint = ["/bin/sleep"]
            env.A = "b"
            extraHosts = ["a:1.2.3.4"]
            health.interval = "5s"
            health.test = ["CMD-SHELL","true"]
            hostname = "hh"
            image = "hypernix-test/tiny:1"
            imageId = "sha256:b59cb9d77e9c773ebfc85d80a90365961e1ab73d1a02ecbb3e1977a0b28e4eef"
            init = true
            labels.a = "b"
            limits.memory = 67108864
            limits.memorySwap = 134217728
            limits.nanoCpus = 500000000
            limits.pids = 50
            log.driver = "json-file"
            mounts./h.readOnly = true
            mounts./h.source = "/tmp"
            mounts./h.type = "bind"
            mounts./t.readOnly = false
            mounts./t.source = ""
            mounts./t.type = "tmpfs"
            mounts./t2.readOnly = true
            mounts./t2.source = ""
            mounts./t2.type = "tmpfs"
            mounts./v.readOnly = false
            mounts./v.source = "vv"
            mounts./v.type = "volume"
            networks.hvt-n.aliases = ["al"]
            networks.hvt-n.ipv4 = "172.29.0.9"
            ports.80/tcp = [{"address":"127.0.0.1","port":8080}]
            ports.81/tcp = [{"address":"","port":null}]
            privileged = false
            readOnlyRoot = false
            restart.maxRetries = 3
            restart.name = "on-failure"
            runtime = "runc"
            securityOpt = ["no-new-privileges"]
            stopSignal = "INT"
            ulimits.nofile.hard = 20
            ulimits.nofile.soft = 10
        "#]],
    );
}

#[test]
fn what_the_engine_adds_to_names_is_not_read_as_asked_for() {
    let aliases = json!({ "hvt-n": { "Aliases": ["al", "874bcc71cf38", "hh"] } });
    check(
        json!({ "Config": { "Hostname": "874bcc71cf38" }, "NetworkSettings": { "Networks": aliases } }),
        &["hostname", "networks"],
        expect![[r#"
            networks.hvt-n.aliases = ["al"]
            networks.hvt-n.ipv4 = "172.29.0.9"
        "#]],
    );
}

#[test]
fn a_quota_set_by_period_is_read_as_cpus() {
    check(
        json!({ "HostConfig": { "NanoCpus": 0, "CpuQuota": 150_000, "CpuPeriod": 50_000, "PidsLimit": -1 } }),
        &["limits.nano", "limits.pids"],
        expect![[r#"
            limits.nanoCpus = 3000000000
        "#]],
    );
}

#[test]
fn only_a_mode_of_its_own_is_read_as_one() {
    for (mode, read) in
        [("default", "bridge"), ("host", "host"), ("container:db", "container:db"), ("hvt-n", "none set")]
    {
        let mut inspect: Value = serde_json::from_str(INSPECT).unwrap();
        lay_over(&mut inspect, json!({ "HostConfig": { "NetworkMode": mode } }));
        let inspect: ContainerInspectResponse = serde_json::from_value(inspect).unwrap();
        assert_eq!(spec(&inspect).network_mode.as_deref().unwrap_or("none set"), read, "{mode}");
    }
}

#[test]
fn a_stopped_container_is_neither_a_crashed_nor_a_finished_one() {
    use PowerState::{Crashed, Finished, Off};
    for (policy, code, expected) in [
        ("unless-stopped", 0, Off),
        ("always", 0, Off),
        ("no", 0, Finished),
        ("", 0, Finished),
        ("on-failure", 0, Finished),
        ("no", 143, Off),
        ("no", 137, Off),
        ("no", 1, Crashed),
    ] {
        assert_eq!(
            power(&ended(policy, json!({ "ExitCode": code }))),
            expected,
            "exit code {code}, restart `{policy}`"
        );
    }
    assert_eq!(power(&ended("no", json!({ "ExitCode": 137, "OOMKilled": true }))), Crashed);
    assert_eq!(power(&ended("no", json!({ "ExitCode": 0, "Status": "created" }))), Off, "it has not run yet");
}

/// A container that ended, with `state` laid over its state.
fn ended(policy: &str, state: Value) -> ContainerInspectResponse {
    let mut inspect = json!({ "State": { "Status": "exited" }, "HostConfig": { "RestartPolicy": { "Name": policy } } });
    lay_over(&mut inspect["State"], state);
    serde_json::from_value(inspect).unwrap()
}
