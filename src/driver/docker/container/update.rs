//! What the engine changes while a container runs: limits, the restart policy, networks. It silently ignores
//! what it cannot do (removing a memory limit, a CPU quota, …), so every field is read back.

use bollard::models::ContainerUpdateBody;
use model::{FieldPath, Spec, spec::ContainerSpec};
use serde_json::Value;

use super::{fingerprint_of, read, write};
use crate::{
    Outcome,
    docker::{Docker, EngineError},
    fault::Fault,
};

/// The kernel's weight of a control group for which none was asked.
const DEFAULT_CPU_SHARES: u64 = 1024;

/// What the engine can change in place.
const IN_PLACE: [&str; 3] = ["limits", "restart", "networks"];
/// Fields that stand for all that lies below them, everything among them.
const GROUPS: [&str; 4] = ["limits", "restart", "networks", ""];

impl Docker {
    /// Changes `fields` of the container in place to what `spec` says.
    pub(in crate::docker) async fn configure_container(
        &self,
        name: &str,
        spec: &ContainerSpec,
        fields: &[FieldPath],
    ) -> Result<Outcome, Fault> {
        if let Some(other) = fields.iter().find(|field| !is_in_place(field)) {
            return Err(Fault::refused(format!("the engine cannot change `{other}` of a container that exists")));
        }
        let spec = &self.without_silent_fields(spec, fields).await?;
        let before = self.require_container(name).await?;
        if taken(spec, &read::spec(&before), fields).is_err() {
            if let Some(body) = body(spec, fields) {
                let what = format!("update {name}");
                self.engine
                    .write(&what, |client| {
                        let body = body.clone();
                        async move { client.update_container(name, body).await }
                    })
                    .await?;
            }
            self.rejoin(name, spec, &before, fields).await?;
        }
        let after = self.require_container(name).await?;
        taken(spec, &read::spec(&after), fields)?;
        Ok(Outcome { fingerprint: Some(fingerprint_of(&after)), ..Outcome::default() })
    }

    /// A CPU quota cannot be taken off in place (0 is ignored), but one of all CPUs is none.
    async fn without_silent_fields(
        &self,
        spec: &ContainerSpec,
        fields: &[FieldPath],
    ) -> Result<ContainerSpec, EngineError> {
        let mut spec = spec.clone();
        let concerned = fields.iter().any(|field| matches!(field.as_str(), "limits" | "limits.nanoCpus"));
        if concerned && spec.limits.nano_cpus.is_none() {
            let info = self.engine.read("engine", |client| async move { client.info().await }).await?;
            let cpus = info.ncpu.and_then(|cpus| u64::try_from(cpus).ok());
            spec.limits.nano_cpus = cpus.map(|cpus| cpus * 1_000_000_000);
        }
        Ok(spec)
    }
}

/// Checks that `fields`, and what lies below them, read as `wanted` says. Of a whole group, what is not wanted may
/// be the engine's or somebody else's, and is let be.
pub(super) fn taken(wanted: &ContainerSpec, there: &ContainerSpec, fields: &[FieldPath]) -> Result<(), Fault> {
    let wanted = Spec::Container(wanted.clone().canonical()).fields();
    let there = Spec::Container(there.clone()).fields();
    let concerned = |path: &FieldPath| fields.iter().any(|field| path.is_within(field.as_str()));
    let differing = wanted.iter().filter(|(path, value)| {
        // An empty object says only that something is there.
        let is_below = |other: &FieldPath| other.is_within(path.as_str());
        let is_there = there.get(*path) == Some(*value) || (**value == empty() && there.keys().any(is_below));
        concerned(path) && !is_there
    });
    let mut differing = differing
        .map(|(path, value)| format!("{path} is {} instead of {value}", there.get(path).unwrap_or(&Value::Null)));
    let mut left_over = there.iter().filter(|(path, value)| {
        let mut named = fields.iter().filter(|field| !GROUPS.contains(&field.as_str()));
        named.any(|field| path.is_within(field.as_str())) && !wanted.contains_key(*path) && !is_default(path, value)
    });
    let left_over = left_over.next().map(|(path, value)| format!("{path} is still {value}"));
    match differing.next().or(left_over) {
        None => Ok(()),
        Some(difference) => Err(Fault::NotTaken(difference)),
    }
}

fn empty() -> Value {
    Value::Object(serde_json::Map::new())
}

/// Whether the engine can change the field in place.
fn is_in_place(field: &FieldPath) -> bool {
    IN_PLACE.iter().any(|prefix| field.is_within(prefix))
}

/// Whether a value that was to be unset is what the engine has where nothing is asked for.
fn is_default(path: &FieldPath, value: &Value) -> bool {
    match path.as_str() {
        "limits.cpuShares" => *value == DEFAULT_CPU_SHARES,
        // The engine gives a memory limit twice its size of memory and swap.
        "limits.memorySwap" => true,
        "restart.name" => *value == "no",
        "restart.maxRetries" => *value == 0,
        _ => false,
    }
}

/// The request; `None` where only networks change.
fn body(spec: &ContainerSpec, fields: &[FieldPath]) -> Option<ContainerUpdateBody> {
    let changes =
        |prefix: &str| fields.iter().any(|field| field.is_within(prefix) || *field == FieldPath::from("limits"));
    let limits = &spec.limits;
    let mut body = ContainerUpdateBody::default();
    if changes("limits.memory") || changes("limits.memorySwap") {
        let memory = limits.memory.map(|bytes| bytes.get());
        body.memory = memory.map(write::signed);
        let both = limits.memory_swap.map(|bytes| bytes.get()).or(memory.map(|bytes| bytes.saturating_mul(2)));
        body.memory_swap = both.map(write::signed);
    }
    if changes("limits.memoryReservation") {
        body.memory_reservation = Some(limits.memory_reservation.map_or(0, |bytes| write::signed(bytes.get())));
    }
    if changes("limits.nanoCpus") {
        body.nano_cpus = limits.nano_cpus.map(write::signed);
    }
    if changes("limits.cpuShares") {
        body.cpu_shares = Some(write::signed(limits.cpu_shares.unwrap_or(DEFAULT_CPU_SHARES)));
    }
    if changes("limits.cpuset") {
        body.cpuset_cpus = Some(limits.cpuset.clone().unwrap_or_default());
    }
    if changes("limits.pids") {
        body.pids_limit = Some(limits.pids.unwrap_or(-1));
    }
    if fields.iter().any(|field| field.is_within("restart")) {
        body.restart_policy = Some(write::restart(spec.restart.as_ref()));
    }
    (body != ContainerUpdateBody::default()).then_some(body)
}

#[cfg(test)]
mod tests;
