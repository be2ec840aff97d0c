//! A container.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Address, Kind, Origin, Spec,
    spec::{ContainerHealth, ContainerSpec, Endpoint, Limits, LogConfig, PortBinding, RestartPolicy},
};

use super::{
    Lowering, container_image, cpu,
    mounts::{self, Mounts},
    networks,
    unit::{Source, address_of, note_ineffective, resource},
};
use crate::{
    compose::ResolvedUnit,
    manifest::VolumeBackend,
    nearest,
    problem::{GuestProblem, ValueProblem},
    unit::{AcceleratorType, HealthCheckType, IsolationType, SecurityLevel},
};

/// Declares a container with all that it needs.
pub(super) fn declare(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) {
    let options = &unit.unit.container;
    refuse_what_is_lacking(lowering, unit);
    note_ineffective(lowering, unit, "a container", ONLY_VMS);
    let image = container_image::declare(lowering, unit);
    let Mounts { mounts, mut needs } = mounts::of(lowering, unit);
    let networks = networks(lowering, unit, &mut needs);
    let ports = ports(unit);
    let network_mode = network_mode(lowering, unit, &networks);
    let spec = ContainerSpec {
        image: image.as_ref().map(|(reference, _)| reference.clone()).unwrap_or_default(),
        image_id: None,
        command: options.command.clone(),
        entrypoint: options.entrypoint.clone(),
        env: environment(unit),
        workdir: options.workdir.clone(),
        user: options.user.clone(),
        hostname: options.hostname.clone(),
        labels: unit.unit.labels.clone(),
        mounts,
        ports,
        network_mode,
        networks,
        restart: Some(RestartPolicy {
            name: options.restart_policy.as_str().to_owned(),
            max_retries: options.max_retries,
        }),
        limits: limits(unit),
        health: health(unit),
        runtime: runtime(lowering, unit),
        cap_add: options.cap_add.clone(),
        cap_drop: options.cap_drop.clone(),
        security_opt: security_options(unit),
        devices: options.devices.clone(),
        dns: options.dns.clone(),
        extra_hosts: options.extra_hosts.clone(),
        privileged: options.privileged.then_some(true),
        read_only_root: options.read_only_root.then_some(true),
        init: options.init.then_some(true),
        ulimits: options.ulimits.clone(),
        log: options
            .log_driver
            .as_ref()
            .map(|driver| LogConfig { driver: driver.clone(), options: options.log_options.clone() }),
        stop_signal: options.stop_signal.clone(),
        gpus: gpus(lowering, unit),
    };
    needs.extend(image.map(|(_, address)| address));
    let mut sources: Vec<Source> = FIELDS.iter().map(|(prefix, path)| Source::new(*prefix, path)).collect();
    for (index, nic) in unit.unit.network.iter().enumerate() {
        let name = nic.network.as_ref().unwrap_or(&nic.capability);
        sources.push(Source::element(format!("networks.{name}"), "network", index));
    }
    let mut resource = resource(lowering, unit, Spec::Container(spec), needs, sources);
    resource.origins.extend(component_origins(unit));
    lowering.add(address_of(unit), resource, unit.who());
}

/// Options that containers have no use for.
const ONLY_VMS: &[&str] = &[
    "boot",
    "cloudInit",
    "console",
    "cpu",
    "filesystems",
    "graphics",
    "guestAgent",
    "hotplugSlots",
    "resources.compute.features",
    "resources.compute.maxUnits",
    "resources.memory.hugepages",
    "resources.memory.maximum",
    "tpm",
    "uuid",
];

/// Which option a part of the specification comes from.
const FIELDS: &[(&str, &str)] = &[
    ("capAdd", "container.capAdd"),
    ("capDrop", "container.capDrop"),
    ("command", "container.command"),
    ("devices", "container.devices"),
    ("dns", "container.dns"),
    ("entrypoint", "container.entrypoint"),
    ("env", "container.env"),
    ("extraHosts", "container.extraHosts"),
    ("gpus", "resources.accelerators"),
    ("health", "lifecycle.healthCheck"),
    ("hostname", "container.hostname"),
    ("image", "image"),
    ("init", "container.init"),
    ("labels", "labels"),
    ("limits.cpuShares", "resources.compute.burst"),
    ("limits.cpuset", "container.cpuset"),
    ("limits.memory", "resources.memory.size"),
    ("limits.memoryReservation", "container.memoryReservation"),
    ("limits.memorySwap", "container.memorySwap"),
    ("limits.nanoCpus", "resources.compute.units"),
    ("limits.pids", "container.pidsLimit"),
    ("log", "container.logDriver"),
    ("mounts", "container.volumes"),
    ("networkMode", "container.networkMode"),
    ("networks", "network"),
    ("ports", "container.ports"),
    ("privileged", "container.privileged"),
    ("readOnlyRoot", "container.readOnlyRoot"),
    ("restart", "container.restartPolicy"),
    ("runtime", "features.isolation.type"),
    ("securityOpt", "features.isolation.securityLevel"),
    ("stopSignal", "container.stopSignal"),
    ("ulimits", "container.ulimits"),
    ("user", "container.user"),
    ("workdir", "container.workdir"),
];

