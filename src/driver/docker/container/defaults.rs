//! What a container has from its image. The engine shows it mixed with what was asked for, so it is taken off
//! again: a label names what was asked for although the image says the same.

use std::collections::BTreeMap;

use bollard::models::ImageConfig;
use model::spec::{ContainerHealth, ContainerSpec};

use super::read;
use crate::docker::labels;

/// What an image gives its containers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Defaults {
    env: BTreeMap<String, String>,
    labels: BTreeMap<String, String>,
    command: Vec<String>,
    entrypoint: Option<Vec<String>>,
    workdir: Option<String>,
    user: Option<String>,
    health: Option<ContainerHealth>,
    stop_signal: Option<String>,
}

impl Defaults {
    /// Reads an image's configuration.
    pub(crate) fn of(config: &ImageConfig) -> Self {
        Self {
            env: read::env(config.env.as_deref()),
            labels: labels::foreign(config.labels.as_ref()),
            command: config.cmd.clone().unwrap_or_default(),
            entrypoint: config.entrypoint.clone(),
            workdir: read::text(config.working_dir.as_deref()),
            user: read::text(config.user.as_deref()),
            health: config.healthcheck.as_ref().and_then(read::health),
            stop_signal: read::text(config.stop_signal.as_deref()),
        }
    }

    /// The value of the label that names what `spec` declares although the image says the same, or what cannot
    /// be told from unset once it is there: a JSON list of paths.
    pub(crate) fn explicit(&self, spec: &ContainerSpec) -> Option<String> {
        let maps = [("env", &spec.env, &self.env), ("labels", &spec.labels, &self.labels)];
        let keyed = maps.iter().flat_map(|(name, declared, given)| {
            let same = declared.iter().filter(|(key, value)| given.get(*key) == Some(*value));
            same.map(move |(key, _)| format!("{name}.{key}"))
        });
        let single = [
            ("command", !spec.command.is_empty() && spec.command == self.command),
            (
                "entrypoint",
                spec.entrypoint.as_ref().is_some_and(Vec::is_empty) || same(&spec.entrypoint, &self.entrypoint),
            ),
            ("workdir", same(&spec.workdir, &self.workdir)),
            ("user", same(&spec.user, &self.user)),
            ("health", same(&spec.health, &self.health)),
            ("stopSignal", same(&spec.stop_signal, &self.stop_signal)),
        ];
        let single = single.into_iter().filter(|(_, same)| *same).map(|(name, _)| name.to_owned());
        let paths: Vec<String> = keyed.chain(single).collect();
        (!paths.is_empty()).then(|| serde_json::Value::from(paths).to_string())
    }

    /// Takes off what comes from the image, save what the label `explicit` names.
    pub(crate) fn subtract(&self, mut spec: ContainerSpec, explicit: Option<&str>) -> ContainerSpec {
        let paths: Vec<String> = explicit.and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
        let declared = |path: &str| paths.iter().any(|declared| declared == path);
        spec.env.retain(|key, value| self.env.get(key) != Some(value) || declared(&format!("env.{key}")));
        spec.labels.retain(|key, value| self.labels.get(key) != Some(value) || declared(&format!("labels.{key}")));
        if spec.command == self.command && !declared("command") {
            spec.command.clear();
        }
        if declared("entrypoint") {
            spec.entrypoint = Some(spec.entrypoint.unwrap_or_default());
        } else {
            take_off(&mut spec.entrypoint, &self.entrypoint);
        }
        for (name, value, given) in [
            ("workdir", &mut spec.workdir, &self.workdir),
            ("user", &mut spec.user, &self.user),
            ("stopSignal", &mut spec.stop_signal, &self.stop_signal),
        ] {
            if !declared(name) {
                take_off(value, given);
            }
        }
        if !declared("health") {
            take_off(&mut spec.health, &self.health);
        }
        spec
    }
}

fn same<T: PartialEq>(declared: &Option<T>, given: &Option<T>) -> bool {
    declared.is_some() && declared == given
}

fn take_off<T: PartialEq>(value: &mut Option<T>, given: &Option<T>) {
    if value == given {
        *value = None;
    }
}

#[cfg(test)]
mod tests;
