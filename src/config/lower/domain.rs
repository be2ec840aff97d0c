//! A VM as a libvirt domain.

use std::collections::{BTreeMap, BTreeSet};

use model::{
    Origin, Spec,
    spec::{Boot, Console, DomainSpec, DomainType, Filesystem, Firmware, Graphics, HostDevice, HostDeviceKind},
    uuid_for,
};
use uuid::Uuid;

use super::{
    Lowering, cpu,
    disks::{self, Disks},
    interfaces::{self, Interfaces},
    machine::{self, Machine},
    seed,
    unit::{Source, address_of, note_ineffective, resource},
};
use crate::{
    compose::ResolvedUnit,
    nearest,
    problem::{GuestProblem, ReferenceProblem, ValueProblem},
    unit::{Architecture, FirmwareKind, GraphicsKind, SecurityLevel},
};

/// Declares the domain of a VM with all that it needs.
pub(super) fn declare(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) {
    let options = &unit.unit;
    let Some(domain_type) = domain_type(lowering, unit) else { return };
    let (machine_name, machine) = machine::of(unit);
    machine::refuse_what_is_lacking(lowering, unit, machine);
    note_ineffective(lowering, unit, "a VM", &["container"]);
    let Disks { mut disks, mut needs, mut sources } = disks::of(lowering, unit);
    let Interfaces { interfaces, needs: networks, sources: more } = interfaces::of(lowering, unit);
    needs.extend(networks);
    sources.extend(more);
    if let Some((path, address)) = seed::declare(lowering, unit) {
        disks.insert(disks::SEED.to_owned(), disks::seed(path, machine));
        needs.insert(address);
    }
    let vcpus = cpu::vcpus(lowering, unit);
    let spec = DomainSpec {
        uuid: uuid(lowering, unit),
        title: None,
        description: (!options.description.is_empty()).then(|| options.description.clone()),
        labels: options.labels.clone(),
        domain_type: Some(domain_type),
        arch: Some(options.resources.compute.architecture.to_string()),
        firmware: firmware(lowering, unit, machine),
        boot: boot(lowering, unit, &disks.keys().chain(interfaces.keys()).map(String::as_str).collect()),
        emulator: None,
        vcpus,
        cpu: cpu::cpu(lowering, unit, domain_type, vcpus),
        cpu_tune: cpu::tune(unit),
        memory: cpu::memory(lowering, unit),
        disks,
        interfaces,
        filesystems: filesystems(lowering, unit),
        host_devices: host_devices(lowering, unit),
        console: Console {
            log: options.console.log.then(|| lowering.state("logs").join(format!("{}.log", unit.name))),
        },
        graphics: graphics(unit),
        guest_agent: options.guest_agent.then_some(true),
        rng: Some(true),
        tpm: options.tpm.then_some(true),
        hotplug_slots: machine.has_root_ports().then_some(options.hotplug_slots),
        autostart: Some(options.autostart),
        machine: Some(machine_name),
    };
    check_bootable(lowering, unit, &spec);
    sources.extend(FIELDS.iter().map(|(prefix, path)| Source::new(*prefix, path)));
    let mut resource = resource(lowering, unit, Spec::Domain(spec), needs, sources);
    let what =
        format!("the host: {}", if domain_type == DomainType::Kvm { "KVM runs it" } else { "KVM does not run it" });
    resource.origins.insert("domainType".to_owned(), Origin::Derived { what });
    lowering.add(address_of(unit), resource, unit.who());
}

/// Which option a part of the specification comes from.
const FIELDS: &[(&str, &str)] = &[
    ("arch", "resources.compute.architecture"),
    ("autostart", "autostart"),
    ("boot", "boot.order"),
    ("boot.cmdline", "boot.cmdline"),
    ("boot.initrd", "boot.initrd"),
    ("boot.kernel", "boot.kernel"),
    ("console", "console.log"),
    ("cpu", "cpu.mode"),
    ("cpu.features", "resources.compute.features"),
    ("cpu.model", "cpu.model"),
    ("cpuTune", "resources.compute.units"),
    ("cpuTune.pins", "cpu.pin"),
    ("description", "description"),
    ("disks.seed", "cloudInit.enable"),
    ("filesystems", "filesystems"),
    ("firmware", "boot.firmware"),
    ("graphics", "graphics.type"),
    ("guestAgent", "guestAgent"),
    ("hostDevices", "resources.accelerators"),
    ("hotplugSlots", "hotplugSlots"),
    ("labels", "labels"),
    ("machine", "boot.machine"),
    ("memory", "resources.memory.size"),
    ("memory.hugepages", "resources.memory.hugepages"),
    ("memory.maximum", "resources.memory.maximum"),
    ("tpm", "tpm"),
    ("uuid", "uuid"),
    ("vcpus", "resources.compute.units"),
    ("vcpus.maximum", "resources.compute.maxUnits"),
];

