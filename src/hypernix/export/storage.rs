//! Pools and volumes as declarations.

use model::spec::{DockerVolumeSpec, PoolKind, PoolSpec, VolumeFormat, VolumeSpec};
use serde_json::json;

use super::{Declaration, size::size};

pub(super) fn declare_pool(name: &str, spec: &PoolSpec) -> Declaration {
    let mut pool = Declaration::default();
    match spec.kind {
        Some(PoolKind::Other) => pool.leave_out("a kind of pool that cannot be declared"),
        kind => pool.set_unless("type", json!(kind.unwrap_or(PoolKind::Dir)), &json!(PoolKind::Dir)),
    }
    let usual = format!("/var/lib/hypervisor/pools/{name}");
    pool.set_some("path", spec.path.as_ref().map(|path| path.display().to_string()).filter(|path| *path != usual));
    let mut source = Declaration::default();
    source.set_some("name", spec.source_name.clone());
    source.set_some("host", spec.source_host.clone());
    source.set_some("dir", spec.source_dir.as_ref().map(|path| path.display().to_string()));
    pool.set_group("source", source);
    pool.set_unless("autostart", json!(spec.autostart.unwrap_or(false)), &json!(true));
    pool
}

pub(super) fn declare_volume(spec: &VolumeSpec) -> Declaration {
    let mut volume = Declaration::default();
    volume.set("pool", json!(spec.pool));
    volume.set_some("size", spec.capacity.map(size));
    match spec.format {
        Some(VolumeFormat::Other) => volume.leave_out("a format that cannot be declared"),
        format => {
            volume.set_unless("format", json!(format.unwrap_or(VolumeFormat::Qcow2)), &json!(VolumeFormat::Qcow2));
        }
    }
    volume.set_some("image", spec.backing.as_ref().map(|path| json!({ "source": path })));
    volume
}

pub(super) fn declare_docker_volume(spec: &DockerVolumeSpec) -> Declaration {
    let mut volume = Declaration::default();
    volume.set("backend", json!("docker"));
    volume.set_some("driver", spec.driver.clone().filter(|driver| driver != "local"));
    volume.set_filled("options", &spec.options);
    volume.set_filled("labels", &spec.labels);
    volume
}
