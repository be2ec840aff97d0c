//! What a plan is about: everything, or what was asked for with what it needs, less what cannot be reached.

use std::collections::{BTreeMap, BTreeSet};

use model::{Address, Backend, Note};

use crate::{PlanError, PlanInput, Unreachable, decide::Findings, references::Graph};

/// The resources that a plan is about.
#[derive(Clone, Debug)]
pub(crate) struct Scope<'a> {
    input: &'a PlanInput<'a>,
    left_out: BTreeSet<Address>,
    asked_for: Option<BTreeSet<Address>>,
}

impl<'a> Scope<'a> {
    /// Works out the scope; what is left out is noted, or refused.
    pub(crate) fn of(input: &'a PlanInput<'a>, graph: &Graph, findings: &mut Findings) -> Self {
        let asked_for = input.options.only.as_ref().map(|only| graph.closure(only));
        let mut scope = Self { input, left_out: BTreeSet::new(), asked_for };
        for (backend, why) in &input.observed.unreachable {
            if !scope.wants(*backend) {
                findings.notes.extend(scope.unreachable_orphans(*backend, why));
                continue;
            }
            match input.options.unreachable {
                Unreachable::Refuse => {
                    findings.errors.push(PlanError::Unreachable { backend: *backend, why: why.clone() });
                }
                Unreachable::LeaveOut => findings.notes.push(Note {
                    about: None,
                    text: format!("{backend} cannot be read ({why}): its resources are left out"),
                    at: None,
                }),
            }
        }
        scope.left_out = unreachable_with_dependants(input, graph);
        for address in scope.left_out.iter().filter(|address| scope.reaches(address)) {
            findings.notes.push(Note {
                about: Some(address.clone()),
                text: "left out: it needs what cannot be reached".to_owned(),
                at: input.desired.resources.get(address).and_then(|resource| resource.declared_at.clone()),
            });
        }
        scope
    }

    /// Whether the plan is about this declared resource.
    pub(crate) fn plans(&self, address: &Address) -> bool {
        self.asked_for.as_ref().is_none_or(|asked| asked.contains(address)) && !self.left_out.contains(address)
    }

    /// Whether the plan is about the removal of this resource.
    pub(crate) fn prunes(&self, address: &Address) -> bool {
        let only = self.input.options.only.as_ref();
        only.is_none_or(|only| only.contains(address)) && self.reaches(address)
    }

    /// What is said of a backend that nothing declared needs, where something of ours is still on it.
    fn unreachable_orphans(&self, backend: Backend, why: &str) -> Option<Note> {
        let mut rows = self.input.applied.rows.keys();
        let text = format!("{backend} cannot be read ({why}): what is no longer declared there stays for now");
        rows.any(|address| address.kind.backend() == backend).then_some(Note { about: None, text, at: None })
    }

    fn reaches(&self, address: &Address) -> bool {
        !self.input.observed.unreachable.contains_key(&address.kind.backend())
    }

    fn wants(&self, backend: Backend) -> bool {
        let mut declared = self.input.desired.resources.keys();
        declared.any(|address| address.kind.backend() == backend && self.plans(address))
    }
}

/// Resources of backends that cannot be read, and everything that needs them.
fn unreachable_with_dependants(input: &PlanInput<'_>, graph: &Graph) -> BTreeSet<Address> {
    let mut dependants: BTreeMap<&Address, Vec<&Address>> = BTreeMap::new();
    if input.observed.unreachable.is_empty() {
        return BTreeSet::new();
    }
    for address in input.desired.resources.keys() {
        for needed in graph.needs(address) {
            dependants.entry(needed).or_default().push(address);
        }
    }
    let mut open: Vec<&Address> = input
        .desired
        .resources
        .keys()
        .filter(|address| input.observed.unreachable.contains_key(&address.kind.backend()))
        .collect();
    let mut all = BTreeSet::new();
    while let Some(address) = open.pop() {
        if all.insert(address.clone()) {
            open.extend(dependants.get(address).into_iter().flatten());
        }
    }
    all
}