/// KVM where it runs guests of the architecture, else emulation.
fn domain_type(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<DomainType> {
    let host = &lowering.settings.host;
    let architecture = unit.unit.resources.compute.architecture;
    let path = ["resources", "compute", "architecture"];
    if architecture == Architecture::Wasm {
        lowering.problem_at(unit, &path, &[], GuestProblem::Wasm { unit: unit.name.clone() });
        return None;
    }
    if unit.unit.features.isolation.security_level == SecurityLevel::Confidential {
        let problem = GuestProblem::Confidential { unit: unit.name.clone() };
        lowering.problem_at(unit, &["features", "isolation", "securityLevel"], &[], problem);
    }
    if host.kvm.contains(architecture.as_str()) {
        return Some(DomainType::Kvm);
    }
    if !host.emulated.is_empty() && !host.emulated.contains(architecture.as_str()) {
        let known: Vec<&String> = host.emulated.iter().collect();
        let problem = GuestProblem::NoEmulator {
            unit: unit.name.clone(),
            architecture: architecture.to_string(),
            known: nearest::quoted(&known),
        };
        lowering.problem_at(unit, &path, &[], problem);
        return None;
    }
    if !host.arch.is_empty() {
        lowering.emulated.entry(architecture.to_string()).or_default().push(unit.name.clone());
    }
    Some(DomainType::Qemu)
}

fn uuid(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<Uuid> {
    let text = &unit.unit.uuid;
    if text.is_empty() {
        return Some(uuid_for(lowering.settings.owner, &address_of(unit)));
    }
    let parsed = text.parse::<Uuid>();
    if parsed.is_err() {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: "uuid".to_owned(),
            reason: format!("`{text}` is no UUID"),
            cure: Some("remove it: one is then derived from the name".to_owned()),
        };
        lowering.problem_at(unit, &["uuid"], &[], problem);
    }
    parsed.ok()
}

fn firmware(lowering: &Lowering<'_>, unit: &ResolvedUnit, machine: Machine) -> Option<Firmware> {
    let boot = &unit.unit.boot;
    let by_default = matches!(
        unit.layers.origin(&["boot", "firmware"], &[], &lowering.manifest.positions),
        Some(Origin::OptionDefault) | None
    );
    match (boot.firmware, boot.secure_boot, machine) {
        (_, _, Machine::Microvm) => None,
        (_, true, _) => Some(Firmware::UefiSecure),
        (FirmwareKind::Uefi, false, _) => Some(Firmware::Uefi),
        // These machines have no BIOS: without a kernel they boot through UEFI or not at all.
        (FirmwareKind::Bios, false, Machine::Virt) => (by_default && boot.kernel.is_none()).then_some(Firmware::Uefi),
        (FirmwareKind::Bios, false, _) => Some(Firmware::Bios),
    }
}

fn boot(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, devices: &BTreeSet<&str>) -> Boot {
    let options = &unit.unit.boot;
    for (index, name) in options.order.iter().enumerate().filter(|(_, name)| !devices.contains(name.as_str())) {
        let cure = nearest::cure(name, devices.iter().copied(), "remove it");
        let problem = ReferenceProblem::BootDevice { who: unit.who(), name: name.clone(), cure };
        lowering.problem_at(unit, &["boot", "order"], &[&index.to_string()], problem);
    }
    let mut path = |option: &'static str, path: &Option<std::path::PathBuf>| {
        let at = lowering.place_of(unit, &["boot", option], &[]);
        lowering.absolute(&unit.who(), at.as_ref(), &format!("boot.{option}"), path.as_ref()?)
    };
    let (kernel, initrd) = (path("kernel", &options.kernel), path("initrd", &options.initrd));
    if options.kernel.is_none() && (options.initrd.is_some() || !options.cmdline.is_empty()) {
        let option = if options.initrd.is_some() { "initrd" } else { "cmdline" };
        let problem = ValueProblem::Missing {
            who: unit.who(),
            path: "boot.kernel".to_owned(),
            reason: format!("`boot.{option}` means nothing without it"),
            cure: format!("set it, or remove `boot.{option}`"),
        };
        lowering.problem_at(unit, &["boot", option], &[], problem);
    }
    let cmdline = (!options.cmdline.is_empty()).then(|| options.cmdline.clone());
    Boot { kernel, initrd, cmdline, order: options.order.clone() }
}

