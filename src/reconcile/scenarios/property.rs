//! Whatever is declared, and whatever is there: after an apply nothing is left to do, a second one writes nothing,
//! and no data goes without the word.

use std::collections::BTreeSet;

use driver::fake::{Side, World};
use model::{Address, Bytes, DeletionPolicy, DriftPolicy, Kind, OnChange, OwnerId, Power, PowerState, Span, Spec};
use plan::{Action, Data, Destroy, PlanOptions, Prune};
use proptest::{collection::vec, prelude::*, test_runner::FileFailurePersistence};
use serde_json::json;

use super::{
    bench::Bench,
    build::{House, address, bind, disk},
};
use crate::{ApplyOptions, PlanningError, RunResult};

const UNITS: [&str; 4] = ["web", "db", "mail", "ci"];
/// What a change may cost.
const POLICIES: &[OnChange] = &[OnChange::LiveOrStage, OnChange::RestartIfNeeded, OnChange::Never];
const IMAGES: [&str; 2] = ["proxy:1", "proxy:2"];

/// A declared unit.
#[derive(Clone, Debug)]
struct Unit {
    container: bool,
    runs: bool,
    size: u8,
    vcpus: u32,
    title: Option<u8>,
    extra_disk: bool,
    nics: u8,
    image: usize,
    env: u8,
    on_change: OnChange,
    drift: DriftPolicy,
    hook: bool,
}

/// A whole declaration: each unit is there or not.
#[derive(Clone, Debug)]
struct Wish {
    units: [Option<Unit>; 4],
    root_gib: u64,
    deletion: DeletionPolicy,
    file: Option<u8>,
}

/// What somebody does behind our back.
#[derive(Clone, Copy, Debug)]
enum Meddling {
    StopUnit(usize),
    PauseUnit(usize),
    RemoveUnit(usize),
    SetMemory(usize, Side, u8),
    DropDisk(usize, Side),
    Retitle(usize, Side),
    LimitContainer(usize, u8),
    StopNetwork,
    MakeByHand(usize),
}

fn unit() -> impl Strategy<Value = Unit> {
    let shape = (any::<bool>(), any::<bool>(), 1..4u8, 1..5u32, proptest::option::of(0..3u8), any::<bool>());
    let on_change = proptest::sample::select(POLICIES);
    let drift = prop_oneof![Just(DriftPolicy::Revert), Just(DriftPolicy::Report), Just(DriftPolicy::Adopt)];
    let rest = (0..3u8, 0..IMAGES.len(), 0..3u8, on_change, drift, any::<bool>());
    (shape, rest).prop_map(|((container, runs, size, vcpus, title, extra_disk), rest)| {
        let (nics, image, env, on_change, drift, hook) = rest;
        Unit { container, runs, size, vcpus, title, extra_disk, nics, image, env, on_change, drift, hook }
    })
}

fn wish() -> impl Strategy<Value = Wish> {
    let deletion = prop_oneof![Just(DeletionPolicy::Retain), Just(DeletionPolicy::Delete)];
    let some = || proptest::option::weighted(0.7, unit());
    let units = (some(), some(), some(), some());
    (units, 10..13u64, deletion, proptest::option::of(0..3u8))
        .prop_map(|((a, b, c, d), root_gib, deletion, file)| Wish { units: [a, b, c, d], root_gib, deletion, file })
}

fn meddling() -> impl Strategy<Value = Meddling> {
    let unit = 0..UNITS.len();
    let side = || prop_oneof![Just(Side::Config), Just(Side::Live)];
    prop_oneof![
        unit.clone().prop_map(Meddling::StopUnit),
        unit.clone().prop_map(Meddling::PauseUnit),
        unit.clone().prop_map(Meddling::RemoveUnit),
        (unit.clone(), side(), 1..4u8).prop_map(|(unit, side, size)| Meddling::SetMemory(unit, side, size)),
        (unit.clone(), side()).prop_map(|(unit, side)| Meddling::DropDisk(unit, side)),
        (unit.clone(), side()).prop_map(|(unit, side)| Meddling::Retitle(unit, side)),
        (unit.clone(), 1..4u8).prop_map(|(unit, size)| Meddling::LimitContainer(unit, size)),
        Just(Meddling::StopNetwork),
        unit.prop_map(Meddling::MakeByHand),
    ]
}

impl Wish {
    fn house(&self, owner: OwnerId, nth: u32) -> House {
        let mut house = House::of(owner);
        house.add("pool/default", Spec::Pool(Default::default()));
        house.add("network/lan", Spec::Network(Default::default()));
        house.add("docker-network/front", Spec::DockerNetwork(Default::default()));
        // Volumes are never shrunk, so wishes only grow.
        house.volume("default/root", 4 * u64::from(nth) + self.root_gib);
        for image in IMAGES {
            house.image(image);
        }
        if let Some(content) = self.file {
            house.file("motd", &content.to_string());
        }
        for (name, unit) in UNITS.into_iter().zip(&self.units) {
            if let Some(unit) = unit {
                unit.furnish(&mut house, name, self);
            }
        }
        house
    }
}

