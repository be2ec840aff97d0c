//! Composition depends on what is declared, not on the order in which it is written.

use std::path::Path;

use proptest::prelude::*;
use serde_json::{Map, Value, json};

use super::support::{good, host, settings};
use crate::{Loaded, load};

/// A manifest as the modules make it, to build others from.
fn base() -> Value {
    serde_json::from_str(&good("{ }").manifest_json()).expect("it is JSON")
}

/// The same value with the keys of every set in another order.
fn shuffled(value: &Value, seed: u64) -> Value {
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.iter().collect();
            let length = entries.len().max(1);
            let turn = usize::try_from(seed).unwrap_or_default() % length;
            entries.rotate_left(turn);
            if seed & 1 == 1 {
                entries.reverse();
            }
            let next = |place: usize| seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(place as u64);
            let turned = entries.into_iter().enumerate().map(|(place, (k, v))| (k.clone(), shuffled(v, next(place))));
            Value::Object(turned.collect())
        }
        Value::Array(list) => Value::Array(list.iter().map(|element| shuffled(element, seed)).collect()),
        other => other.clone(),
    }
}

fn desired(manifest: &Value) -> String {
    let path = "/run/manifest.json";
    let loaded: Loaded = load(Path::new(path), &settings(path, &manifest.to_string()))
        .unwrap_or_else(|errors| panic!("{}", super::support::rendered(&errors)));
    let desired = loaded.lower(&host()).unwrap_or_else(|errors| panic!("{}", super::support::rendered(&errors)));
    serde_json::to_string(&desired).expect("it serialises")
}

prop_compose! {
    fn tag()(priority in 0..4_i64, memory in 1..8_u32, cpu in 1..9_u32, label in "[a-c]") -> Value {
        json!({
            "name": "tag", "category": "performance", "priority": priority, "description": "",
            "values": {
                "resources": { "memory": { "size": format!("{memory}Gi") }, "compute": { "units": cpu * 100 } },
                "labels": { label: "tag" },
            },
        })
    }
}

prop_compose! {
    fn unit()(
        tags in proptest::sample::subsequence(vec!["t0", "t1", "t2", "t3"], 0..4),
        is_container in any::<bool>(),
        own_memory in proptest::option::of(1..8_u32),
    ) -> Value {
        let mut unit = json!({ "tags": tags, "image": "/images/a.qcow2" });
        if is_container {
            unit["features"] = json!({ "isolation": { "type": "container" } });
            unit["image"] = json!("busybox:1");
        }
        if let Some(memory) = own_memory {
            unit["resources"] = json!({ "memory": { "size": format!("{memory}Gi") } });
        }
        unit
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_attributes_changes_nothing(
        tags in proptest::collection::vec(tag(), 4),
        units in proptest::collection::vec(unit(), 1..5),
        seed in any::<u64>(),
    ) {
        let mut manifest = base_once().clone();
        let compute = &mut manifest["hypervisor"]["compute"];
        let named = |prefix: &str, all: Vec<Value>| -> Map<String, Value> {
            all.into_iter().enumerate().map(|(n, value)| (format!("{prefix}{n}"), value)).collect()
        };
        compute["tags"] = Value::Object(named("t", tags));
        compute["units"] = Value::Object(named("unit", units));
        let once = desired(&manifest);
        prop_assert_eq!(&once, &desired(&manifest));
        prop_assert_eq!(&once, &desired(&shuffled(&manifest, seed)));
    }
}

/// Evaluating is slow, so all cases share one base.
fn base_once() -> &'static Value {
    static BASE: std::sync::OnceLock<Value> = std::sync::OnceLock::new();
    BASE.get_or_init(base)
}
