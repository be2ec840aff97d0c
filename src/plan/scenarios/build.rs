//! Small worlds.

use expect_test::Expect;
use model::{
    Address, Applied, AppliedRow, Bytes, DeletionPolicy, Desired, DomainFacts, Fingerprint, HostFacts, Kind, Observed,
    ObservedResource, OwnerId, Ownership, PowerState, Resource, Seen, Spec,
    spec::{
        ContainerSpec, Disk, DiskBus, DiskSource, DomainMemory, DomainSpec, Interface, InterfaceSource, Vcpus,
        VolumeFormat, VolumeSpec,
    },
};
use uuid::Uuid;

use crate::{Plan, PlanInput, PlanOptions, Refusal, plan, print};

/// The owner in every test.
pub(crate) const OWNER: OwnerId = OwnerId(Uuid::from_u128(7));

/// A host with a declaration, and what is remembered.
#[derive(Clone, Debug, Default)]
pub(crate) struct World {
    pub(crate) desired: Desired,
    pub(crate) observed: Observed,
    pub(crate) applied: Applied,
    pub(crate) options: PlanOptions,
}

pub(crate) fn domain(name: &str) -> Address {
    Address::new(Kind::Domain, name)
}

pub(crate) fn container(name: &str) -> Address {
    Address::new(Kind::Container, name)
}

/// A domain with two CPUs, 2 GiB, a disk and an interface.
pub(crate) fn web() -> DomainSpec {
    let mut spec = DomainSpec {
        arch: Some("x86_64".into()),
        machine: Some("q35".into()),
        vcpus: Vcpus { current: Some(2), maximum: Some(4) },
        memory: DomainMemory { current: Some(Bytes::gib(2)), maximum: Some(Bytes::gib(4)), ..DomainMemory::default() },
        ..DomainSpec::default()
    };
    spec.disks.insert("root".into(), disk("root"));
    spec.interfaces.insert("lan".into(), interface("lan"));
    spec
}

pub(crate) fn disk(volume: &str) -> Disk {
    Disk {
        source: Some(DiskSource::Volume(format!("default/{volume}"))),
        format: Some("qcow2".into()),
        bus: Some(DiskBus::Virtio),
        ..Disk::default()
    }
}

pub(crate) fn interface(network: &str) -> Interface {
    Interface {
        source: Some(InterfaceSource::Network(network.into())),
        model: Some("virtio".into()),
        ..Interface::default()
    }
}

pub(crate) fn proxy() -> ContainerSpec {
    ContainerSpec { image: "proxy:1".into(), ..ContainerSpec::default() }
}

pub(crate) fn volume(name: &str, size: Bytes) -> VolumeSpec {
    VolumeSpec {
        pool: "default".into(),
        name: name.into(),
        capacity: Some(size),
        format: Some(VolumeFormat::Qcow2),
        ..VolumeSpec::default()
    }
}