impl Unit {
    fn furnish(&self, house: &mut House, name: &str, wish: &Wish) {
        let resource = if self.container {
            let resource = house.container(name, IMAGES[self.image]);
            let Spec::Container(spec) = &mut resource.spec else { unreachable!("it is a container") };
            spec.limits.memory = Some(Bytes::mib(64 * u64::from(self.size)));
            spec.env.insert("LEVEL".into(), self.env.to_string());
            if wish.file.is_some() {
                spec.mounts.insert("/etc/motd".into(), bind("/files/motd"));
            }
            resource
        } else {
            let data = format!("default/{name}-data");
            if self.extra_disk {
                let volume = house.volume(&data, 1);
                // What an earlier wish let go of may come back.
                volume.policy.deletion = wish.deletion;
            }
            let resource = house.domain(name);
            let Spec::Domain(spec) = &mut resource.spec else { unreachable!("it is a domain") };
            spec.disks.clear();
            if self.extra_disk {
                spec.disks.insert("data".into(), disk(&data));
            }
            spec.memory.current = Some(Bytes::gib(u64::from(self.size)));
            spec.vcpus.current = Some(self.vcpus);
            spec.title = self.title.map(|title| format!("Title {title}"));
            let nic = spec.interfaces.remove("lan").expect("it has one");
            for at in 0..self.nics {
                let nic = model::spec::Interface { mac: None, ..nic.clone() };
                spec.interfaces.insert(format!("nic{at}"), nic);
            }
            resource
        };
        resource.power = if self.runs { Power::Running } else { Power::Stopped };
        resource.policy.on_change = self.on_change;
        resource.policy.drift = self.drift;
        resource.policy.deletion = wish.deletion;
        resource.policy.prune_grace = Span::seconds(0);
        if self.hook {
            resource.hooks.pre_start = "true".into();
        }
    }
}

impl Meddling {
    fn meddle(self, world: &mut World, house: &House) {
        let of = |unit: usize, kind: Kind| Address::new(kind, UNITS[unit]);
        match self {
            Self::StopUnit(unit) => power(world, &of(unit, Kind::Domain), PowerState::Off),
            Self::PauseUnit(unit) => power(world, &of(unit, Kind::Container), PowerState::Paused),
            Self::RemoveUnit(unit) => {
                world.objects.remove(&of(unit, Kind::Domain));
                world.objects.remove(&of(unit, Kind::Container));
            }
            Self::SetMemory(unit, side, size) => {
                let size = json!(Bytes::gib(u64::from(size)).get());
                set(world, &of(unit, Kind::Domain), side, "memory.current", Some(size));
            }
            Self::DropDisk(unit, side) => set(world, &of(unit, Kind::Domain), side, "disks.data", None),
            Self::Retitle(unit, side) => {
                set(world, &of(unit, Kind::Domain), side, "title", Some(json!("theirs")));
            }
            Self::LimitContainer(unit, size) => {
                let size = json!(Bytes::mib(100 * u64::from(size)).get());
                set(world, &of(unit, Kind::Container), Side::Config, "limits.memory", Some(size));
            }
            Self::StopNetwork => power(world, &address("network/lan"), PowerState::Off),
            Self::MakeByHand(unit) => {
                let spec = Spec::Domain(Default::default());
                let handmade = Address::new(Kind::Domain, format!("{}-by-hand", UNITS[unit]));
                if !house.desired.resources.contains_key(&handmade) && !world.objects.contains_key(&handmade) {
                    world.make_by_hand(handmade, spec, PowerState::Running);
                }
            }
        }
    }
}

fn power(world: &mut World, address: &Address, power: PowerState) {
    if let Some(object) = world.objects.get_mut(address)
        && object.power == PowerState::Running
    {
        object.power = power;
        if power == PowerState::Off {
            object.live = None;
        }
    }
}

fn set(world: &mut World, address: &Address, side: Side, path: &str, value: Option<serde_json::Value>) {
    let there = world.objects.get(address).is_some_and(|object| side == Side::Config || object.live.is_some());
    if there {
        world.set(address, side, path, value);
    }
}

