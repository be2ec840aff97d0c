//! The process of a service, and what it sees around it.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, scalar};
use crate::export::Declaration;

/// Sets the container's process.
pub(super) fn set(container: &mut Declaration, service: &mut Fields, unit: &mut Declaration) {
    container.set_filled("command", &command(service, "command"));
    container.set_filled("entrypoint", &command(service, "entrypoint"));
    container.set_filled("env", &service.pairs("environment"));
    for file in files(service.take("env_file")) {
        unit.leave_out(format!(
            "env_file: {file} is not read, as it may hold secrets: name in container.env what may be read by all"
        ));
    }
    for (key, option) in
        [("user", "user"), ("working_dir", "workdir"), ("hostname", "hostname"), ("stop_signal", "stopSignal")]
    {
        container.set_some(option, service.text(key));
    }
    for (key, option) in [("init", "init"), ("privileged", "privileged"), ("read_only", "readOnlyRoot")] {
        container.set_some(option, Some(service.flag(key)).filter(|flag| *flag));
    }
    for (key, option) in [
        ("cap_add", "capAdd"),
        ("cap_drop", "capDrop"),
        ("security_opt", "securityOpt"),
        ("devices", "devices"),
        ("dns", "dns"),
    ] {
        container.set_filled(option, &service.words(key));
    }
    container.set_filled("extraHosts", &extra_hosts(service));
    let mut logging = service.group("logging");
    container.set_some("logDriver", logging.text("driver").filter(|driver| driver != "json-file"));
    container.set_filled("logOptions", &logging.pairs("options"));
    unit.left_out.extend(logging.rest().into_iter().map(|line| format!("logging.{line}")));
}

/// A command as words: a text is taken apart as a shell would.
fn command(service: &mut Fields, key: &str) -> Vec<String> {
    match service.take(key) {
        Some(Value::String(text)) => shlex::split(&text).unwrap_or_else(|| {
            service.note(format!("{key}: `{text}` has an open quote"));
            Vec::new()
        }),
        Some(Value::Array(items)) => items.iter().filter_map(scalar).collect(),
        _ => Vec::new(),
    }
}

/// The files of `env_file`: one, several, or mappings with `path`.
fn files(value: Option<Value>) -> Vec<String> {
    match value {
        None => Vec::new(),
        Some(Value::Array(items)) => items.into_iter().flat_map(|item| files(Some(item))).collect(),
        Some(Value::Object(map)) => map.get("path").and_then(scalar).into_iter().collect(),
        Some(one) => scalar(&one).into_iter().collect(),
    }
}

/// `name:address`, whichever way they are written.
fn extra_hosts(service: &mut Fields) -> Vec<String> {
    match service.take("extra_hosts") {
        Some(Value::Object(map)) => {
            let named: BTreeMap<_, _> = map.iter().filter_map(|(name, value)| Some((name, scalar(value)?))).collect();
            named.into_iter().map(|(name, address)| format!("{name}:{address}")).collect()
        }
        Some(Value::Array(items)) => items.iter().filter_map(scalar).map(|item| item.replacen('=', ":", 1)).collect(),
        _ => Vec::new(),
    }
}
