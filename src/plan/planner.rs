//! The plan as a whole.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Ownership};

use crate::{
    Effect, Plan, PlanInput, Refusal, SCHEMA_VERSION, Summary, Verb,
    decide::{self, Draft, Findings, Scene},
    handover::hand_over,
    order, prune,
    references::Graph,
    scope::Scope,
};

/// Decides what to do to get from what is there to what is declared.
///
/// # Errors
/// When something must not be done, or cannot: every reason is given at once, each with its cure.
pub fn plan(input: &PlanInput<'_>) -> Result<Plan, Refusal> {
    let graph = Graph::of(input.desired);
    let mut findings = Findings::default();
    let scope = Scope::of(input, &graph, &mut findings);
    let mut made = make(input, &scope, &mut findings);
    hand_over(input, &mut made);
    let removed = prune::prune(input, &scope, &made, &mut findings);
    let mut ordered = order::order(&made, &removed, &graph);
    findings.errors.extend(ordered.cycle.take().map(|addresses| crate::PlanError::Cycle { addresses }));

    let unchanged = input.desired.resources.keys().filter(|a| scope.plans(a) && !made.contains_key(*a)).count();
    let drafts: BTreeMap<&Address, &Draft> = made.iter().chain(&removed).collect();
    let changes: Vec<_> = drafts.iter().map(|(address, draft)| ordered.change(address, draft)).collect();
    let basis = basis(input, &drafts);
    let mut notes = input.desired.notes.clone();
    notes.append(&mut findings.notes);
    notes.dedup();
    let plan = Plan {
        schema_version: SCHEMA_VERSION,
        summary: Summary {
            verbs: count(changes.iter().map(|change| change.verb)),
            unchanged,
            destroyed: changes.iter().filter(|change| change.effect == Effect::Destroy).count(),
            effect: changes.iter().map(|change| change.effect).max().unwrap_or_default(),
            estimate_ms: ordered.estimate_ms,
        },
        changes,
        steps: ordered.steps,
        settled: findings.settled,
        unmanaged: unmanaged(input),
        notes,
        basis,
    };
    findings.errors.extend(prune::limit(input, &plan));
    if findings.errors.is_empty() { Ok(plan) } else { Err(Refusal { errors: findings.errors, plan: Box::new(plan) }) }
}

/// Decides for every declared resource, what is made first coming first.
fn make(input: &PlanInput<'_>, scope: &Scope<'_>, findings: &mut Findings) -> BTreeMap<Address, Draft> {
    let mut made = BTreeMap::new();
    for (address, resource) in &input.desired.resources {
        if !scope.plans(address) {
            continue;
        }
        let hash = resource.spec.hash();
        let scene = Scene { input, decided: &made, address, resource, hash: &hash };
        if let Some(draft) = decide::decide(&scene, findings) {
            made.insert(address.clone(), draft);
        }
    }
    made
}

fn count(verbs: impl Iterator<Item = Verb>) -> BTreeMap<Verb, usize> {
    let mut counts = BTreeMap::new();
    for verb in verbs {
        *counts.entry(verb).or_insert(0) += 1;
    }
    counts
}

/// What is there and is not ours, nor taken over.
fn unmanaged(input: &PlanInput<'_>) -> Vec<Address> {
    let foreign = input.observed.resources.iter().filter(|(address, seen)| {
        !matches!(seen.ownership, Ownership::Ours { .. }) && !input.desired.resources.contains_key(*address)
    });
    foreign.map(|(address, _)| address.clone()).collect()
}

/// What the changed resources looked like; empty fingerprints for those that were not there.
fn basis(input: &PlanInput<'_>, drafts: &BTreeMap<&Address, &Draft>) -> BTreeMap<Address, model::Fingerprint> {
    let touched: BTreeSet<&Address> = drafts
        .iter()
        .filter(|(_, draft)| !draft.deeds.is_empty() || draft.carried_by.is_some())
        .flat_map(|(address, draft)| draft.deeds.iter().map(|deed| &deed.address).chain([*address]))
        .collect();
    let print = |address: &Address| {
        input.observed.resources.get(address).map(|seen| seen.fingerprint.clone()).unwrap_or_default()
    };
    touched.into_iter().map(|address| (address.clone(), print(address))).collect()
}
