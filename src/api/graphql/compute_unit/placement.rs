//! Where a unit may run.

use async_graphql::SimpleObject;
use config::unit::{Affinity, Placement, Spread};
use serde_json::{Value, json};

use super::{
    super::enums::{AffinityScope, AffinityType},
    int,
};
use crate::view::Unit;

/// Where a unit may run.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(crate) struct PlacementSpec {
    affinity: Vec<AffinityRule>,
    spread: Option<SpreadConstraint>,
}

/// Near which other units, or far from which.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct AffinityRule {
    #[graphql(name = "type")]
    kind: AffinityType,
    scope: AffinityScope,
    label_selector: Value,
    weight: i32,
}

/// How units spread.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct SpreadConstraint {
    topology: String,
    maximum: i32,
}

impl PlacementSpec {
    pub(super) fn of(unit: &Unit) -> Self {
        let Some(declared) = &unit.declared else { return Self::default() };
        let Placement { affinity, spread } = &declared.unit.placement;
        let rules = affinity.iter().map(|Affinity { kind, scope, label_selector, weight }| AffinityRule {
            kind: (*kind).into(),
            scope: (*scope).into(),
            label_selector: json!(label_selector),
            weight: int(*weight),
        });
        let spread = spread.as_ref().map(|Spread { topology, maximum }| SpreadConstraint {
            topology: topology.clone(),
            maximum: int(*maximum),
        });
        Self { affinity: rules.collect(), spread }
    }
}
