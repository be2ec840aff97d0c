use std::collections::BTreeSet;

use model::{
    Address, Applied, DeletionPolicy, Desired, Fingerprint, Observed, ObservedResource, Ownership, PowerState,
    Resource, Seen, Spec, spec::ContainerSpec,
};

use super::steps;

fn address(name: &str) -> Address {
    format!("container/{name}").parse().expect("an address")
}

fn found(ownership: Ownership, power: PowerState) -> ObservedResource {
    ObservedResource {
        ownership,
        seen: Seen::Unchanged,
        power,
        fingerprint: Fingerprint::default(),
        domain: None,
        foreign_users: BTreeSet::new(),
    }
}

#[test]
fn what_depends_on_another_stops_before_it_and_what_is_not_ours_goes_on() {
    let ours = || Ownership::Ours { spec: None, protect: false, deletion: DeletionPolicy::Retain };
    let resources = [
        (address("app"), found(ours(), PowerState::Running)),
        (address("db"), found(ours(), PowerState::Running)),
        (address("off"), found(ours(), PowerState::Off)),
        (address("theirs"), found(Ownership::Unmanaged, PowerState::Running)),
    ];
    let observed = Observed { resources: resources.into(), ..Observed::default() };
    let mut app = Resource::new(Spec::Container(ContainerSpec::default()));
    app.depends_on.insert(address("db"));
    let db = Resource::new(Spec::Container(ContainerSpec::default()));
    let desired = Desired { resources: [(address("app"), app), (address("db"), db)].into(), notes: Vec::new() };
    let steps = steps(&desired, &observed, &Applied::default());
    let told: Vec<_> = steps
        .iter()
        .map(|step| (step.id.0, step.address.name.as_str(), step.action.verb(), step.after.len()))
        .collect();
    assert_eq!(told, [(1, "app", "stop", 0), (2, "db", "stop", 1)]);
    assert!(steps[1].after.contains(&steps[0].id));
}
