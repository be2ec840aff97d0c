//! What holds for every world: worlds are made by a few random deeds of an owner, an intruder and time.

use model::{
    Address, Bytes, DeletionPolicy, DriftPolicy, Kind, OnChange, Ownership, Power, PowerState, Seen, Span, Spec,
    spec::{
        ContainerImageSource, ContainerImageSpec, DockerNetworkSpec, DockerVolumeSpec, FileSpec, ImageSpec,
        NetworkSpec, PoolSpec, PullPolicy, SeedSpec,
    },
};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    build::{World, container, domain, place, proxy, volume, web},
    simulate::simulate,
};
use crate::{Action, Data, Destroy, PendingRestart, Plan, Prune};

/// What somebody does to a world: which deed, to which resource, how.
type Deed = (u8, u8, u8);

fn addresses() -> Vec<(Address, Spec)> {
    let image = ContainerImageSpec {
        reference: "proxy:1".into(),
        source: Some(ContainerImageSource::Pull(PullPolicy::Missing)),
        ..ContainerImageSpec::default()
    };
    let at = Address::new;
    let mut linked = proxy();
    linked.networks.insert("front".into(), model::spec::Endpoint::default());
    let mut over = volume("root", Bytes::gib(10));
    over.backing = Some("/images/debian".into());
    vec![
        (domain("web"), Spec::Domain(web())),
        (domain("db"), Spec::Domain(web())),
        (container("proxy"), Spec::Container(linked)),
        (container("app"), Spec::Container(proxy())),
        (at(Kind::Network, "lan"), Spec::Network(NetworkSpec::default())),
        (at(Kind::Pool, "default"), Spec::Pool(PoolSpec::default())),
        (at(Kind::Volume, "default/root"), Spec::Volume(over)),
        (at(Kind::DockerNetwork, "front"), Spec::DockerNetwork(DockerNetworkSpec::default())),
        (at(Kind::DockerVolume, "data"), Spec::DockerVolume(DockerVolumeSpec::default())),
        (at(Kind::Image, "debian"), Spec::Image(ImageSpec { path: "/images/debian".into(), ..Default::default() })),
        (at(Kind::Seed, "web"), Spec::Seed(SeedSpec { path: "/seeds/a".into(), ..Default::default() })),
        (at(Kind::File, "conf"), Spec::File(FileSpec { path: "/files/a".into(), ..Default::default() })),
        (at(Kind::ContainerImage, "proxy:1"), Spec::ContainerImage(image)),
    ]
}

/// Values that a field of a kind may be given, by the tables' classes.
fn variations(kind: Kind) -> Vec<(&'static str, Value)> {
    match kind {
        Kind::Domain => vec![
            ("title", json!("a")),
            ("title", json!("b")),
            ("title", json!(null)),
            ("vcpus.current", json!(3)),
            ("vcpus.current", json!(1)),
            ("vcpus.maximum", json!(8)),
            ("memory.current", json!(3_u64 << 30)),
            ("memory.maximum", json!(8_u64 << 30)),
            ("cpu.model", json!("EPYC")),
            ("cpu.model", json!(null)),
            ("machine", json!("pc-q35-6.2")),
            ("machine", json!("pc")),
            ("disks.data", json!({ "bus": "virtio", "source": { "volume": "default/root" } })),
            ("disks.data", json!({ "bus": "sata", "source": { "file": "/seeds/a" } })),
            ("disks.data", json!(null)),
            ("disks.root.cache", json!("none")),
            ("disks.root.capacity", json!(20_u64 << 30)),
            ("interfaces.wan", json!({ "source": "user" })),
            ("interfaces.lan.linkUp", json!(false)),
            ("interfaces.lan.source", json!({ "bridge": "br0" })),
            ("interfaces.lan.mac", json!("52:54:00:AA:00:01")),
            ("rng", json!(true)),
            ("autostart", json!(true)),
            ("domainType", json!("kvm")),
            ("hotplugSlots", json!(4)),
        ],
        Kind::Container => vec![
            ("env.MODE", json!("fast")),
            ("env.MODE", json!(null)),
            ("limits.memory", json!(256 << 20)),
            ("limits.memory", json!(null)),
            ("limits.cpuset", json!("0,1,2")),
            ("networks.back", json!({})),
            ("networks.front", json!(null)),
            ("restart.name", json!("always")),
            ("privileged", json!(false)),
            ("ports.\"80/tcp\"", json!([{ "address": "0.0.0.0", "port": 8080 }])),
            ("mounts.\"/conf\"", json!({ "type": "bind", "source": "/files/a" })),
            ("image", json!("other:1")),
        ],
        Kind::Network => vec![
            ("bridge", json!("virbr8")),
            ("autostart", json!(true)),
            ("dnsHosts.\"10.0.0.1\"", json!(["a"])),
            ("ipv4.dhcpHosts.web", json!({ "mac": "52:54:00:00:00:01", "address": "10.0.0.5" })),
        ],
        Kind::Pool => vec![("autostart", json!(true)), ("path", json!("/elsewhere"))],
        Kind::Volume => vec![
            ("capacity", json!(20_u64 << 30)),
            ("capacity", json!(5_u64 << 30)),
            ("capacity", json!(null)),
            ("format", json!("raw")),
        ],
        Kind::DockerNetwork => vec![("internal", json!(true)), ("options.mtu", json!("1400"))],
        Kind::DockerVolume => vec![("driver", json!("nfs"))],
        Kind::Image => vec![("sha256", json!("aa".repeat(32))), ("origin", json!({ "file": "/x" }))],
        Kind::Seed => vec![("userData", json!("a\n")), ("path", json!("/seeds/b"))],
        Kind::File => vec![("content", json!("a\n")), ("mode", json!("0600"))],
        Kind::ContainerImage => vec![("archiveSha256", json!("aa".repeat(32))), ("source", json!({ "pull": "never" }))],
    }
}

