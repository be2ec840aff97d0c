//! A container as a unit.

use model::{
    Address, Applied, Kind, Spec,
    spec::{ContainerHealth, ContainerImageSource, ContainerImageSpec, ContainerSpec, Limits, Mount, MountKind},
};
use serde_json::{Value, json};

use super::{Declaration, size::size};

/// Where the image comes from: what was applied knows whether it was made from a file.
pub(super) fn image(reference: &str, applied: &Applied) -> Value {
    let row = applied.rows.get(&Address::new(Kind::ContainerImage, reference));
    match row.map(|row| &row.spec) {
        Some(Spec::ContainerImage(ContainerImageSpec { source: Some(ContainerImageSource::Rootfs(path)), .. })) => {
            json!({ "rootfs": path })
        }
        Some(Spec::ContainerImage(ContainerImageSpec {
            source: Some(ContainerImageSource::Archive(path)), ..
        })) => {
            json!({ "source": reference, "archive": path })
        }
        _ => json!({ "source": reference }),
    }
}

pub(super) fn declare(name: &str, spec: &ContainerSpec, image: Value) -> Declaration {
    let mut unit = Declaration::default();
    unit.set("features", json!({ "isolation": { "type": isolation(spec.runtime.as_deref()) } }));
    unit.set("image", image);
    unit.set_filled("labels", &spec.labels);
    unit.set_group("resources", resources(&spec.limits));
    unit.set_filled("network", &networks(spec));
    unit.set_group("container", process(name, spec));
    if let Some(count) = spec.gpus {
        unit.leave_out(format!("{count} GPUs of the engine: add them to resources.accelerators"));
    }
    if let Some(health) = &spec.health {
        health_check(health, &mut unit);
    }
    if spec.limits.memory.is_none() {
        unit.leave_out("its memory has no limit; a unit has one, 1Gi unless resources.memory.size says otherwise");
    }
    unit
}

/// The engine's health check, which runs in the container as a unit's script does. One that leaves a time to the
/// engine cannot be declared without changing it, and a change makes the container anew.
fn health_check(health: &ContainerHealth, unit: &mut Declaration) {
    let script = match health.test.split_first() {
        Some((kind, [script])) if kind == "CMD-SHELL" => Some(script.clone()),
        Some((kind, words)) if kind == "CMD" => shlex::try_join(words.iter().map(String::as_str)).ok(),
        _ => None,
    };
    let times = (health.interval, health.timeout, health.retries, health.start_period);
    let (Some(script), (Some(interval), Some(timeout), Some(retries), Some(start))) = (script, times) else {
        let test = health.test.join(" ");
        return unit.leave_out(format!("the engine's health check `{test}`: see lifecycle.healthCheck"));
    };
    let mut check = Declaration::default();
    check.set("type", json!("script"));
    check.set("config", json!({ "script": script }));
    check.set("interval", json!(interval.to_string()));
    check.set("timeout", json!(timeout.to_string()));
    check.set("retries", json!(retries));
    check.set("startPeriod", json!(start.to_string()));
    unit.set("lifecycle", json!({ "healthCheck": check.options }));
}

fn isolation(runtime: Option<&str>) -> &'static str {
    if runtime.is_some_and(|runtime| runtime.contains("kata")) { "kata" } else { "container" }
}

fn resources(limits: &Limits) -> Declaration {
    let mut resources = Declaration::default();
    let mut compute = Declaration::default();
    compute.set_some("units", limits.nano_cpus.map(|nano| nano.div_ceil(10_000_000)));
    resources.set_group("compute", compute);
    let mut memory = Declaration::default();
    memory.set_some("size", limits.memory.map(size));
    resources.set_group("memory", memory);
    resources
}

fn networks(spec: &ContainerSpec) -> Vec<Value> {
    let endpoints = spec.networks.iter().filter(|(network, _)| !is_builtin(network));
    endpoints
        .map(|(network, endpoint)| {
            let mut entry = Declaration::default();
            entry.set("name", json!(network));
            entry.set("network", json!(network));
            entry.set_some("address", endpoint.ipv4.clone());
            entry.set_filled("aliases", &endpoint.aliases);
            Value::Object(entry.options)
        })
        .collect()
}

