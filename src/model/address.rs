//! What names a resource throughout: its kind and its name, written `kind/name`.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// The kinds of resource, in the order in which they are made; removal goes the other way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A libvirt network.
    Network,
    /// A Docker network.
    DockerNetwork,
    /// A libvirt storage pool.
    Pool,
    /// A disk image on the host, fetched or copied, with its hash checked.
    Image,
    /// A libvirt storage volume, named `pool/volume`.
    Volume,
    /// A Docker volume.
    DockerVolume,
    /// A cloud-init NoCloud seed.
    Seed,
    /// A text file on the host that is mounted into a container.
    File,
    /// An image of the container engine.
    ContainerImage,
    /// A libvirt domain.
    Domain,
    /// A container.
    Container,
}

/// The program on the host that holds a kind of resource.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Backend {
    /// libvirt: domains, networks, pools, volumes.
    Libvirt,
    /// A Docker-compatible engine: containers, their networks, volumes and images.
    Docker,
    /// The host's file system: images, seeds, files.
    Host,
}

/// A resource's address, unique on a host.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Address {
    /// What it is.
    pub kind: Kind,
    /// What it is called; a volume's name is `pool/volume`.
    pub name: String,
}

/// An address that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address: expected KIND/NAME with a kind of {}", kinds())]
pub struct ParseAddressError {
    /// What was written.
    pub text: String,
}

impl Kind {
    /// Every kind, in creation order.
    pub const ALL: [Self; 11] = [
        Self::Network,
        Self::DockerNetwork,
        Self::Pool,
        Self::Image,
        Self::Volume,
        Self::DockerVolume,
        Self::Seed,
        Self::File,
        Self::ContainerImage,
        Self::Domain,
        Self::Container,
    ];

    /// The kind's word, as addresses write it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::DockerNetwork => "docker-network",
            Self::Pool => "pool",
            Self::Image => "image",
            Self::Volume => "volume",
            Self::DockerVolume => "docker-volume",
            Self::Seed => "seed",
            Self::File => "file",
            Self::ContainerImage => "container-image",
            Self::Domain => "domain",
            Self::Container => "container",
        }
    }

    /// The program that holds it.
    pub const fn backend(self) -> Backend {
        match self {
            Self::Network | Self::Pool | Self::Volume | Self::Domain => Backend::Libvirt,
            Self::DockerNetwork | Self::DockerVolume | Self::ContainerImage | Self::Container => Backend::Docker,
            Self::Image | Self::Seed | Self::File => Backend::Host,
        }
    }

    /// Whether it runs: domains and containers, the backends' form of a unit.
    pub const fn is_unit(self) -> bool {
        matches!(self, Self::Domain | Self::Container)
    }
}

impl Address {
    /// Makes the address of the `kind` called `name`.
    pub fn new(kind: Kind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Libvirt => "libvirt",
            Self::Docker => "docker",
            Self::Host => "host",
        })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind, self.name)
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseAddressError { text: text.to_owned() };
        let (kind, name) = text.split_once('/').ok_or_else(refused)?;
        let kind = Kind::ALL.into_iter().find(|k| k.as_str() == kind).ok_or_else(refused)?;
        if name.is_empty() {
            return Err(refused());
        }
        Ok(Self::new(kind, name))
    }
}

impl Serialize for Address {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Address {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

fn kinds() -> String {
    Kind::ALL.map(Kind::as_str).join(", ")
}
