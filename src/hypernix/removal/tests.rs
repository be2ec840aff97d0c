//! What goes and what stays.

use std::collections::BTreeSet;

use expect_test::{Expect, expect};
use model::{Address, Desired, Resource, Spec, spec};
use plan::Destroy;

use super::{Removal, with_belongings};

/// Two VMs over one image: `web` with its own disk and a shared one, `db` with its own disk.
fn host() -> Desired {
    let resources = [
        ("network/lan", ""),
        ("pool/fast", ""),
        ("image/debian", ""),
        ("volume/fast/web-root", "pool/fast image/debian"),
        ("volume/fast/shared", "pool/fast"),
        ("volume/fast/db-root", "pool/fast image/debian"),
        ("seed/web", ""),
        ("seed/db", ""),
        ("domain/web", "network/lan volume/fast/web-root volume/fast/shared seed/web"),
        ("domain/db", "network/lan volume/fast/db-root seed/db domain/web"),
    ];
    let resource = |needs: &str| Resource {
        depends_on: needs.split_whitespace().map(address).collect(),
        ..Resource::new(Spec::Domain(spec::DomainSpec::default()))
    };
    let resources = resources.into_iter().map(|(text, needs)| (address(text), resource(needs)));
    Desired { resources: resources.collect(), notes: Vec::new() }
}

fn address(text: &str) -> Address {
    text.parse().expect("an address")
}

#[track_caller]
fn check(named: BTreeSet<Address>, destroy: Destroy, expected: Expect) {
    let removal = Removal::of(named, &host(), destroy, &BTreeSet::new());
    let line =
        |addresses: &mut dyn Iterator<Item = &Address>| addresses.map(Address::to_string).collect::<Vec<_>>().join(" ");
    let said = format!(
        "removed: {}\nremaining: {}",
        line(&mut removal.removed.iter()),
        line(&mut removal.remaining.resources.keys())
    );
    expected.assert_eq(&said);
}

#[test]
fn a_unit_goes_with_its_seed_and_leaves_its_disks() {
    let web = with_belongings(BTreeSet::from([address("domain/web")]), &host());
    check(
        web,
        Destroy::Refuse,
        expect![[r#"
        removed: seed/web domain/web
        remaining: network/lan pool/fast image/debian volume/fast/db-root volume/fast/shared volume/fast/web-root seed/db domain/db"#]],
    );
}

#[test]
fn asked_for_in_words_its_own_disk_goes_too_and_what_others_use_stays() {
    let web = with_belongings(BTreeSet::from([address("domain/web")]), &host());
    check(
        web,
        Destroy::Allow,
        expect![[r#"
        removed: volume/fast/web-root seed/web domain/web
        remaining: network/lan pool/fast image/debian volume/fast/db-root volume/fast/shared seed/db domain/db"#]],
    );
}

#[test]
fn a_whole_file_goes_but_for_data_and_what_that_needs() {
    check(
        host().resources.into_keys().collect(),
        Destroy::Refuse,
        expect![[r#"
        removed: network/lan seed/db seed/web domain/db domain/web
        remaining: pool/fast image/debian volume/fast/db-root volume/fast/shared volume/fast/web-root"#]],
    );
    check(
        host().resources.into_keys().collect(),
        Destroy::Allow,
        expect![[r#"
        removed: network/lan pool/fast image/debian volume/fast/db-root volume/fast/shared volume/fast/web-root seed/db seed/web domain/db domain/web
        remaining: "#]],
    );
}

#[test]
fn what_is_protected_stays_with_all_that_it_needs() {
    let both = BTreeSet::from([address("domain/web"), address("domain/db")]);
    let named = with_belongings(both, &host());
    let removal = Removal::of(named, &host(), Destroy::Allow, &BTreeSet::from([address("domain/web")]));
    let removed: Vec<String> = removal.removed.iter().map(Address::to_string).collect();
    assert_eq!(removed, ["volume/fast/db-root", "seed/db", "domain/db"]);
}
