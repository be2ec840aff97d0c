//! The networks that a service joins.

use serde_json::{Value, json};

use super::{
    Project,
    fields::{Fields, scalar},
};
use crate::export::Declaration;

/// Sets a unit's interfaces, or its network mode.
pub(super) fn join(unit: &mut Declaration, container: &mut Declaration, service: &mut Fields, at: &mut At<'_>) {
    let joined = service.take("networks");
    if let Some(mode) = service.text("network_mode") {
        let mode = match mode.split_once(':') {
            Some(("service", other)) => format!("container:{}", at.project.unit(other)),
            _ => mode,
        };
        if mode != "bridge" {
            container.set("networkMode", json!(mode));
        }
        return;
    }
    let interfaces: Vec<Value> = match joined {
        None => vec![interface("default", Value::Null, unit, at)],
        Some(Value::Array(names)) => {
            names.iter().filter_map(scalar).map(|name| interface(&name, Value::Null, unit, at)).collect()
        }
        Some(Value::Object(named)) => {
            named.into_iter().map(|(name, settings)| interface(&name, settings, unit, at)).collect()
        }
        Some(other) => {
            unit.leave_out(format!("networks: {other}"));
            Vec::new()
        }
    };
    unit.set_filled("network", &interfaces);
}

/// Whose networks they are.
pub(super) struct At<'a> {
    /// The service.
    pub(super) service: &'a str,
    pub(super) project: &'a mut Project,
}

fn interface(name: &str, settings: Value, unit: &mut Declaration, at: &mut At<'_>) -> Value {
    let mut settings = Fields::of(settings);
    let mut entry = Declaration::default();
    entry.set("name", json!(name));
    entry.set("network", json!(at.project.networks.used(name)));
    entry.set_some("address", settings.text("ipv4_address"));
    let mut aliases = settings.words("aliases");
    // Other services find it by its name in the file.
    if at.project.unit(at.service) != at.service {
        aliases.insert(0, at.service.to_owned());
    }
    entry.set_filled("aliases", &aliases);
    unit.left_out.extend(settings.rest().into_iter().map(|line| format!("networks.{name}.{line}")));
    Value::Object(entry.options)
}
