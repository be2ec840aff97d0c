//! Compares what was asked for with what is read back.

use model::{Spec, spec::DomainSpec};

use super::scope::Scope;

/// Fields that libvirt tells in its own way, or that are not in the document.
const TOLD_OTHERWISE: [&str; 5] = ["uuid", "machine", "emulator", "autostart", "hotplugSlots"];

/// The first fields in scope that the specification sets and the reading shows otherwise, `None` where all took.
pub(crate) fn difference(spec: &DomainSpec, reading: &DomainSpec, scope: &Scope<'_>) -> Option<String> {
    let wanted = Spec::Domain(spec.clone()).fields();
    let shown = Spec::Domain(reading.clone()).fields();
    let differing: Vec<String> = wanted
        .iter()
        .filter(|(path, value)| !is_empty(value) && shown.get(path) != Some(value))
        .filter(|(path, _)| scope.touches_path(path))
        .filter(|(path, _)| !TOLD_OTHERWISE.iter().any(|field| path.is_within(field)))
        .filter(|(path, _)| !path.as_str().ends_with(".capacity"))
        .take(3)
        .map(|(path, value)| match shown.get(path) {
            Some(shown) => format!("{path} is {shown}, not {value}"),
            None => format!("{path} is unset, not {value}"),
        })
        .collect();
    (!differing.is_empty()).then(|| differing.join(", "))
}

fn is_empty(value: &serde_json::Value) -> bool {
    value.as_object().is_some_and(serde_json::Map::is_empty)
}
