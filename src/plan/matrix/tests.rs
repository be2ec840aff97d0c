use model::FieldPath;

use super::{Class, matches, row_for};

#[test]
fn stars_stand_for_one_segment_or_for_all_the_rest() {
    let check = |pattern: &str, path: &str, expected: bool| {
        assert_eq!(matches(pattern, &FieldPath::from(path).segments()), expected, "{pattern} for {path}");
    };
    check("disks.*.cache", "disks.root.cache", true);
    check("disks.*.cache", "disks.root.serial", false);
    check("disks.*", "disks.root", true);
    check("disks.*", "disks.root.cache", false);
    check("boot.**", "boot.cmdline", true);
    check("mounts.**", "mounts.\"/etc/a.conf\".readOnly", true);
}

#[test]
fn the_more_specific_row_comes_first() {
    let class = |path: &str| row_for(model::Kind::Domain, &FieldPath::from(path)).map(|row| row.class);
    assert_eq!(class("disks.root.source"), Some(Class::Live));
    assert_eq!(class("disks.root.cache"), Some(Class::Cold));
    assert_eq!(class("disks.root.tune.iops"), Some(Class::Live));
    assert_eq!(class("nonsense"), None);
}
