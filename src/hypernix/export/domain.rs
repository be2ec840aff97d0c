//! A domain as a unit.

use model::{
    CpuShares,
    spec::{Cpu, Disk, DiskBus, DiskKind, DiskSource, DomainSpec, Firmware, Interface, InterfaceSource},
};
use serde_json::{Value, json};

use super::{Declaration, size::size};

/// The disk that the option `image` stands for.
const ROOT: &str = "root";

pub(super) fn declare(spec: &DomainSpec) -> Declaration {
    let mut unit = Declaration::default();
    unit.set_some("description", spec.description.clone());
    unit.set_some("uuid", spec.uuid.map(|uuid| uuid.to_string()));
    unit.set_filled("labels", &spec.labels);
    unit.set_unless("autostart", json!(spec.autostart.unwrap_or(false)), &json!(true));
    unit.set_group("resources", resources(spec));
    unit.set_group("cpu", cpu(&spec.cpu, spec));
    unit.set_group("boot", boot(spec));
    disks(spec, &mut unit);
    interfaces(spec, &mut unit);
    unit.set_filled("filesystems", &filesystems(spec));
    unit.set_group("console", console(spec));
    unit.set_group("graphics", graphics(spec));
    unit.set_unless("guestAgent", json!(spec.guest_agent.unwrap_or(false)), &json!(false));
    unit.set_unless("tpm", json!(spec.tpm.unwrap_or(false)), &json!(false));
    unit.set_unless("hotplugSlots", json!(spec.hotplug_slots.unwrap_or(0)), &json!(8));
    unit
}

fn resources(spec: &DomainSpec) -> Declaration {
    let mut compute = Declaration::default();
    let shares = shares(spec);
    compute.set_some("units", shares);
    let most = spec.vcpus.maximum.map(|vcpus| vcpus.saturating_mul(100));
    compute.set_some("maxUnits", most.filter(|most| shares.is_some_and(|now| CpuShares(now).vcpus() * 100 < *most)));
    compute.set_some("architecture", spec.arch.clone().filter(|arch| arch != "x86_64"));
    let required: Vec<&String> =
        spec.cpu.features.iter().filter(|(_, policy)| *policy == "require").map(|(name, _)| name).collect();
    compute.set_filled("features", &required);

    let mut memory = Declaration::default();
    memory.set_some("size", spec.memory.current.map(size));
    memory.set_some("maximum", spec.memory.maximum.filter(|most| Some(*most) != spec.memory.current).map(size));
    memory.set_some("hugepages", spec.memory.hugepages.map(size));

    let mut resources = Declaration::default();
    resources.set_group("compute", compute);
    resources.set_group("memory", memory);
    for (name, device) in &spec.host_devices {
        let address = device.address.as_deref().unwrap_or("unknown");
        resources.leave_out(format!("host device {name} at {address}: add it to resources.accelerators with its type"));
    }
    resources
}

/// Hundredths of a vCPU: the vCPUs, or what a quota leaves of them.
fn shares(spec: &DomainSpec) -> Option<u32> {
    let vcpus = spec.vcpus.current.or(spec.vcpus.maximum)?;
    let period = spec.cpu_tune.period_us.filter(|period| *period > 0).unwrap_or(CpuShares::PERIOD_US);
    let whole = u64::from(vcpus) * 100;
    let shares = spec.cpu_tune.quota_us.map_or(whole, |quota| (u64::from(vcpus) * quota * 100).div_ceil(period));
    u32::try_from(shares.min(whole)).ok()
}

fn cpu(cpu: &Cpu, spec: &DomainSpec) -> Declaration {
    let mut group = Declaration::default();
    group.set_some("mode", cpu.mode.clone());
    group.set_some("model", cpu.model.clone());
    group.set_some("sockets", cpu.sockets);
    group.set_some("cores", cpu.cores);
    group.set_some("threads", cpu.threads);
    group.set_filled("pin", &spec.cpu_tune.pins);
    group
}

fn boot(spec: &DomainSpec) -> Declaration {
    let mut group = Declaration::default();
    let path = |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.display().to_string());
    group.set_some("kernel", path(&spec.boot.kernel));
    group.set_some("initrd", path(&spec.boot.initrd));
    group.set_some("cmdline", spec.boot.cmdline.clone());
    match spec.firmware {
        None | Some(Firmware::Bios) => {}
        Some(Firmware::Uefi) => group.set("firmware", json!("uefi")),
        Some(Firmware::UefiSecure) => {
            group.set("firmware", json!("uefi"));
            group.set("secureBoot", json!(true));
        }
    }
    group.set_some("machine", spec.machine.clone());
    group.set_filled("order", &spec.boot.order);
    group
}

