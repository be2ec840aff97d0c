//! What a service mounts.

use serde_json::Value;

use super::{
    Project,
    fields::{Fields, scalar},
};
use crate::export::Declaration;

/// The mounts of a service in our spelling.
#[derive(Default)]
pub(super) struct Mounts {
    /// Volumes and directories, as `source:target[:ro]`.
    pub(super) volumes: Vec<String>,
    /// Paths kept in memory.
    pub(super) tmpfs: Vec<String>,
}

/// Takes the mounts of a service.
pub(super) fn of(service: &mut Fields, unit: &mut Declaration, project: &mut Project) -> Mounts {
    let mut mounts = Mounts { tmpfs: service.words("tmpfs"), ..Mounts::default() };
    let items = match service.take("volumes") {
        Some(Value::Array(items)) => items,
        Some(other) => vec![other],
        None => Vec::new(),
    };
    for item in items {
        match scalar(&item) {
            Some(text) => mounts.short(&text, unit, project),
            None => mounts.long(Fields::of(item), unit, project),
        }
    }
    mounts
}

impl Mounts {
    /// `source:target[:mode]`, or a target alone.
    fn short(&mut self, text: &str, unit: &mut Declaration, project: &mut Project) {
        let mut parts = text.splitn(3, ':');
        let (Some(source), Some(target)) = (parts.next(), parts.next()) else {
            return unit.leave_out(format!("volumes: {text} has no name, so its data would be lost: give it one"));
        };
        let modes: Vec<&str> = parts.next().into_iter().flat_map(|modes| modes.split(',')).collect();
        for mode in modes.iter().filter(|mode| !matches!(**mode, "ro" | "rw")) {
            unit.leave_out(format!("volumes: the mode `{mode}` of {source}"));
        }
        self.mount(source, target, modes.contains(&"ro"), unit, project);
    }

    fn long(&mut self, mut fields: Fields, unit: &mut Declaration, project: &mut Project) {
        let (kind, target) = (fields.text("type").unwrap_or_default(), fields.text("target").unwrap_or_default());
        let read_only = fields.flag("read_only");
        match (kind.as_str(), fields.text("source")) {
            ("tmpfs", _) => self.tmpfs.push(target),
            ("volume", Some(source)) => {
                let source = project.volumes.used(&source);
                self.push(&source, &target, read_only);
            }
            ("bind", Some(source)) => self.bind(&source, &target, read_only, unit, project),
            (kind, source) => {
                let source = source.unwrap_or_else(|| "nothing".to_owned());
                unit.leave_out(format!("volumes: a mount of type `{kind}` of {source} at {target}"));
            }
        }
        unit.left_out.extend(fields.rest().into_iter().map(|line| format!("volumes.{line}")));
    }

    fn mount(&mut self, source: &str, target: &str, read_only: bool, unit: &mut Declaration, project: &mut Project) {
        if source.starts_with(['/', '.', '~']) {
            self.bind(source, target, read_only, unit, project);
        } else {
            let source = project.volumes.used(source);
            self.push(&source, target, read_only);
        }
    }

    fn bind(&mut self, source: &str, target: &str, read_only: bool, unit: &mut Declaration, project: &Project) {
        if source.starts_with('~') {
            return unit.leave_out(format!("volumes: {source} is in a home directory: write it in full"));
        }
        let mut path = project.directory.clone();
        for part in std::path::Path::new(source).components() {
            match part {
                std::path::Component::ParentDir => {
                    path.pop();
                }
                std::path::Component::CurDir => {}
                part => path.push(part),
            }
        }
        self.push(&path.display().to_string(), target, read_only);
    }

    fn push(&mut self, source: &str, target: &str, read_only: bool) {
        self.volumes.push(format!("{source}:{target}{}", if read_only { ":ro" } else { "" }));
    }
}
