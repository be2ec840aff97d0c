use expect_test::{Expect, expect};
use model::{Spec, spec::DomainSpec};

use super::three_way;
use crate::diff::Leaves;

/// Compares three titles, or disks where they begin with a `+`.
#[track_caller]
fn check(desired: Option<&str>, applied: Option<&str>, actual: Option<&str>, expected: Expect) {
    let leaves = |title: Option<&str>| {
        Leaves::of(&Spec::Domain(DomainSpec { title: title.map(str::to_owned), ..DomainSpec::default() }))
    };
    expected.assert_eq(&compare(&leaves(desired), &leaves(applied), &leaves(actual)));
}

fn compare(desired: &Leaves, applied: &Leaves, actual: &Leaves) -> String {
    let compared = three_way(desired, Some(applied), actual);
    let line = |d: &super::Difference| format!("{:?}: {} {:?} -> {:?}", d.cause, d.path, d.old, d.new);
    let mut lines: Vec<String> = compared.differences.iter().map(line).collect();
    lines.extend(compared.left.iter().map(|path| format!("left: {path}")));
    lines.join("\n")
}

#[test]
fn the_table_of_causes() {
    check(None, None, Some("a"), expect![""]);
    check(Some("d"), None, Some("d"), expect![""]);
    check(Some("d"), Some("x"), Some("d"), expect![""]);
    check(Some("d"), Some("a"), Some("a"), expect![[r#"Changed: title Some(String("a")) -> Some(String("d"))"#]]);
    check(Some("d"), None, Some("a"), expect![[r#"Changed: title Some(String("a")) -> Some(String("d"))"#]]);
    check(Some("d"), None, None, expect![[r#"Changed: title None -> Some(String("d"))"#]]);
    check(Some("d"), Some("d"), Some("a"), expect![[r#"Drift: title Some(String("a")) -> Some(String("d"))"#]]);
    check(Some("d"), Some("d"), None, expect![[r#"Drift: title None -> Some(String("d"))"#]]);
    check(Some("d"), Some("x"), Some("a"), expect![[r#"Conflict: title Some(String("a")) -> Some(String("d"))"#]]);
    check(None, Some("x"), Some("x"), expect![[r#"Removed: title Some(String("x")) -> None"#]]);
    check(None, Some("x"), None, expect![""]);
    check(None, Some("x"), Some("a"), expect!["left: title"]);
}

#[test]
fn devices_come_and_go_as_wholes() {
    let with = |volumes: &[(&str, &str)]| {
        let mut spec = DomainSpec::default();
        for (name, volume) in volumes {
            let source = Some(model::spec::DiskSource::Volume((*volume).to_owned()));
            spec.disks.insert((*name).to_owned(), model::spec::Disk { source, ..Default::default() });
        }
        Leaves::of(&Spec::Domain(spec))
    };
    let print = |d: &[(&str, &str)], l: &[(&str, &str)], a: &[(&str, &str)]| {
        let compared = three_way(&with(d), Some(&with(l)), &with(a));
        let line = |d: &super::Difference| format!("{:?} {}", d.cause, d.path);
        let left = compared.left.iter().map(|path| format!("left {path}"));
        compared.differences.iter().map(line).chain(left).collect::<Vec<_>>().join("; ")
    };
    let data = [("data", "p/data")];
    assert_eq!(print(&data, &[], &[]), "Changed disks.data", "declared anew");
    assert_eq!(print(&data, &data, &[]), "Drift disks.data", "taken out behind our back");
    assert_eq!(print(&[], &data, &data), "Removed disks.data", "no longer declared");
    assert_eq!(print(&[], &data, &[("data", "p/x")]), "left disks.data", "another disk has taken its name");
    assert_eq!(print(&[], &[], &data), "", "never ours");
    assert_eq!(print(&data, &data, &[("data", "p/x")]), "Drift disks.data.source", "another source");
}

#[test]
fn what_a_backend_means_where_it_shows_nothing_is_no_difference() {
    let spec = |link_up, firmware, cache: Option<&str>| {
        let mut spec = DomainSpec { firmware, ..DomainSpec::default() };
        spec.interfaces.insert("lan".into(), model::spec::Interface { link_up, ..Default::default() });
        let disk = model::spec::Disk { cache: cache.map(str::to_owned), ..Default::default() };
        spec.disks.insert("root".into(), disk);
        Leaves::of(&Spec::Domain(spec))
    };
    let nothing = spec(None, None, None);
    let same = spec(Some(true), Some(model::spec::Firmware::Bios), None);
    let other = spec(Some(false), Some(model::spec::Firmware::Uefi), Some("none"));
    let paths = |wanted: &Leaves| {
        let compared = three_way(wanted, None, &nothing).differences;
        compared.iter().map(|difference| difference.path.to_string()).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(paths(&same), "");
    assert_eq!(paths(&other), "disks.root.cache firmware interfaces.lan.linkUp");
}