fn vary(spec: &mut Spec, n: u8) {
    let variations = variations(spec.kind());
    let (path, value) = &variations[usize::from(n) % variations.len()];
    let mut text = serde_json::to_value(&*spec).expect("serialises");
    place(&mut text["spec"], &model::FieldPath::from(*path).segments(), value);
    *spec = serde_json::from_value(text).expect("varied specifications parse");
}

/// The host, settled, after these deeds.
fn world(deeds: &[Deed]) -> World {
    let all = addresses();
    let mut world = World::new();
    for (address, spec) in &all {
        let active = !matches!(address.kind, Kind::Volume | Kind::DockerVolume | Kind::Image | Kind::Seed | Kind::File);
        let power = if active { PowerState::Running } else { PowerState::Off };
        world.settled(address, spec.clone(), power);
    }
    for (deed, whom, how) in deeds {
        let (address, spec) = &all[usize::from(*whom) % all.len()];
        act(&mut world, *deed, address, spec, *how);
    }
    world
}

fn act(world: &mut World, deed: u8, address: &Address, spec: &Spec, how: u8) {
    let policy_of = |world: &mut World, change: &dyn Fn(&mut model::Policy)| {
        if let Some(resource) = world.desired.resources.get_mut(address) {
            change(&mut resource.policy);
        }
        if let Some(row) = world.applied.rows.get_mut(address).filter(|_| how.is_multiple_of(3)) {
            change(&mut row.policy);
        }
    };
    match deed % 20 {
        0..=3 => {
            world.wants(address, spec.clone());
            vary(&mut world.desired.resources.get_mut(address).expect("declared").spec, how);
        }
        4 | 5 => {
            if let Some(Seen::Parsed { config, .. }) = world.observed.resources.get_mut(address).map(|s| &mut s.seen) {
                vary(config, how);
            }
        }
        6 => {
            let seen = world.observed.resources.get_mut(address).map(|seen| &mut seen.seen);
            if let Some(Seen::Parsed { config: config @ Spec::Domain(_), live }) = seen {
                vary(live.get_or_insert_with(|| config.clone()), how);
            }
        }
        7 => drop(world.desired.resources.remove(address)),
        8 => drop(world.observed.resources.remove(address)),
        9 => drop(world.applied.rows.remove(address)),
        10 => {
            if let Some(seen) = world.observed.resources.get_mut(address).filter(|_| address.kind.is_unit()) {
                seen.power = [PowerState::Off, PowerState::Paused, PowerState::Crashed, PowerState::Stopping]
                    [usize::from(how) % 4];
            }
        }
        11 => {
            if let Some(resource) = world.desired.resources.get_mut(address).filter(|_| address.kind.is_unit()) {
                resource.power = Power::Stopped;
            }
        }
        12 => policy_of(world, &|policy| {
            policy.on_change = [OnChange::RestartIfNeeded, OnChange::Never, OnChange::Live, OnChange::LiveOrStage]
                [usize::from(how) % 4];
        }),
        13 => policy_of(world, &|policy| {
            policy.drift = [DriftPolicy::Report, DriftPolicy::Adopt, DriftPolicy::Revert][usize::from(how) % 3];
        }),
        14 => policy_of(world, &|policy| {
            policy.deletion = if how.is_multiple_of(2) { DeletionPolicy::Delete } else { DeletionPolicy::Retain };
            policy.prune_grace = Span::seconds(u64::from(how));
        }),
        15 => policy_of(world, &|policy| policy.protect = how.is_multiple_of(2)),
        16 => {
            if let Some(seen) = world.observed.resources.get_mut(address) {
                seen.ownership = Ownership::Unmanaged;
                world.applied.rows.remove(address);
            }
            policy_of(world, &|policy| policy.adopt = !how.is_multiple_of(4));
        }
        17 => {
            if let Some(resource) = world.desired.resources.remove(address).filter(|_| address.kind.is_unit()) {
                let mut renamed = resource;
                renamed.previous_names.push(address.name.parse().expect("a name"));
                world.desired.resources.insert(Address::new(address.kind, format!("{}2", address.name)), renamed);
            }
        }
        18 => match how % 3 {
            0 => world.options.prune = Prune::Now,
            1 => world.options.destroy = Destroy::Allow,
            _ => world.options.pending = PendingRestart::Restart,
        },
        _ => {
            if let Some(seen) = world.observed.resources.get_mut(address) {
                seen.foreign_users.insert("domain/homeassistant".into());
            }
        }
    }
}

