//! What the engine shows of a volume → [`DockerVolumeSpec`].

use bollard::models::Volume;
use model::spec::DockerVolumeSpec;

use crate::docker::labels;

/// The volume as it is.
pub(crate) fn spec(volume: &Volume) -> DockerVolumeSpec {
    DockerVolumeSpec {
        driver: Some(volume.driver.clone()),
        options: volume.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect(),
        labels: labels::foreign(Some(&volume.labels)),
    }
}
