//! Units that cannot be made on their backend.

use std::path::PathBuf;

use miette::Diagnostic;

use crate::roughly::Roughly;

/// A unit that cannot be made on its backend.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum GuestProblem {
    /// A VM that cannot boot.
    #[error("the unit `{unit}` has nothing to boot")]
    #[diagnostic(
        code(config::nothing_to_boot),
        help(
            "set `image` (a disk image: a path, or a URL with its hash), `boot.kernel`, or a disk under `storage`; for a container, set `features.isolation.type = \"container\"` and `image`"
        )
    )]
    NothingToBoot {
        /// The unit.
        unit: String,
    },
    /// A container without an image.
    #[error("the container `{unit}` has no image")]
    #[diagnostic(
        code(config::no_image),
        help(
            "set `image.source` to a reference such as \"nginx:1.27\", `image.archive` to a file of `docker save`, or `image.rootfs` to the tar of a root file system"
        )
    )]
    NoImage {
        /// The unit.
        unit: String,
    },
    /// WebAssembly.
    #[error("the unit `{unit}` is a WebAssembly module, and there is no wasm runtime yet")]
    #[diagnostic(
        code(config::no_wasm),
        help(
            "set `features.isolation.type` to \"vm\" or \"container\", and `resources.compute.architecture` to the machine's"
        )
    )]
    Wasm {
        /// The unit.
        unit: String,
    },
    /// An architecture that QEMU does not emulate here.
    #[error("the unit `{unit}` is for {architecture}, which QEMU does not run on this host")]
    #[diagnostic(code(config::no_emulator), help("install QEMU for {architecture}; there is QEMU for {known}"))]
    NoEmulator {
        /// The unit.
        unit: String,
        /// What it is for.
        architecture: String,
        /// What there is.
        known: String,
    },
    /// A container for another machine.
    #[error("the container `{unit}` is for {architecture}, and containers run on the host's own {host}")]
    #[diagnostic(
        code(config::foreign_container),
        help(
            "set `features.isolation.type = \"vm\"` to emulate {architecture}, or remove `resources.compute.architecture`"
        )
    )]
    ForeignContainer {
        /// The unit.
        unit: String,
        /// What it is for.
        architecture: String,
        /// What there is.
        host: String,
    },
    /// A kata container where the engine has no such runtime.
    #[error("the unit `{unit}` is a kata container, and Docker knows no kata runtime")]
    #[diagnostic(
        code(config::no_kata),
        help("install kata-containers and add its runtime to /etc/docker/daemon.json; Docker knows {known}")
    )]
    NoKata {
        /// The unit.
        unit: String,
        /// What there is.
        known: String,
    },
    /// Memory encryption, which there is no engine for.
    #[error("the unit `{unit}` is to be confidential, and memory encryption is not supported yet")]
    #[diagnostic(code(config::confidential), help("set `features.isolation.securityLevel = \"hardened\"`"))]
    Confidential {
        /// The unit.
        unit: String,
    },
    /// A URL without a hash.
    #[error("the image `{url}` of {who} has no hash, so what is fetched could not be checked")]
    #[diagnostic(
        code(config::missing_hash),
        help("set `image.hash` to \"sha256-…\": `curl -L {url} | sha256sum` gives \"sha256:HEX\"")
    )]
    MissingHash {
        /// Whose.
        who: String,
        /// The URL.
        url: String,
    },
    /// A file that does not hold what is declared.
    #[error("{} is not the image declared for {who}: it has sha256:{found}, and `image.hash` says sha256:{declared}", .file.display())]
    #[diagnostic(
        code(config::hash_mismatch),
        help("put the declared file back, or set `image.hash` to \"sha256:{found}\" if this one is meant")
    )]
    HashMismatch {
        /// Whose.
        who: String,
        /// The file.
        file: PathBuf,
        /// What it should have.
        declared: String,
        /// What it has.
        found: String,
    },
    /// An archive that is not there, or cannot be read.
    #[error("the archive {} of {who} cannot be read: {reason}", .file.display())]
    #[diagnostic(code(config::no_archive), help("correct `{option}`, or put the file there"))]
    Archive {
        /// Whose.
        who: String,
        /// The option.
        option: &'static str,
        /// The file.
        file: PathBuf,
        /// Why.
        reason: String,
    },
    /// An accelerator that nobody can find.
    #[error("the unit `{unit}` wants a {kind} without saying which of the host's")]
    #[diagnostic(
        code(config::accelerator_address),
        help(
            "set `address` of the accelerator to the PCI address (`lspci -D` lists them, such as \"0000:01:00.0\") or to the UUID of a mediated device"
        )
    )]
    AcceleratorAddress {
        /// The unit.
        unit: String,
        /// What it wants.
        kind: String,
    },
    /// Packages in a container.
    #[error("the component `{component}` installs {what} in the container `{unit}`, whose image is made elsewhere")]
    #[diagnostic(
        code(config::packages_in_container),
        help(
            "put it into the image, or set `features.isolation.type = \"vm\"`; files, environment, ports and volumes of a component do reach a container"
        )
    )]
    Install {
        /// The unit.
        unit: String,
        /// The component.
        component: String,
        /// Packages or scripts.
        what: String,
    },
    /// A device that a machine lacks.
    #[error("the unit `{unit}` has {what}, which {machine} does not have")]
    #[diagnostic(code(config::machine_lacks), help("{cure}"))]
    MachineLacks {
        /// The unit.
        unit: String,
        /// The device.
        what: String,
        /// The machine.
        machine: String,
        /// What to do.
        cure: String,
    },
    /// Memory that cannot be overcommitted.
    #[error("the unit `{unit}` wants {wanted} of huge pages, and the host has {} of memory", Roughly(*host))]
    #[diagnostic(
        code(config::not_enough_memory),
        help(
            "huge pages cannot be overcommitted: lower `resources.memory.size`, or remove `resources.memory.hugepages`"
        )
    )]
    Memory {
        /// The unit.
        unit: String,
        /// What it wants.
        wanted: model::Bytes,
        /// What there is.
        host: model::Bytes,
    },
    /// A health check that does not say of what.
    #[error("the health check of {who} does not say what to try: {reason}")]
    #[diagnostic(code(config::health_check), help("{cure}"))]
    Health {
        /// The unit.
        who: String,
        /// Why.
        reason: String,
        /// What to do.
        cure: String,
    },
    /// Units that wait for each other.
    #[error("units depend on each other: {cycle}")]
    #[diagnostic(
        code(config::unit_cycle),
        help("remove one of these from `dependsOn`, so that one of them can start first")
    )]
    Cycle {
        /// The cycle.
        cycle: String,
    },
    /// A network or volume of the other backend.
    #[error("{who} is {unit_kind}, and the {what} `{name}` is {other_kind}")]
    #[diagnostic(code(config::other_backend), help("{cure}"))]
    OtherBackend {
        /// The unit.
        who: String,
        /// What the unit is.
        unit_kind: &'static str,
        /// Network or volume.
        what: &'static str,
        /// Its name.
        name: String,
        /// What it is.
        other_kind: &'static str,
        /// What to do.
        cure: String,
    },
}
