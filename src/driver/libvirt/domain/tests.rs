//! The specification on the left, the piece of XML on the right; and documents as libvirt 9.0 shows them.

mod corpus;
mod roundtrip;
mod written;

use model::{DeletionPolicy, OwnerId, spec::DomainSpec};
use plan::Mark;

use super::{document, read, scope::Scope};
use crate::libvirt::{pools::PoolPaths, xml::Element};

fn mark() -> Mark {
    Mark {
        owner: OwnerId(uuid::Uuid::nil()),
        spec: "sha256:00".to_owned(),
        protect: false,
        deletion: DeletionPolicy::Retain,
    }
}

fn pools() -> PoolPaths {
    [("default".to_owned(), "/pools/default".into())].into_iter().collect()
}

fn read_back(document: &Element) -> DomainSpec {
    let pools = pools();
    read::read(document, &read::Surroundings { pools: &pools, declared: None, snapshots: 0 }).spec
}

fn written(spec: &DomainSpec) -> Element {
    document::new("web", spec, &mark())
}

fn patched(before: &str, spec: &DomainSpec, fields: &[&str]) -> Element {
    let mut document = Element::parse(before).unwrap();
    let fields: Vec<_> = fields.iter().map(|field| model::FieldPath::from(*field)).collect();
    let pools = pools();
    let around = read::Surroundings { pools: &pools, declared: Some(spec), snapshots: 0 };
    let overlays = read::read(&document, &around).overlays;
    document::patch(&mut document, spec, &Scope::fields(&fields), None, &overlays);
    document
}