/// What a running or stopped object of ours looks like, read back as it was declared.
pub(crate) fn ours(spec: Spec, power: PowerState) -> ObservedResource {
    let hash = spec.hash();
    ObservedResource {
        ownership: Ownership::Ours { spec: Some(hash.clone()), protect: false, deletion: DeletionPolicy::Retain },
        domain: matches!(spec, Spec::Domain(_)).then(|| DomainFacts { free_slots: 4, ..DomainFacts::default() }),
        seen: Seen::Parsed { config: spec, live: None },
        power,
        fingerprint: Fingerprint { config: hash, live: format!("{power:?}") },
        foreign_users: std::collections::BTreeSet::new(),
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let mut world = Self::default();
        world.observed.host = HostFacts { arch: "x86_64".into(), ..HostFacts::default() };
        world.observed.host.machines.insert("x86_64/q35".into(), "pc-q35-7.2".into());
        world.observed.host.machines.insert("x86_64/pc".into(), "pc-i440fx-7.2".into());
        world
    }

    /// Declares a resource.
    pub(crate) fn wants(&mut self, address: &Address, spec: Spec) -> &mut Resource {
        self.desired.resources.entry(address.clone()).or_insert(Resource::new(spec))
    }

    /// Puts a resource of ours there, applied as it is, and declared so.
    pub(crate) fn settled(&mut self, address: &Address, spec: Spec, power: PowerState) -> &mut Self {
        self.wants(address, spec.clone());
        self.remembers(address, spec.clone());
        self.observed.resources.insert(address.clone(), ours(spec, power));
        self
    }

    /// Remembers that a specification was applied.
    pub(crate) fn remembers(&mut self, address: &Address, spec: Spec) -> &mut AppliedRow {
        self.applied.rows.insert(address.clone(), AppliedRow { generation: 1, ..AppliedRow::new(spec) });
        self.applied.rows.get_mut(address).expect("just inserted")
    }

    /// A running domain `web`, applied and declared as [`web`] says.
    pub(crate) fn with_web() -> Self {
        let mut world = Self::new();
        world.settled(&domain("web"), Spec::Domain(web()), PowerState::Running);
        world
    }

    /// A running container `proxy`, applied and declared as [`proxy`] says.
    pub(crate) fn with_proxy() -> Self {
        let mut world = Self::new();
        world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Running);
        world
    }

    /// Changes a domain's declaration.
    pub(crate) fn declare(&mut self, name: &str, change: impl FnOnce(&mut DomainSpec)) -> &mut Resource {
        let resource = self.desired.resources.get_mut(&domain(name)).expect("declared");
        let Spec::Domain(spec) = &mut resource.spec else { panic!("a domain") };
        change(spec);
        resource
    }

    /// Changes a container's declaration.
    pub(crate) fn declare_container(&mut self, name: &str, change: impl FnOnce(&mut ContainerSpec)) -> &mut Resource {
        let resource = self.desired.resources.get_mut(&container(name)).expect("declared");
        let Spec::Container(spec) = &mut resource.spec else { panic!("a container") };
        change(spec);
        resource
    }

    /// Changes what is there, in configuration and running state.
    pub(crate) fn tamper(&mut self, address: &Address, change: impl Fn(&mut Spec)) -> &mut ObservedResource {
        let seen = self.observed.resources.get_mut(address).expect("there");
        let Seen::Parsed { config, live } = &mut seen.seen else { panic!("parsed") };
        change(config);
        if let Some(live) = live {
            change(live);
        }
        seen
    }

    /// Gives a domain a running state that is not its configuration.
    pub(crate) fn runs_as(&mut self, name: &str, change: impl FnOnce(&mut DomainSpec)) -> &mut Self {
        let seen = self.observed.resources.get_mut(&domain(name)).expect("there");
        let Seen::Parsed { config: Spec::Domain(config), live } = &mut seen.seen else { panic!("parsed") };
        let mut running = config.clone();
        change(&mut running);
        *live = Some(Spec::Domain(running));
        self
    }

    pub(crate) fn input(&self) -> PlanInput<'_> {
        PlanInput {
            desired: &self.desired,
            observed: &self.observed,
            applied: &self.applied,
            owner: OWNER,
            options: &self.options,
        }
    }

    pub(crate) fn try_plan(&self) -> Result<Plan, Refusal> {
        plan(&self.input())
    }

    #[track_caller]
    pub(crate) fn plan(&self) -> Plan {
        self.try_plan().unwrap_or_else(|refusal| panic!("refused: {refusal}"))
    }

    /// Compares the printed plan and its steps, or the refusal.
    #[track_caller]
    pub(crate) fn check(&self, expected: Expect) {
        match self.try_plan() {
            Ok(plan) => {
                let text = print::text(&plan, &print::Style::default());
                expected.assert_eq(&format!("{text}{}", steps(&plan)));
            }
            Err(refusal) => expected.assert_eq(&format!("refused: {refusal}\n")),
        }
    }
}

/// The steps, one a line: number, verb, address, fields and what comes before.
pub(crate) fn steps(plan: &Plan) -> String {
    use crate::Action;
    let line = |step: &crate::Step| {
        let more = match &step.action {
            Action::Configure { fields, .. } | Action::ChangeLive { fields, .. } => {
                let fields: Vec<_> = fields.iter().map(ToString::to_string).collect();
                format!(" [{}]", fields.join(", "))
            }
            Action::RunHook { phase, .. } => format!(" {phase:?}"),
            Action::Delete { data } => format!(" {data:?}"),
            _ => String::new(),
        };
        let after: Vec<_> = step.after.iter().map(|id| id.0.to_string()).collect();
        let after = if after.is_empty() { String::new() } else { format!(" after {}", after.join(", ")) };
        format!("  {}. {} {}{more}{after}\n", step.id.0, step.action.verb(), step.address)
    };
    plan.steps.iter().map(line).collect()
}

/// Puts `value` at the place below `whole` that the segments name; `null` takes it out.
pub(crate) fn place(whole: &mut serde_json::Value, segments: &[String], value: &serde_json::Value) {
    let Some((first, rest)) = segments.split_first() else { return };
    if !whole.is_object() {
        *whole = serde_json::json!({});
    }
    let map = whole.as_object_mut().expect("made one above");
    match (rest, value.is_null()) {
        ([], true) => {
            map.remove(first);
        }
        ([], false) => {
            map.insert(first.clone(), value.clone());
        }
        _ => place(map.entry(first.clone()).or_insert_with(|| serde_json::json!({})), rest, value),
    }
}