/// Whether the engine has the network by itself, so that it is a mode and cannot be declared.
fn is_builtin(network: &str) -> bool {
    matches!(network, "bridge" | "host" | "none" | "default")
}

fn process(name: &str, spec: &ContainerSpec) -> Declaration {
    let mut group = Declaration::default();
    group.set_filled("command", &spec.command);
    group.set_filled("entrypoint", &spec.entrypoint);
    group.set_filled("env", &spec.env);
    group.set_filled("ports", &ports(spec));
    mounts(spec, &mut group);
    let restart = spec.restart.clone().unwrap_or_default();
    let policy = if restart.name.is_empty() { "no" } else { restart.name.as_str() };
    group.set_unless("restartPolicy", json!(policy), &json!("unless-stopped"));
    group.set_unless("maxRetries", json!(restart.max_retries), &json!(0));
    let builtin = spec.network_mode.clone().filter(|mode| is_builtin(mode) || mode.starts_with("container:"));
    group.set_some("networkMode", builtin.filter(|mode| mode != "default" && mode != "bridge"));
    group.set_some("user", spec.user.clone().filter(|user| !user.is_empty()));
    group.set_some("workdir", spec.workdir.clone().filter(|path| !path.is_empty()));
    group.set_some("hostname", spec.hostname.clone().filter(|host| host != name));
    group.set_filled("capAdd", &spec.cap_add);
    group.set_filled("capDrop", &spec.cap_drop);
    group.set_filled("devices", &spec.devices);
    group.set_filled("securityOpt", &spec.security_opt);
    group.set_filled("dns", &spec.dns);
    group.set_filled("extraHosts", &spec.extra_hosts);
    for (option, value) in [("privileged", spec.privileged), ("readOnlyRoot", spec.read_only_root), ("init", spec.init)]
    {
        group.set_some(option, value.filter(|value| *value));
    }
    group.set_some("pidsLimit", spec.limits.pids.filter(|pids| *pids > 0));
    group.set_some("memoryReservation", spec.limits.memory_reservation.map(size));
    group.set_some("memorySwap", spec.limits.memory_swap.map(size));
    group.set_some("cpuset", spec.limits.cpuset.clone().filter(|set| !set.is_empty()));
    group.set_filled("ulimits", &spec.ulimits);
    if let Some(log) = &spec.log {
        group.set_some("logDriver", Some(log.driver.clone()).filter(|driver| driver != "json-file"));
        group.set_filled("logOptions", &log.options);
    }
    group.set_some("stopSignal", spec.stop_signal.clone());
    group
}

fn ports(spec: &ContainerSpec) -> Vec<String> {
    let mut ports = Vec::new();
    for (inside, bindings) in &spec.ports {
        for binding in bindings {
            let address = match binding.address.as_str() {
                "" | "0.0.0.0" => String::new(),
                address if address.contains(':') => format!("[{address}]:"),
                address => format!("{address}:"),
            };
            match binding.port {
                Some(port) => ports.push(format!("{address}{port}:{inside}")),
                None => ports.push(inside.clone()),
            }
        }
    }
    ports
}

fn mounts(spec: &ContainerSpec, group: &mut Declaration) {
    let (tmpfs, mounted): (Vec<_>, Vec<_>) = spec.mounts.iter().partition(|(_, mount)| mount.kind == MountKind::Tmpfs);
    let volumes: Vec<String> = mounted.iter().map(|(target, mount)| volume(target, mount)).collect();
    let tmpfs: Vec<&String> = tmpfs.into_iter().map(|(target, _)| target).collect();
    group.set_filled("volumes", &volumes);
    group.set_filled("tmpfs", &tmpfs);
}

fn volume(target: &str, mount: &Mount) -> String {
    let mode = if mount.read_only { ":ro" } else { "" };
    format!("{}:{target}{mode}", mount.source)
}