/// The plan, with every number of removals agreed to; `None` where it is refused for another reason.
fn agreed(world: &mut World) -> Option<Plan> {
    world.options.allow_prune = world.try_plan().err().map(|refusal| refusal.plan.hash());
    world.try_plan().ok()
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    proptest::collection::vec(any::<Deed>(), 0..14)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_plan_after_its_plan_is_carried_out_is_empty(deeds in deeds()) {
        let mut world = world(&deeds);
        let Some(plan) = agreed(&mut world) else { return Ok(()) };
        let mut after = simulate(&plan, &world);
        let second = agreed(&mut after);
        let second = second.unwrap_or_else(|| panic!("the second plan is refused: {:?}", after.try_plan()));
        prop_assert!(
            second.is_empty(),
            "first:\n{}{}second:\n{}{}",
            crate::print::text(&plan, &Default::default()), super::build::steps(&plan),
            crate::print::text(&second, &Default::default()), super::build::steps(&second)
        );
    }

    #[test]
    fn the_same_world_gives_the_same_bytes(deeds in deeds()) {
        let bytes = |world: &World| match world.try_plan() {
            Ok(plan) => serde_json::to_string(&plan).expect("serialises"),
            Err(refusal) => format!("{refusal}\n{}", serde_json::to_string(&refusal.plan).expect("serialises")),
        };
        prop_assert_eq!(bytes(&world(&deeds)), bytes(&world(&deeds)));
    }

    #[test]
    fn nothing_is_destroyed_without_the_word(deeds in deeds()) {
        let mut world = world(&deeds);
        world.options.destroy = Destroy::Refuse;
        let plan = world.try_plan().unwrap_or_else(|refusal| *refusal.plan);
        let destroys = |action: &Action| matches!(action, Action::Delete { data: Data::Destroy });
        prop_assert!(!plan.steps.iter().any(|step| destroys(&step.action)));
        prop_assert_eq!(plan.summary.destroyed, 0);
    }

    #[test]
    fn what_is_not_ours_is_touched_only_where_it_is_to_be_adopted(deeds in deeds()) {
        let world = world(&deeds);
        let plan = world.try_plan().unwrap_or_else(|refusal| *refusal.plan);
        for step in &plan.steps {
            let foreign = world.observed.resources.get(&step.address).is_some_and(|s| s.ownership == Ownership::Unmanaged);
            let adopts = world.desired.resources.get(&step.address).is_some_and(|resource| resource.policy.adopt);
            let our_folder = matches!(step.address.kind, Kind::Image | Kind::Seed | Kind::File | Kind::ContainerImage);
            prop_assert!(!foreign || adopts || our_folder, "{:?}", step);
        }
    }

    #[test]
    fn every_step_comes_after_what_it_waits_for_and_no_edge_is_superfluous(deeds in deeds()) {
        let world = world(&deeds);
        let plan = world.try_plan().unwrap_or_else(|refusal| *refusal.plan);
        let mut behind: Vec<std::collections::BTreeSet<u32>> = vec![Default::default()];
        for (at, step) in plan.steps.iter().enumerate() {
            prop_assert_eq!(step.id.0 as usize, at + 1);
            prop_assert!(step.after.iter().all(|earlier| earlier < &step.id));
            for earlier in &step.after {
                let others = step.after.iter().filter(|other| *other != earlier);
                let implied = others.into_iter().any(|other| behind[other.0 as usize].contains(&earlier.0));
                prop_assert!(!implied, "step {} need not wait for {} itself", step.id.0, earlier.0);
            }
            let mut all: std::collections::BTreeSet<u32> = step.after.iter().map(|id| id.0).collect();
            for earlier in &step.after {
                all.extend(behind[earlier.0 as usize].clone());
            }
            behind.push(all);
        }
    }
}
