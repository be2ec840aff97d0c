//! How much of the host a service may use.

use serde_json::{Value, json};

use super::fields::Fields;
use crate::export::Declaration;

/// Sets a unit's resources and the limits of its container.
pub(super) fn set(unit: &mut Declaration, container: &mut Declaration, service: &mut Fields) {
    let mut deploy = service.group("deploy");
    let mut resources = deploy.group("resources");
    let mut most = resources.group("limits");
    let mut least = resources.group("reservations");

    let mut compute = Declaration::default();
    let cpus = service.text("cpus").or_else(|| most.text("cpus"));
    compute.set_some("units", cpus.and_then(|cpus| hundredths(&cpus)));
    let mut memory = Declaration::default();
    memory.set_some("size", service.size("mem_limit").or_else(|| most.size("memory")));
    let mut group = Declaration::default();
    group.set_group("compute", compute);
    group.set_group("memory", memory);
    unit.set_group("resources", group);

    container.set_some("memoryReservation", service.size("mem_reservation").or_else(|| least.size("memory")));
    container.set_some("memorySwap", service.size("memswap_limit"));
    container.set_some("pidsLimit", service.number("pids_limit").or_else(|| most.number("pids")));
    container.set_some("cpuset", service.text("cpuset"));
    ulimits(container, service);

    restart(container, service, deploy.group("restart_policy"), unit);
    let replicas = deploy.number("replicas").or_else(|| service.number("scale"));
    if let Some(replicas) = replicas.filter(|replicas| *replicas != 1) {
        unit.leave_out(format!("deploy.replicas: {replicas}: declare as many units, with lib.genAttrs"));
    }
    for (path, fields) in
        [("deploy.resources.limits", most), ("deploy.resources.reservations", least), ("deploy.resources", resources)]
    {
        unit.left_out.extend(fields.rest().into_iter().map(|line| format!("{path}.{line}")));
    }
    unit.left_out.extend(deploy.rest().into_iter().map(|line| format!("deploy.{line}")));
}

/// Hundredths of a processor.
fn hundredths(cpus: &str) -> Option<u64> {
    let cpus: f64 = cpus.parse().ok()?;
    (cpus > 0.0 && cpus < 1e6).then(|| (cpus * 100.0).ceil() as u64)
}

fn ulimits(container: &mut Declaration, service: &mut Fields) {
    let Some(Value::Object(declared)) = service.take("ulimits") else { return };
    let mut ulimits = serde_json::Map::new();
    for (name, value) in declared {
        match value {
            Value::Object(pair) => ulimits.insert(name, Value::Object(pair)),
            both => ulimits.insert(name, json!({ "soft": both, "hard": both })),
        };
    }
    container.set_filled("ulimits", &ulimits);
}

/// Compose restarts nothing unless told.
fn restart(container: &mut Declaration, service: &mut Fields, mut deployed: Fields, unit: &mut Declaration) {
    let condition = deployed.text("condition").map(|condition| match condition.as_str() {
        "none" => "no".to_owned(),
        "any" => "always".to_owned(),
        _ => condition,
    });
    let attempts = deployed.number("max_attempts");
    unit.left_out.extend(deployed.rest().into_iter().map(|line| format!("deploy.restart_policy.{line}")));
    let policy = service.text("restart").or(condition).unwrap_or_else(|| "no".to_owned());
    let (policy, tries) = match policy.split_once(':') {
        Some((policy, tries)) => (policy.to_owned(), tries.parse().ok()),
        None => (policy, attempts),
    };
    let policy = if policy == "false" { "no".to_owned() } else { policy };
    container.set_unless("restartPolicy", json!(policy), &json!("unless-stopped"));
    container.set_some("maxRetries", tries.filter(|_| policy == "on-failure"));
}
