//! cloud-init's NoCloud seed: what a VM's guest is told when it first boots.
//!
//! What components configure comes first, the unit's own `cloudInit` is merged over it: sets deeply, lists one after
//! the other, anything else replaced.
//! Source: <https://docs.cloud-init.io/en/latest/reference/modules.html>.

mod scripts;

use std::path::PathBuf;

use model::{Address, DeletionPolicy, Kind, Policy, Resource, Spec, spec::SeedSpec, uuid_for};
use serde_json::{Map, Value, json};

use super::{Lowering, disks, short_hash, unit::address_of};
use crate::{
    compose::{Guest, ResolvedUnit},
    manifest::VolumeUse,
    problem::ValueProblem,
};

/// Declares the seed of a VM, where there is something to tell its guest.
pub(super) fn declare(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<(PathBuf, Address)> {
    let options = &unit.unit.cloud_init;
    if !options.enable.unwrap_or_else(|| has_something_to_tell(unit)) {
        if options.enable == Some(false) && !unit.guest.is_empty() {
            let at = lowering.place_of(unit, &["cloudInit", "enable"], &[]);
            let text = format!(
                "the blueprint of the unit `{}` does not reach its guest: `cloudInit.enable` is false",
                unit.name
            );
            lowering.findings.note(Some(address_of(unit)), at.as_ref(), text);
        }
        return None;
    }
    note_external_ports(lowering, unit);
    let hostname = options.hostname.clone().unwrap_or_else(|| unit.name.replace(['_', '.'], "-"));
    let user_data = yaml(lowering, unit, &user_data(unit, &hostname))?;
    let instance = if unit.unit.uuid.is_empty() {
        uuid_for(lowering.settings.owner, &address_of(unit)).to_string()
    } else {
        unit.unit.uuid.clone()
    };
    let mut meta_data = json!({ "instance-id": instance, "local-hostname": hostname });
    for (key, value) in &options.meta_data {
        meta_data[key] = json!(value);
    }
    let meta_data = yaml(lowering, unit, &meta_data)?;
    let network_config = match &options.network_config {
        Some(config) => Some(yaml(lowering, unit, &Value::Object(config.clone()))?),
        None => None,
    };
    let user_data = format!("#cloud-config\n{user_data}");
    let hash = short_hash([user_data.as_str(), &meta_data, network_config.as_deref().unwrap_or_default()]);
    let path = lowering.state("seeds").join(format!("{}-{hash}.iso", unit.name));
    let address = Address::new(Kind::Seed, &unit.name);
    let spec = SeedSpec { path: path.clone(), user_data, meta_data, network_config };
    let resource = Resource {
        policy: Policy { deletion: DeletionPolicy::Delete, ..Policy::default() },
        declared_at: unit.declared_at.clone(),
        ..Resource::new(Spec::Seed(spec))
    };
    lowering.add(address.clone(), resource, format!("the seed of {}", unit.who()));
    Some((path, address))
}

fn has_something_to_tell(unit: &ResolvedUnit) -> bool {
    let options = &unit.unit.cloud_init;
    !unit.guest.is_empty()
        || options.hostname.is_some()
        || options.network_config.is_some()
        || !options.user_data.is_empty()
        || !options.meta_data.is_empty()
        || !options.users.is_empty()
        || !options.ssh_authorized_keys.is_empty()
}

fn user_data(unit: &ResolvedUnit, hostname: &str) -> Value {
    let options = &unit.unit.cloud_init;
    let mut data = Map::from_iter([("hostname".to_owned(), json!(hostname))]);
    let mut put = |key: &str, list: Vec<Value>| {
        if !list.is_empty() {
            data.insert(key.to_owned(), Value::Array(list));
        }
    };
    let mut users = options.users.clone();
    if !users.is_empty() && !options.ssh_authorized_keys.is_empty() && !users.contains(&json!("default")) {
        users.insert(0, json!("default"));
    }
    put("users", users);
    put("ssh_authorized_keys", options.ssh_authorized_keys.iter().map(|key| json!(key)).collect());
    put("bootcmd", scripts::before_packages(&unit.guest));
    put("packages", unit.guest.packages.iter().map(|package| json!(package.value)).collect());
    put("write_files", scripts::files(&unit.guest));
    put("runcmd", scripts::after_packages(&unit.guest));
    let (fs_setup, mounts) = volumes(&unit.guest);
    put("fs_setup", fs_setup);
    put("mounts", mounts);
    if !unit.guest.packages.is_empty() {
        data.insert("package_update".to_owned(), json!(true));
    }
    let sources = scripts::repositories(&unit.guest);
    if !sources.is_empty() {
        data.insert("apt".to_owned(), json!({ "sources": sources }));
    }
    join(&mut data, &options.user_data);
    Value::Object(data)
}

/// File systems for the volumes of components, and where they are mounted.
fn volumes(guest: &Guest) -> (Vec<Value>, Vec<Value>) {
    let (mut fs_setup, mut mounts) = (Vec::new(), Vec::new());
    for volume in guest.volumes.values().map(|volume| &volume.value) {
        match volume.kind {
            VolumeUse::Persistent => {
                let device = format!("/dev/disk/by-id/virtio-{}", disks::serial(&volume.name));
                fs_setup
                    .push(json!({ "device": device, "filesystem": "ext4", "partition": "none", "overwrite": false }));
                mounts.push(json!([device, volume.path, "auto", "defaults,nofail", "0", "2"]));
            }
            VolumeUse::Ephemeral => {
                let size = volume.size.map(|size| format!(",size={}", size.0.get())).unwrap_or_default();
                mounts.push(json!(["tmpfs", volume.path, "tmpfs", format!("defaults{size}"), "0", "0"]));
            }
            VolumeUse::Config | VolumeUse::Secret => {}
        }
    }
    (fs_setup, mounts)
}

/// Merges `over` into `base`: sets deeply, lists one after the other, anything else replaced.
fn join(base: &mut Map<String, Value>, over: &Map<String, Value>) {
    for (key, value) in over {
        match (base.get_mut(key), value) {
            (Some(Value::Object(below)), Value::Object(above)) => join(below, above),
            (Some(Value::Array(below)), Value::Array(above)) => below.extend(above.iter().cloned()),
            (Some(below), above) => *below = above.clone(),
            (None, above) => {
                base.insert(key.clone(), above.clone());
            }
        }
    }
}

fn note_external_ports(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) {
    for port in unit.guest.ports.iter().filter(|port| port.value.external.is_some()) {
        let text = format!(
            "port {} of the unit `{}` is not forwarded from the host: a VM is reached at its own address",
            port.value.internal, unit.name
        );
        lowering.findings.note(Some(address_of(unit)), crate::compose::position_of(&port.origin), text);
    }
}

fn yaml(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, value: &Value) -> Option<String> {
    match serde_saphyr::to_string(value) {
        Ok(text) => Some(text),
        Err(error) => {
            let problem = ValueProblem::Wrong {
                who: unit.who(),
                path: "cloudInit".to_owned(),
                reason: format!("it cannot be written as YAML: {error}"),
                cure: None,
            };
            lowering.problem_at(unit, &["cloudInit"], &[], problem);
            None
        }
    }
}