fn disks(spec: &DomainSpec, unit: &mut Declaration) {
    let mut storage = Vec::new();
    for (name, disk) in &spec.disks {
        match (&disk.source, disk.device) {
            (Some(DiskSource::Volume(volume)), Some(DiskKind::Disk) | None) if name == ROOT => {
                unit.set("image", json!({ "volume": volume }));
            }
            (Some(DiskSource::Volume(volume)), Some(DiskKind::Disk) | None) => storage.push(entry(name, volume, disk)),
            (source, _) => unit.leave_out(format!("disk {name}: {}", described(source.as_ref()))),
        }
    }
    unit.set_filled("storage", &storage);
}

/// A disk on a volume, which is declared by itself under its name.
fn entry(name: &str, volume: &str, disk: &Disk) -> Value {
    let mut entry = Declaration::default();
    entry.set("name", json!(name));
    entry.set("volume", json!(volume.split_once('/').map_or(volume, |(_, name)| name)));
    entry.set_unless("bus", json!(disk.bus.unwrap_or(DiskBus::Virtio)), &json!(DiskBus::Virtio));
    entry.set_some("cache", disk.cache.clone());
    entry.set_some("discard", disk.discard.clone());
    entry.set_unless("readOnly", json!(disk.read_only.unwrap_or(false)), &json!(false));
    let mut performance = Declaration::default();
    performance.set_some("iops", disk.tune.iops);
    performance.set_some("throughput", disk.tune.throughput.map(size));
    entry.set_group("performance", performance);
    Value::Object(entry.options)
}

fn described(source: Option<&DiskSource>) -> String {
    match source {
        None => "an empty drive".to_owned(),
        Some(DiskSource::Volume(volume)) => format!("a CD-ROM with the volume {volume}"),
        Some(DiskSource::File(path) | DiskSource::Block(path)) => {
            format!("{} is in no storage pool; undeclared, it stays as it is", path.display())
        }
    }
}

fn interfaces(spec: &DomainSpec, unit: &mut Declaration) {
    let mut network = Vec::new();
    for (name, interface) in &spec.interfaces {
        match &interface.source {
            Some(InterfaceSource::Other(kind)) => unit.leave_out(format!("interface {name}: of type {kind}")),
            source => network.push(nic(name, source.as_ref(), interface)),
        }
    }
    unit.set_filled("network", &network);
}

fn nic(name: &str, source: Option<&InterfaceSource>, interface: &Interface) -> Value {
    let mut entry = Declaration::default();
    entry.set("name", json!(name));
    match source {
        Some(InterfaceSource::Network(network)) => entry.set("network", json!(network)),
        Some(InterfaceSource::Bridge(bridge)) => entry.set("bridge", json!(bridge)),
        Some(InterfaceSource::User | InterfaceSource::Other(_)) | None => entry.set("capability", json!("user")),
    }
    entry.set_some("mac", interface.mac.clone());
    entry.set_some("model", interface.model.clone().filter(|model| model != "virtio"));
    entry.set_some("link", (interface.link_up == Some(false)).then_some("down"));
    entry.set_some("bandwidth", interface.bandwidth.map(size));
    Value::Object(entry.options)
}

fn filesystems(spec: &DomainSpec) -> Vec<Value> {
    let filesystems = spec.filesystems.iter();
    filesystems
        .map(|(name, filesystem)| {
            let mut entry = Declaration::default();
            entry.set("name", json!(name));
            entry.set_some("source", filesystem.source.as_ref().map(|path| path.display().to_string()));
            entry.set_some("target", filesystem.target.clone());
            entry.set_unless("driver", json!(filesystem.driver), &json!("9p"));
            entry.set_unless("readOnly", json!(filesystem.read_only.unwrap_or(false)), &json!(false));
            Value::Object(entry.options)
        })
        .collect()
}

fn console(spec: &DomainSpec) -> Declaration {
    let mut group = Declaration::default();
    group.set_unless("log", json!(spec.console.log.is_some()), &json!(true));
    group
}

fn graphics(spec: &DomainSpec) -> Declaration {
    let mut group = Declaration::default();
    if let Some(graphics) = &spec.graphics {
        group.set_some("type", graphics.kind.clone());
        group.set_some("listen", graphics.listen.clone().filter(|address| address != "127.0.0.1"));
    }
    group
}
