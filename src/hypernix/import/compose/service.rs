//! A service as a unit.

use serde_json::{Value, json};

use super::{
    Project,
    fields::{Fields, scalar},
    limits, mounts,
    networks::{self, At},
    ports, process,
};
use crate::export::Declaration;

/// What compose does and we need not: builds, terminals, tooling.
const MEANINGLESS: [&str; 3] = ["stdin_open", "tty", "attach"];

/// The name of the unit: the container's, where the file gives it one.
pub(super) fn unit_name(service: &str, fields: &Value) -> String {
    fields.get("container_name").and_then(scalar).unwrap_or_else(|| service.to_owned())
}

/// Declares a service.
pub(super) fn declare(service: &str, fields: Value, project: &mut Project) -> Declaration {
    let mut fields = Fields::of(fields);
    fields.ignore(&["container_name"]);
    let (mut unit, mut container) = (Declaration::default(), Declaration::default());
    isolation(&mut unit, &mut fields);
    image(&mut unit, &mut fields, service, project);
    unit.set_filled("labels", &fields.pairs("labels"));
    dependencies(&mut unit, &mut fields, project);
    limits::set(&mut unit, &mut container, &mut fields);
    networks::join(&mut unit, &mut container, &mut fields, &mut At { service, project: &mut *project });
    process::set(&mut container, &mut fields, &mut unit);
    container.set_filled("ports", &ports::published(&mut fields, &mut unit));
    let mounted = mounts::of(&mut fields, &mut unit, project);
    container.set_filled("volumes", &mounted.volumes);
    container.set_filled("tmpfs", &mounted.tmpfs);
    unit.set_group("container", container);
    health_check(&mut unit, fields.group("healthcheck"));
    if let Some(grace) = fields.text("stop_grace_period") {
        unit.set("shutdown", json!({ "timeout": grace }));
    }
    fields.ignore(&MEANINGLESS);
    unit.left_out.extend(fields.rest());
    unit
}

fn isolation(unit: &mut Declaration, fields: &mut Fields) {
    let runtime = fields.text("runtime");
    let kata = runtime.as_deref().is_some_and(|runtime| runtime.contains("kata"));
    unit.set("features", json!({ "isolation": { "type": if kata { "kata" } else { "container" } } }));
    if let Some(runtime) = runtime.filter(|_| !kata) {
        unit.leave_out(format!("runtime: {runtime}"));
    }
}

fn image(unit: &mut Declaration, fields: &mut Fields, service: &str, project: &Project) {
    let named = fields.text("image");
    if fields.take("build").is_some() {
        unit.leave_out(
            "build: images are not built here: have it built, and named by `image` or loaded from an archive",
        );
    }
    let usual = || format!("{}-{service}", project.name);
    let mut image = Declaration::default();
    image.set("source", json!(named.unwrap_or_else(usual)));
    let pull = fields.text("pull_policy").map(|policy| match policy.as_str() {
        "if_not_present" => "missing".to_owned(),
        _ => policy,
    });
    match pull.as_deref() {
        None | Some("missing") => {}
        Some("always" | "never") => image.set_some("pull", pull),
        Some(other) => unit.leave_out(format!("pull_policy: {other}")),
    }
    unit.set("image", Value::Object(image.options));
}

/// A list of services, or a mapping with what is waited for.
fn dependencies(unit: &mut Declaration, fields: &mut Fields, project: &Project) {
    let mut names = Vec::new();
    match fields.take("depends_on") {
        Some(Value::Array(items)) => names.extend(items.iter().filter_map(scalar)),
        Some(Value::Object(map)) => {
            for (name, settings) in map {
                let mut settings = Fields::of(settings);
                let condition = settings.text("condition").filter(|condition| condition != "service_started");
                // A unit with a health check is waited for until it is healthy.
                if let Some(condition) = condition.filter(|condition| condition != "service_healthy") {
                    unit.leave_out(format!("depends_on.{name}.condition: {condition}"));
                }
                settings.ignore(&["required"]);
                unit.left_out.extend(settings.rest().into_iter().map(|line| format!("depends_on.{name}.{line}")));
                names.push(name);
            }
        }
        _ => {}
    }
    let units: Vec<&str> = names.iter().map(|name| project.unit(name)).collect();
    unit.set_filled("dependsOn", &units);
}

fn health_check(unit: &mut Declaration, mut fields: Fields) {
    let script = match fields.take("test") {
        Some(Value::String(script)) => Some(script),
        Some(Value::Array(words)) => script_of(&words.iter().filter_map(scalar).collect::<Vec<_>>()),
        _ => None,
    };
    let is_off = fields.flag("disable");
    let mut check = Declaration::default();
    for (key, option) in [("interval", "interval"), ("timeout", "timeout"), ("start_period", "startPeriod")] {
        check.set_some(option, fields.text(key));
    }
    check.set_some("retries", fields.number("retries"));
    if let Some(script) = script.filter(|_| !is_off) {
        check.set("type", json!("script"));
        check.set("config", json!({ "script": script }));
        unit.set("lifecycle", json!({ "healthCheck": check.options }));
    }
    unit.left_out.extend(fields.rest().into_iter().map(|line| format!("healthcheck.{line}")));
}

/// `["CMD-SHELL", script]` and `["CMD", word…]` as a script; `["NONE"]` is none.
fn script_of(test: &[String]) -> Option<String> {
    match test.split_first()? {
        (kind, rest) if kind == "CMD-SHELL" => Some(rest.join(" ")),
        (kind, rest) if kind == "CMD" => shlex::try_join(rest.iter().map(String::as_str)).ok(),
        _ => None,
    }
}
