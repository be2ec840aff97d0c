use model::FieldPath;
use serde_json::{Value, json};

use super::change;

#[track_caller]
fn check(path: &str, old: Value, new: Value, expected: &str) {
    let some = |value: Value| (!value.is_null()).then_some(value);
    assert_eq!(change(&FieldPath::from(path), some(old).as_ref(), some(new).as_ref()), expected);
}

#[test]
fn numbers_have_their_units() {
    check("memory.current", json!(2_u64 << 30), json!(1536 << 20), "2 GiB → 1536 MiB");
    check("disks.root.capacity", json!(10_u64 << 30), json!(20_u64 << 30), "10 GiB → 20 GiB");
    check("disks.root.tune.throughput", json!(null), json!(100 << 20), "unset → 100 MiB/s");
    check("limits.nanoCpus", json!(1_000_000_000_u64), json!(1_500_000_000_u64), "1 CPU → 1.5 CPUs");
    check("cpuTune.quotaUs", json!(50_000), json!(null), "50000 µs → unset");
    check("vcpus.current", json!(2), json!(4), "2 → 4");
}

#[test]
fn switches_lists_and_alternatives_are_words() {
    check("interfaces.lan.linkUp", json!(true), json!(false), "yes → no");
    check("capAdd", json!([]), json!(["NET_ADMIN", "SYS_TIME"]), "nothing → NET_ADMIN, SYS_TIME");
    check("disks.root.source", json!({ "volume": "a/b" }), json!({ "file": "/x" }), "volume a/b → file /x");
    let disk = json!({ "bus": "virtio", "capacity": 1_u64 << 30, "source": { "volume": "a/b" }, "tune": {} });
    check("disks.data", json!(null), disk, "added: virtio, 1 GiB, volume a/b");
    check("networks.front", json!({ "aliases": {} }), json!(null), "removed");
    check("networks.front", json!(null), json!({}), "added");
}

#[test]
fn long_texts_are_counted_and_hashes_shortened() {
    check("userData", json!("a\nb\nc\n"), json!("a\nx\ny\nc\n"), "1 line → 2 lines from line 2");
    check("content", json!("password=a"), json!("password=b"), "1 line → 1 line from line 1");
    let hash = |c: &str| json!(format!("sha256:{}", c.repeat(64)));
    check("imageId", hash("a"), hash("b"), "sha256:aaaaaaaaaaaa… → sha256:bbbbbbbbbbbb…");
    check("boot.cmdline", json!("x".repeat(100)), json!("y"), &format!("{}… → y", "x".repeat(59)));
}

#[test]
fn what_looks_like_a_secret_is_not_shown() {
    for name in ["DB_PASSWORD", "ApiToken", "client_secret", "SSH_KEY"] {
        check(&format!("env.{name}"), json!("hunter2"), json!("hunter3"), "(not shown) → (not shown)");
    }
    check("env.MODE", json!("a"), json!("b"), "a → b");
}