/// Where what components configure shows in the specification.
fn component_origins(unit: &ResolvedUnit) -> BTreeMap<String, Origin> {
    let path = |segments: [&str; 2]| model::FieldPath::from_segments(segments).as_str().to_owned();
    let guest = &unit.guest;
    let env = guest.environment.iter().filter(|(name, _)| !unit.unit.container.env.contains_key(*name));
    let env = env.map(|(name, value)| (path(["env", name]), value.origin.clone()));
    let files = guest.files.iter().map(|(target, file)| (path(["mounts", target]), file.origin.clone()));
    let volumes = guest.volumes.values().map(|v| (path(["mounts", &v.value.path]), v.origin.clone()));
    let ports = guest.ports.iter().map(|port| {
        let inside = format!("{}/{}", port.value.internal, port.value.protocol);
        (path(["ports", &inside]), port.origin.clone())
    });
    env.chain(files).chain(volumes).chain(ports).collect()
}

/// Refuses what only a VM has.
fn refuse_what_is_lacking(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) {
    let host = lowering.settings.host.arch.clone();
    let architecture = unit.unit.resources.compute.architecture;
    let path = ["resources", "compute", "architecture"];
    let by_default =
        matches!(unit.layers.origin(&path, &[], &lowering.manifest.positions), Some(Origin::OptionDefault) | None);
    if !by_default && !host.is_empty() && architecture.as_str() != host {
        let problem =
            GuestProblem::ForeignContainer { unit: unit.name.clone(), architecture: architecture.to_string(), host };
        lowering.problem_at(unit, &path, &[], problem);
    }
    if unit.unit.features.isolation.security_level == SecurityLevel::Confidential {
        let problem = GuestProblem::Confidential { unit: unit.name.clone() };
        lowering.problem_at(unit, &["features", "isolation", "securityLevel"], &[], problem);
    }
    let packages = unit.guest.packages.iter().chain(&unit.guest.removed);
    let packages = packages.map(|package| (&package.origin, format!("the package `{}`", package.value)));
    let scripts = unit.guest.scripts.iter().map(|scripts| (&scripts.origin, "with scripts".to_owned()));
    for (origin, what) in packages.chain(scripts) {
        let Origin::Component { name, at, .. } = origin else { continue };
        let (unit, component) = (unit.name.clone(), name.clone());
        lowering.findings.problem(at.as_ref(), GuestProblem::Install { unit, component, what });
    }
}

fn environment(unit: &ResolvedUnit) -> BTreeMap<String, String> {
    let components = unit.guest.environment.iter().map(|(name, value)| (name.clone(), value.value.clone()));
    components.chain(unit.unit.container.env.clone()).collect()
}

fn ports(unit: &ResolvedUnit) -> BTreeMap<String, Vec<PortBinding>> {
    let mut ports: BTreeMap<String, Vec<PortBinding>> = BTreeMap::new();
    for port in &unit.unit.container.ports {
        // An IPv6 address is written in brackets before a port, and without them by itself.
        let address = port.address.trim_matches(['[', ']']).to_owned();
        let binding = PortBinding { address, port: port.host };
        ports.entry(format!("{}/{}", port.container, port.protocol)).or_default().push(binding);
    }
    for port in unit.guest.ports.iter().map(|port| &port.value) {
        let Some(external) = port.external else { continue };
        let inside = format!("{}/{}", port.internal, port.protocol);
        // The unit's own publishing of the same port stands.
        ports
            .entry(inside)
            .or_insert_with(|| vec![PortBinding { address: "0.0.0.0".to_owned(), port: Some(external) }]);
    }
    for bindings in ports.values_mut() {
        bindings.sort();
        bindings.dedup();
    }
    ports
}

fn networks(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    needs: &mut BTreeSet<Address>,
) -> BTreeMap<String, Endpoint> {
    let mut networks = BTreeMap::new();
    for (index, nic) in unit.unit.network.iter().enumerate() {
        let place = index.to_string();
        let refuse = |lowering: &mut Lowering<'_>, field: &str, reason: String, cure: &str| {
            let (path, cure) = (format!("network.{}.{field}", nic.name), cure.to_owned());
            let problem = ValueProblem::Wrong { who: unit.who(), path, reason, cure: Some(cure) };
            lowering.problem_at(unit, &["network"], &[&place, field], problem);
        };
        if nic.bridge.is_some() {
            let reason = "a container does not join a bridge of the host".to_owned();
            refuse(lowering, "bridge", reason, "declare a network with `backend = \"docker\"` and name it");
            continue;
        }
        let own = nic.network.is_none() && nic.address.is_none() && nic.aliases.is_empty();
        if own && (nic.capability == "user" || nic.capability == "default" && !offers_default(lowering)) {
            // The engine's own bridge, which every container without a network is on.
            continue;
        }
        let Some(name) = networks::of_nic(lowering, unit, nic, index, VolumeBackend::Docker) else { continue };
        if let Some(address) = nic.address.as_ref().filter(|a| a.parse::<std::net::Ipv4Addr>().is_err()) {
            refuse(lowering, "address", format!("`{address}` is no IPv4 address"), "write one such as \"172.20.0.10\"");
        }
        needs.insert(Address::new(Kind::DockerNetwork, &name));
        let endpoint = Endpoint { aliases: nic.aliases.clone(), ipv4: nic.address.clone() };
        networks.insert(name, endpoint);
    }
    networks
}

