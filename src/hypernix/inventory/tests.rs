//! Rows as people see them.

use expect_test::{Expect, expect};
use jiff::Timestamp;
use model::{
    Bytes, Fingerprint, Observed, ObservedResource, Ownership, PowerState, Seen, Spec,
    spec::{DomainMemory, DomainSpec},
};

use super::{Managed, Row, Scope, UnitRow, age, table, units};
use crate::{
    failure::Trace,
    output::{Chatter, Form, Output},
};

const NOW: i64 = 1_700_000_000;

#[track_caller]
fn check<R: Row>(rows: &[R], expected: Expect) {
    let output = Output { form: Form::Text, chatter: Chatter::Normal, trace: Trace::Short };
    let now = Timestamp::from_second(NOW).expect("a time");
    expected.assert_eq(&table(rows, now, &output));
}

#[test]
fn units_are_listed_with_what_a_user_of_virsh_and_docker_looks_for() {
    let vm = UnitRow {
        address: "domain/web".parse().expect("an address"),
        name: "web".to_owned(),
        kind: "vm",
        state: PowerState::Running,
        cpu_shares: Some(200),
        memory: Some(Bytes::gib(2)),
        image: Some("default/web-root".to_owned()),
        addresses: vec!["192.168.150.17".to_owned()],
        ports: Vec::new(),
        started: Timestamp::from_second(NOW - 3 * 3600 - 725).ok(),
        health: None,
        pending: Vec::new(),
        managed: Managed::Nix,
    };
    let container = UnitRow {
        address: "container/proxy".parse().expect("an address"),
        name: "proxy".to_owned(),
        kind: "container",
        cpu_shares: Some(50),
        memory: None,
        image: Some("registry/proxy:1.2@sha256:aaaa".to_owned()),
        addresses: Vec::new(),
        ports: vec!["0.0.0.0:8080->80/tcp".to_owned()],
        health: Some("unhealthy"),
        managed: Managed::No,
        ..vm.clone()
    };
    let off = UnitRow { name: "old".to_owned(), state: PowerState::Off, addresses: Vec::new(), ..vm.clone() };
    let job = UnitRow { name: "job".to_owned(), state: PowerState::Finished, ..off.clone() };
    check(
        &[vm, container, off, job],
        expect![[r#"
        NAME   KIND       STATE                CPUS  MEMORY  IMAGE               ADDRESSES       PORTS                 UP      MANAGED
        web    vm         running              2     2 GiB   default/web-root    192.168.150.17                        3h 12m  nix
        proxy  container  running (unhealthy)  0.5   -       registry/proxy:1.2                  0.0.0.0:8080->80/tcp  3h 12m  -
        old    vm         off                  2     2 GiB   default/web-root                                                  nix
        job    vm         finished             2     2 GiB   default/web-root                                                  nix
    "#]],
    );
}

#[test]
fn ages_are_told_in_their_two_largest_units() {
    let now = Timestamp::from_second(NOW).expect("a time");
    for (seconds, expected) in [(0, "0s"), (59, "59s"), (3600, "1h"), (90_061, "1day 1h"), (-5, "0s")] {
        let then = Timestamp::from_second(NOW - seconds).expect("a time");
        assert_eq!(age(then, now), expected, "{seconds}");
    }
}

#[test]
fn units_whose_changes_wait_for_a_cold_start_are_marked() {
    let domain = |maximum: u64, title: &str| {
        let memory = DomainMemory { maximum: Some(Bytes::gib(maximum)), ..DomainMemory::default() };
        Spec::Domain(DomainSpec { memory, title: Some(title.to_owned()), ..DomainSpec::default() })
    };
    let unit = |config: Spec, live: Spec| ObservedResource {
        ownership: Ownership::Unmanaged,
        seen: Seen::Parsed { config, live: Some(live) },
        power: PowerState::Running,
        fingerprint: Fingerprint::default(),
        domain: None,
        foreign_users: Default::default(),
    };
    let resources =
        [("domain/same", unit(domain(2, "a"), domain(2, "a"))), ("domain/waits", unit(domain(4, "a"), domain(2, "a")))];
    let resources = resources.map(|(address, unit)| (address.parse().expect("an address"), unit)).into();
    let rows = units(&Observed { resources, ..Observed::default() }, Scope::Everything);
    let said: Vec<_> = rows.iter().map(|row| (row.name.as_str(), row.state_cell().0, row.pending.len())).collect();
    let pending = "running (pending restart)".to_owned();
    assert_eq!(said, [("same", "running".to_owned(), 0), ("waits", pending, 1)]);
    let healthy = UnitRow { health: Some("healthy"), ..rows[1].clone() };
    assert_eq!(healthy.state_cell().0, "running (healthy, pending restart)");
}
