//! What no backend knows of a unit of ours: its scripts, and how it may be changed and stopped.

use model::{AppliedRow, DriftPolicy, OnChange, Shutdown};
use serde_json::json;

use super::Declaration;

pub(super) fn declare(row: &AppliedRow, unit: &mut Declaration) {
    let mut lifecycle = Declaration::default();
    for (option, script) in [
        ("preStart", &row.hooks.pre_start),
        ("postStart", &row.hooks.post_start),
        ("preStop", &row.hooks.pre_stop),
        ("postStop", &row.hooks.post_stop),
    ] {
        lifecycle.set_some(option, Some(script.clone()).filter(|script| !script.is_empty()));
    }
    unit.set_group("lifecycle", lifecycle);

    let mut update = Declaration::default();
    update.set_unless("onChange", json!(row.policy.on_change), &json!(OnChange::default()));
    update.set_unless("drift", json!(row.policy.drift), &json!(DriftPolicy::default()));
    unit.set_group("update", update);

    let (usual, declared) = (Shutdown::default(), row.policy.shutdown);
    let mut shutdown = Declaration::default();
    shutdown.set_unless("timeout", json!(declared.timeout.to_string()), &json!(usual.timeout.to_string()));
    shutdown.set_unless("force", json!(declared.force), &json!(usual.force));
    unit.set_group("shutdown", shutdown);
}