/// Whether a network of Docker's is declared for the capability `default`.
fn offers_default(lowering: &Lowering<'_>) -> bool {
    lowering.manifest.hypervisor.networks.iter().any(|(name, network)| {
        network.backend == VolumeBackend::Docker
            && (name == "default" || network.capabilities.iter().any(|offered| offered == "default"))
    })
}

fn network_mode(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    networks: &BTreeMap<String, Endpoint>,
) -> Option<String> {
    let first = networks.keys().next();
    let Some(mode) = &unit.unit.container.network_mode else { return first.cloned() };
    let published = matches!(mode.as_str(), "host" | "none") && !unit.unit.container.ports.is_empty();
    let reason = if first.is_some() {
        "it has interfaces under `network` as well"
    } else if published {
        "its ports are published as well, which this mode does not do"
    } else {
        return Some(mode.clone());
    };
    let problem = ValueProblem::Wrong {
        who: unit.who(),
        path: "container.networkMode".to_owned(),
        reason: format!("the mode is `{mode}`, and {reason}"),
        cure: Some("remove one of them".to_owned()),
    };
    lowering.problem_at(unit, &["container", "networkMode"], &[], problem);
    Some(mode.clone())
}

fn limits(unit: &ResolvedUnit) -> Limits {
    let (options, capacity) = (&unit.unit.container, cpu::capacity(unit));
    Limits {
        memory: Some(unit.unit.resources.memory.size.0),
        memory_swap: options.memory_swap.map(|size| size.0),
        memory_reservation: options.memory_reservation.map(|size| size.0),
        nano_cpus: Some(capacity.most.nano_cpus()),
        cpu_shares: capacity.weight,
        cpuset: options.cpuset.clone(),
        pids: options.pids_limit,
    }
}

/// A script is the engine's own health check as well, so that `docker ps` shows it.
fn health(unit: &ResolvedUnit) -> Option<ContainerHealth> {
    let options = unit.unit.lifecycle.health_check.as_ref()?;
    let script = options.config.get("script").and_then(serde_json::Value::as_str)?;
    (options.kind == HealthCheckType::Script).then(|| ContainerHealth {
        test: vec!["CMD-SHELL".to_owned(), script.to_owned()],
        interval: Some(options.interval),
        timeout: Some(options.timeout),
        retries: Some(options.retries),
        start_period: Some(options.start_period),
    })
}

fn runtime(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<String> {
    if unit.unit.features.isolation.kind != IsolationType::Kata {
        return None;
    }
    let known = &lowering.settings.host.runtimes;
    if known.is_empty() {
        return Some("kata-runtime".to_owned());
    }
    if let Some(runtime) = known.iter().find(|name| name.contains("kata")) {
        return Some(runtime.clone());
    }
    let known: Vec<&String> = known.iter().collect();
    let problem = GuestProblem::NoKata { unit: unit.name.clone(), known: nearest::quoted(&known) };
    lowering.problem_at(unit, &["features", "isolation", "type"], &[], problem);
    None
}

fn security_options(unit: &ResolvedUnit) -> Vec<String> {
    let mut options = unit.unit.container.security_opt.clone();
    let hardened = unit.unit.features.isolation.security_level == SecurityLevel::Hardened;
    if hardened && !options.iter().any(|option| option.starts_with("no-new-privileges")) {
        options.push("no-new-privileges".to_owned());
    }
    options
}

fn gpus(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<i64> {
    let mut gpus = 0;
    for (index, accelerator) in unit.unit.resources.accelerators.iter().enumerate() {
        let what = match (accelerator.kind, &accelerator.address) {
            (AcceleratorType::Gpu, None) => {
                gpus += i64::from(accelerator.count);
                continue;
            }
            (kind, Some(address)) => format!("the {} at `{address}`", kind.as_str()),
            (kind, None) => format!("a {}", kind.as_str()),
        };
        let problem = GuestProblem::MachineLacks {
            unit: unit.name.clone(),
            what,
            machine: "a container".to_owned(),
            cure: "give it the device's files with `container.devices`, or set `features.isolation.type = \"vm\"`"
                .to_owned(),
        };
        lowering.problem_at(unit, &["resources", "accelerators"], &[&index.to_string()], problem);
    }
    (gpus > 0).then_some(gpus)
}
