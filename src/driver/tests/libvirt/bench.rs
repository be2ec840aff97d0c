//! How many calls an unchanged host costs.

use driver::Driver;
use model::{Kind, Seen, Spec};
use serde_json::json;

use super::bed::Bed;

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_domains_cost_one_read_each_and_no_write() {
    let mut bed = Bed::new("calls").await;
    let count = std::env::var("HYPERNIX_TEST_DOMAINS").ok().and_then(|n| n.parse().ok()).unwrap_or(40);
    let interfaces = json!({ "interfaces": { "a": { "source": "user" }, "b": { "source": "user" } } });
    let names: Vec<String> = (0..count).map(|number| format!("g{number}")).collect();
    let begun = std::time::Instant::now();
    let made = names.iter().map(|name| async {
        let spec = bed.tiny(name, interfaces.clone());
        (bed.create(name, &spec).await.unwrap(), spec)
    });
    let made = futures::future::join_all(made).await;
    println!("{count} domains created in {:?}", begun.elapsed());
    for (name, (outcome, spec)) in names.iter().zip(made) {
        bed.remember(&bed.address(Kind::Domain, name), Spec::Domain(spec), &outcome);
    }
    let before = bed.driver.calls();
    let begun = std::time::Instant::now();
    let seen = bed.observe().await;
    let after = bed.driver.calls();
    assert!(after.reads > before.reads);
    println!("{count} unchanged domains observed in {:?}", begun.elapsed());
    assert_eq!(after.writes, before.writes);
    let unchanged = seen
        .resources
        .iter()
        .filter(|(address, resource)| address.name.starts_with(&bed.prefix) && resource.seen == Seen::Unchanged);
    assert_eq!(unchanged.count(), count);
    let others = seen.resources.len() as u64 - count as u64;
    let constant = (after.reads - before.reads).saturating_sub(count as u64 + 2 * others);
    assert!(constant <= 32, "{constant} calls beside one an object");
}
