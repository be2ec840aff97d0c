//! What is about to be made, in one line.

use model::{
    Spec,
    spec::{ContainerSpec, DiskSource, DomainSpec, ImageOrigin, InterfaceSource},
};

/// A specification in one line.
pub(super) fn describe(spec: &Spec) -> String {
    let parts = match spec {
        Spec::Domain(spec) => domain(spec),
        Spec::Container(spec) => container(spec),
        Spec::Network(spec) => {
            let address = spec.ipv4.as_ref().and_then(|ipv4| Some((ipv4.address.as_ref()?, ipv4.prefix?)));
            vec![spec.forward.map(word), address.map(|(address, prefix)| format!("{address}/{prefix}"))]
        }
        Spec::DockerNetwork(spec) => vec![
            spec.driver.clone(),
            spec.subnet.as_ref().and_then(|subnet| subnet.cidr.clone()),
            (spec.internal == Some(true)).then(|| "internal".to_owned()),
        ],
        Spec::Pool(spec) => vec![spec.kind.map(word), spec.path.as_ref().map(|path| path.display().to_string())],
        Spec::Image(spec) => vec![spec.origin.as_ref().map(|origin| match origin {
            ImageOrigin::Url(url) => format!("from {url}"),
            ImageOrigin::File(path) => format!("from {}", path.display()),
        })],
        Spec::Volume(spec) => vec![
            spec.capacity.map(|size| size.to_string()),
            spec.format.map(word),
            spec.backing.as_ref().map(|path| format!("over {}", path.display())),
        ],
        Spec::DockerVolume(spec) => vec![spec.driver.clone()],
        Spec::Seed(spec) => vec![Some(spec.path.display().to_string())],
        Spec::File(spec) => vec![Some(spec.path.display().to_string())],
        Spec::ContainerImage(spec) => vec![spec.source.as_ref().map(source)],
    };
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn domain(spec: &DomainSpec) -> Vec<Option<String>> {
    let disks = spec.disks.iter().map(|(name, disk)| match (&disk.source, disk.capacity) {
        (_, Some(size)) => format!("{name} {size}"),
        (Some(DiskSource::Volume(volume)), None) => format!("{name} {volume}"),
        _ => name.clone(),
    });
    let interfaces = spec.interfaces.iter().map(|(name, interface)| match &interface.source {
        Some(InterfaceSource::Network(network)) => format!("{name} on {network}"),
        Some(InterfaceSource::Bridge(bridge)) => format!("{name} on bridge {bridge}"),
        _ => name.clone(),
    });
    vec![
        spec.vcpus.current.map(|n| if n == 1 { "1 vCPU".to_owned() } else { format!("{n} vCPUs") }),
        spec.memory.current.or(spec.memory.maximum).map(|size| size.to_string()),
        named("disk", disks.collect()),
        named("interface", interfaces.collect()),
        spec.arch.clone(),
    ]
}

fn container(spec: &ContainerSpec) -> Vec<Option<String>> {
    let ports = spec.ports.iter().flat_map(|(inside, bindings)| {
        bindings.iter().map(move |binding| match binding.port {
            Some(port) => format!("{port}:{inside}"),
            None => inside.clone(),
        })
    });
    vec![
        Some(format!("of {}", spec.image)),
        spec.limits.memory.map(|size| size.to_string()),
        named("port", ports.collect()),
        named("network", spec.networks.keys().cloned().collect()),
    ]
}

fn source(source: &model::spec::ContainerImageSource) -> String {
    use model::spec::ContainerImageSource as Source;
    match source {
        Source::Pull(_) => "from its registry".to_owned(),
        Source::Archive(path) | Source::Rootfs(path) => format!("from {}", path.display()),
    }
}

/// `disk root` or `disks data, root`.
fn named(noun: &str, names: Vec<String>) -> Option<String> {
    let plural = if names.len() == 1 { "" } else { "s" };
    (!names.is_empty()).then(|| format!("{noun}{plural} {}", names.join(", ")))
}

/// An enumeration's word, as specifications spell it.
fn word(value: impl serde::Serialize) -> String {
    serde_json::to_value(value).ok().and_then(|value| Some(value.as_str()?.to_owned())).unwrap_or_default()
}
