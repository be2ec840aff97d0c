use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use model::{Address, Desired, DriftPolicy, OnChange, Resource, Spec, spec::ContainerSpec};
use plan::{Effect, Plan, ResourceChange, StepId, Verb};

use super::{Deviation, Healer, deviations};

fn address(name: &str) -> Address {
    format!("container/{name}").parse().expect("an address")
}

fn change(name: &str, verb: Verb, steps: u32) -> ResourceChange {
    ResourceChange {
        address: address(name),
        verb,
        effect: Effect::Live,
        fields: Vec::new(),
        why: None,
        declared_at: None,
        steps: (1..=steps).map(StepId).collect(),
        estimate_ms: 0,
    }
}

fn desired(names: &[(&str, DriftPolicy)]) -> Desired {
    let resources = names.iter().map(|(name, drift)| {
        let mut resource = Resource::new(Spec::Container(ContainerSpec::default()));
        resource.policy.drift = *drift;
        (address(name), resource)
    });
    Desired { resources: resources.collect(), notes: Vec::new() }
}

fn healing(name: &str) -> Deviation {
    Deviation {
        address: address(name),
        verb: Verb::Drift,
        fields: Vec::new(),
        why: None,
        policy: DriftPolicy::Revert,
        heals: true,
    }
}

#[test]
fn policy_says_what_heals_and_what_is_only_shown() {
    let changes = vec![
        change("healed", Verb::Drift, 1),
        change("reported", Verb::Drift, 0),
        change("adopted", Verb::Drift, 0),
        change("stopped-by-hand", Verb::Start, 1),
        change("crashed", Verb::Start, 1),
        change("waits", Verb::Pending, 0),
        change("unknown", Verb::Create, 1),
        change("frozen", Verb::Create, 1),
    ];
    let plan = Plan { changes, ..Plan::default() };
    let mut desired = desired(&[
        ("healed", DriftPolicy::Revert),
        ("reported", DriftPolicy::Report),
        ("adopted", DriftPolicy::Adopt),
        ("crashed", DriftPolicy::Revert),
        ("waits", DriftPolicy::Revert),
        ("frozen", DriftPolicy::Revert),
    ]);
    desired.resources.get_mut(&address("frozen")).expect("it is declared").policy.on_change = OnChange::Never;
    let found = deviations(&plan, &desired);
    let found: Vec<_> = found.iter().map(|found| (found.address.name.as_str(), found.heals)).collect();
    assert_eq!(found, [("healed", true), ("reported", false), ("crashed", true), ("frozen", false)]);
}

#[test]
fn what_keeps_drifting_is_put_right_ever_more_rarely() {
    let (mut healer, deviation) = (Healer::default(), [healing("web")]);
    let mut now = Timestamp::UNIX_EPOCH;
    let (mut healed, end) = (0, now + SignedDuration::from_hours(1));
    while now < end {
        let due = healer.due(&deviation, now);
        if !due.is_empty() {
            healer.begin(&due, now);
            healed += 1;
        }
        now += SignedDuration::from_millis(100);
    }
    // 1 + 2 + 4 + … + 256 s, then every five minutes.
    assert_eq!(healed, 9 + 1 + 10);
}

#[test]
fn quiet_makes_it_be_forgotten_and_a_word_too() {
    let (mut healer, now) = (Healer::default(), Timestamp::UNIX_EPOCH);
    let web = BTreeSet::from([address("web")]);
    (0..5).for_each(|_| healer.begin(&web, now));
    assert_eq!(healer.tries(&address("web")).map(|tries| tries.number), Some(5));
    assert!(healer.due(&[healing("web")], now).is_empty());
    healer.begin(&web, now + SignedDuration::from_mins(11));
    assert_eq!(healer.tries(&address("web")).map(|tries| tries.number), Some(1));
    healer.forget();
    assert_eq!(healer.due(&[healing("web")], now), web);
}