/// A VM boots a kernel, a disk, or from the network if its boot order says so.
fn check_bootable(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, spec: &DomainSpec) {
    let options = &unit.unit;
    let from_network = options.boot.order.iter().any(|name| spec.interfaces.contains_key(name));
    if options.image.is_none() && options.boot.kernel.is_none() && options.storage.is_empty() && !from_network {
        let problem = GuestProblem::NothingToBoot { unit: unit.name.clone() };
        lowering.findings.problem(unit.declared_at.as_ref(), problem);
    }
}

fn filesystems(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> BTreeMap<String, Filesystem> {
    let mut shares = BTreeMap::new();
    for (index, share) in unit.unit.filesystems.iter().enumerate() {
        let at = lowering.place_of(unit, &["filesystems"], &[&index.to_string(), "source"]);
        let option = format!("filesystems.{}.source", share.name);
        let filesystem = Filesystem {
            driver: Some(share.driver),
            source: lowering.absolute(&unit.who(), at.as_ref(), &option, &share.source),
            target: Some(share.target.clone()),
            read_only: share.read_only.then_some(true),
        };
        shares.insert(share.name.clone(), filesystem);
    }
    shares
}

fn host_devices(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> BTreeMap<String, HostDevice> {
    let mut devices = BTreeMap::new();
    for (index, accelerator) in unit.unit.resources.accelerators.iter().enumerate() {
        let kind = accelerator.kind.as_str();
        let place = index.to_string();
        let Some(address) = &accelerator.address else {
            let problem = GuestProblem::AcceleratorAddress { unit: unit.name.clone(), kind: kind.to_owned() };
            lowering.problem_at(unit, &["resources", "accelerators"], &[&place], problem);
            continue;
        };
        let device = if address.parse::<Uuid>().is_ok() {
            HostDeviceKind::Mdev
        } else if is_pci(address) {
            HostDeviceKind::Pci
        } else {
            let problem = ValueProblem::Wrong {
                who: unit.who(),
                path: format!("resources.accelerators.{index}.address"),
                reason: format!("`{address}` is neither a PCI address such as \"0000:01:00.0\" nor a UUID"),
                cure: Some("`lspci -D` lists the host's devices".to_owned()),
            };
            lowering.problem_at(unit, &["resources", "accelerators"], &[&place, "address"], problem);
            continue;
        };
        if accelerator.count != 1 {
            let problem = ValueProblem::Wrong {
                who: unit.who(),
                path: format!("resources.accelerators.{index}.count"),
                reason: format!("{} devices cannot be at one address", accelerator.count),
                cure: Some("write one entry for each, with its own `address`".to_owned()),
            };
            lowering.problem_at(unit, &["resources", "accelerators"], &[&place, "count"], problem);
        }
        let device = HostDevice { device: Some(device), address: Some(address.to_lowercase()) };
        devices.insert(format!("{kind}{index}"), device);
    }
    devices
}

/// `domain:bus:slot.function`, all hexadecimal.
fn is_pci(text: &str) -> bool {
    let hex = |part: &str, length: usize| part.len() == length && part.chars().all(|c| c.is_ascii_hexdigit());
    let parts: Vec<&str> = text.split([':', '.']).collect();
    matches!(parts.as_slice(), [domain, bus, slot, function]
        if hex(domain, 4) && hex(bus, 2) && hex(slot, 2) && hex(function, 1))
}

fn graphics(unit: &ResolvedUnit) -> Option<Graphics> {
    let graphics = &unit.unit.graphics;
    let kind = match graphics.kind {
        GraphicsKind::None => return None,
        GraphicsKind::Vnc => "vnc",
        GraphicsKind::Spice => "spice",
    };
    Some(Graphics { kind: Some(kind.to_owned()), listen: Some(graphics.listen.clone()) })
}
