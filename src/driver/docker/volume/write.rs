//! [`DockerVolumeSpec`] → what `create` takes.

use std::collections::HashMap;

use bollard::models::VolumeCreateRequest;
use model::spec::DockerVolumeSpec;

/// The request that makes the volume.
pub(super) fn body(name: &str, spec: &DockerVolumeSpec, labels: HashMap<String, String>) -> VolumeCreateRequest {
    VolumeCreateRequest {
        name: Some(name.to_owned()),
        driver: spec.driver.clone(),
        driver_opts: Some(spec.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect()),
        labels: Some(labels),
        cluster_volume_spec: None,
    }
}
