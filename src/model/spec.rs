//! Specifications: what a resource is to be, or is, in our own terms. One file a kind.
//!
//! The same types carry the declaration (built by `config`), the live state (read by `driver`) and the last
//! applied state (kept by `reconcile`). A field that is `None`, or an empty list or map, is *unset*: in a
//! declaration that leaves the choice to the backend, in an observation it says that the backend shows nothing.

mod container;
mod container_image;
mod docker_network;
mod docker_volume;
mod domain;
mod file;
mod image;
mod network;
mod pool;
mod seed;
mod volume;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{Fields, Kind, fields::flatten};

pub use container::{
    ContainerHealth, ContainerSpec, Endpoint, Limits, LogConfig, Mount, MountKind, PortBinding, RestartPolicy, Ulimit,
};
pub use container_image::{ContainerImageSource, ContainerImageSpec, PullPolicy};
pub use docker_network::{DockerNetworkSpec, DockerSubnet};
pub use docker_volume::DockerVolumeSpec;
pub use domain::{
    Boot, Console, Cpu, CpuTune, Disk, DiskBus, DiskKind, DiskSource, DiskTune, DomainMemory, DomainSpec, DomainType,
    Filesystem, FilesystemDriver, Firmware, Graphics, HostDevice, HostDeviceKind, Interface, InterfaceSource, Vcpus,
};
pub use file::FileSpec;
pub use image::{ImageOrigin, ImageSpec};
pub use network::{DhcpHost, DhcpRange, ForwardMode, Ipv4, NetworkSpec};
pub use pool::{PoolKind, PoolSpec};
pub use seed::SeedSpec;
pub use volume::{VolumeContents, VolumeFormat, VolumeSpec};

/// A resource's specification, by kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "spec", rename_all = "kebab-case")]
pub enum Spec {
    /// A libvirt network.
    Network(NetworkSpec),
    /// A Docker network.
    DockerNetwork(DockerNetworkSpec),
    /// A storage pool.
    Pool(PoolSpec),
    /// A disk image on the host.
    Image(ImageSpec),
    /// A storage volume.
    Volume(VolumeSpec),
    /// A Docker volume.
    DockerVolume(DockerVolumeSpec),
    /// A cloud-init seed.
    Seed(SeedSpec),
    /// A text file on the host.
    File(FileSpec),
    /// A container image.
    ContainerImage(ContainerImageSpec),
    /// A libvirt domain.
    Domain(DomainSpec),
    /// A container.
    Container(ContainerSpec),
}

impl Spec {
    /// The kind that this specifies.
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Network(_) => Kind::Network,
            Self::DockerNetwork(_) => Kind::DockerNetwork,
            Self::Pool(_) => Kind::Pool,
            Self::Image(_) => Kind::Image,
            Self::Volume(_) => Kind::Volume,
            Self::DockerVolume(_) => Kind::DockerVolume,
            Self::Seed(_) => Kind::Seed,
            Self::File(_) => Kind::File,
            Self::ContainerImage(_) => Kind::ContainerImage,
            Self::Domain(_) => Kind::Domain,
            Self::Container(_) => Kind::Container,
        }
    }

    /// The specification's leaves, for comparing.
    pub fn fields(&self) -> Fields {
        let value = match self {
            Self::Network(spec) => serde_json::to_value(spec),
            Self::DockerNetwork(spec) => serde_json::to_value(spec),
            Self::Pool(spec) => serde_json::to_value(spec),
            Self::Image(spec) => serde_json::to_value(spec),
            Self::Volume(spec) => serde_json::to_value(spec),
            Self::DockerVolume(spec) => serde_json::to_value(spec),
            Self::Seed(spec) => serde_json::to_value(spec),
            Self::File(spec) => serde_json::to_value(spec),
            Self::ContainerImage(spec) => serde_json::to_value(spec),
            Self::Domain(spec) => serde_json::to_value(spec),
            Self::Container(spec) => serde_json::to_value(spec),
        };
        flatten(value.expect("specifications have string keys only, so they always serialise"))
    }

    /// The hash of the specification, `sha256:` and 64 hex digits: equal hashes mean equal declarations.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("specifications have string keys only, so they always serialise");
        format!("sha256:{}", hex::encode(Sha256::digest(text)))
    }
}