/// Applies a wish as somebody would who has read the plan; says whether it was applied.
async fn apply(bench: &Bench, house: &House, options: PlanOptions) -> Result<(), TestCaseError> {
    let reconciler = bench.reconciler();
    let planned = match reconciler.plan(&house.desired, &options).await {
        Ok(planned) => planned,
        Err(PlanningError::Refused(refusal)) => {
            let agreed = refusal.errors.iter().find_map(|error| match error {
                plan::PlanError::TooManyPruned { hash, .. } => Some(hash.clone()),
                _ => None,
            });
            prop_assert!(agreed.is_some(), "{refusal}");
            let options = PlanOptions { allow_prune: agreed, ..options.clone() };
            reconciler.plan(&house.desired, &options).await.map_err(|error| TestCaseError::fail(error.to_string()))?
        }
        Err(error) => return Err(TestCaseError::fail(error.to_string())),
    };
    let destroys =
        planned.plan.steps.iter().any(|step| {
            matches!(step.action, Action::Delete { data: Data::Destroy }) && step.address.kind == Kind::Volume
        });
    prop_assert!(!destroys || options.destroy == Destroy::Allow, "destroys without the word");
    let again = reconciler.plan(&house.desired, &planned.options).await.expect("planned before");
    let bytes = |planned: &crate::Planned| serde_json::to_vec(&planned.plan).expect("serialises");
    prop_assert_eq!(bytes(&again), bytes(&planned), "the same world gives the same plan, byte for byte");

    let report = reconciler.apply(&planned, &house.desired, &ApplyOptions::default(), None).await.expect("applied");
    prop_assert!(report.is_success(), "{}", report);
    Ok(())
}

/// Nothing is left to do, and doing it writes nothing.
async fn expect_settled(bench: &Bench, house: &House, options: &PlanOptions) -> Result<(), TestCaseError> {
    let reconciler = bench.reconciler();
    let writes = bench.calls().writes;
    let planned = reconciler.plan(&house.desired, options).await;
    let planned = planned.map_err(|error| TestCaseError::fail(error.to_string()))?;
    prop_assert!(planned.plan.is_empty(), "left to do: {:#?}", planned.plan.changes);
    let report = reconciler.apply(&planned, &house.desired, &ApplyOptions::default(), None).await.expect("applied");
    prop_assert_eq!(report.result, RunResult::Nothing);
    prop_assert_eq!(bench.calls().writes, writes);
    Ok(())
}

async fn live_through(wishes: &[(Wish, Vec<Meddling>)], destroy: Destroy) -> Result<(), TestCaseError> {
    let bench = Bench::new();
    let options = PlanOptions { prune: Prune::Now, destroy, ..PlanOptions::default() };
    let mut volumes: BTreeSet<Address> = BTreeSet::new();
    for (nth, (wish, meddlings)) in (0..).zip(wishes) {
        let house = wish.house(bench.owner(), nth);
        apply(&bench, &house, options.clone()).await?;
        expect_settled(&bench, &house, &options).await?;
        let world = bench.host.world();
        let there = |kind: Kind| world.objects.keys().filter(move |address| address.kind == kind).cloned();
        volumes.extend(there(Kind::Volume));
        if destroy == Destroy::Refuse {
            let kept = there(Kind::Volume).collect::<BTreeSet<_>>();
            prop_assert!(volumes.is_subset(&kept), "volumes are gone without the word");
        }
        let handmade = world.objects.iter().filter(|(address, _)| address.name.ends_with("-by-hand"));
        prop_assert!(handmade.clone().all(|(_, object)| object.mark.is_none() && object.starts == 1));
        bench.host.edit(|world| meddlings.iter().for_each(|meddling| meddling.meddle(world, &house)));
        apply(&bench, &house, options.clone()).await?;
        expect_settled(&bench, &house, &options).await?;
    }
    Ok(())
}

fn run(destroy: Destroy, wishes: &[(Wish, Vec<Meddling>)]) -> Result<(), TestCaseError> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(live_through(wishes, destroy))
}

/// Found by chance: a new mark is written into a unit of which nothing may change, and no more than that.
#[test]
fn a_volume_that_a_frozen_unit_never_got_goes_at_once() {
    let unit = |nics, extra_disk, on_change| Unit {
        container: false,
        runs: false,
        size: 1,
        vcpus: 1,
        title: None,
        extra_disk,
        nics,
        image: 0,
        env: 0,
        on_change,
        drift: DriftPolicy::Revert,
        hook: false,
    };
    let wish = |unit, deletion| {
        (Wish { units: [Some(unit), None, None, None], root_gib: 10, deletion, file: None }, Vec::new())
    };
    let wishes = [
        wish(unit(1, false, OnChange::LiveOrStage), DeletionPolicy::Retain),
        wish(unit(0, true, OnChange::Never), DeletionPolicy::Delete),
        wish(unit(0, false, OnChange::LiveOrStage), DeletionPolicy::Retain),
    ];
    run(Destroy::Allow, &wishes).expect("all is done by the first apply");
}

proptest! {
    #![proptest_config(ProptestConfig {
        // A case is a short life of a whole host; `PROPTEST_CASES` asks for more of them.
        cases: ProptestConfig::default().cases / 8,
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    })]

    #[test]
    fn after_an_apply_nothing_is_left_to_do(wishes in vec((wish(), vec(meddling(), 0..6)), 1..4)) {
        run(Destroy::Refuse, &wishes)?;
    }

    #[test]
    fn also_where_data_may_be_destroyed(wishes in vec((wish(), vec(meddling(), 0..6)), 1..4)) {
        run(Destroy::Allow, &wishes)?;
    }
}
