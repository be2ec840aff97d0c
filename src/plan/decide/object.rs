//! Objects that do not run by themselves: what their differences come to.

use model::{DriftPolicy, OnChange, Spec};

use super::{Findings, Present, Scene};
use crate::{
    Cause, Effect, FieldChange,
    classify::Judge,
    diff::{Difference, Leaves, three_way},
    matrix::Class,
};

/// The differences of an object, by what they come to.
#[derive(Debug, Default)]
pub(super) struct Sorted {
    /// Changed where it is.
    pub(super) change: Vec<Difference>,
    /// Changed by putting a new object in its place.
    pub(super) replace: Vec<Difference>,
    /// Grown, or shrunk.
    pub(super) resize: Vec<Difference>,
    /// Never changed by itself.
    pub(super) immutable: Vec<Difference>,
    /// Left as it is by policy.
    pub(super) held: Vec<Difference>,
}

/// Compares the object with its declaration and sorts the differences.
pub(super) fn sort(scene: &Scene<'_>, present: &Present<'_>, findings: &mut Findings) -> Sorted {
    let mut sorted = Sorted::default();
    if present.is_unchanged(scene) {
        return sorted;
    }
    let Some(actual) = present.config() else { return sorted };
    let mut judge = Judge::new(&scene.resource.spec, actual, None);
    for difference in compare(scene, present, actual, findings) {
        let list = match judge.class(&difference) {
            Class::Ignored | Class::Once => continue,
            Class::GrowOnly | Class::Immutable if difference.cause == Cause::Removed => continue,
            _ if scene.is_accepted(present, &difference) => continue,
            _ if is_held(scene, &difference) => &mut sorted.held,
            Class::Live | Class::InPlace | Class::Cold | Class::NextBoot => &mut sorted.change,
            Class::Recreate | Class::ReplaceObject => &mut sorted.replace,
            Class::GrowOnly => &mut sorted.resize,
            Class::Immutable => &mut sorted.immutable,
        };
        list.push(difference);
    }
    sorted
}

/// The differences of what is configured, and of what runs where that is another thing.
fn compare(scene: &Scene<'_>, present: &Present<'_>, actual: &Spec, findings: &mut Findings) -> Vec<Difference> {
    let applied = present.applied(scene);
    let wanted = Leaves::of(&scene.resource.spec);
    let there = with_memory(Leaves::of(actual), applied.as_ref(), scene);
    let configured = three_way(&wanted, applied.as_ref(), &there);
    note_left(scene, &configured.left, findings);
    let mut differences = configured.differences;
    if let Some(live) = present.live() {
        let running = three_way(&wanted, applied.as_ref(), &Leaves::of(live)).differences;
        let new = |difference: &Difference| !differences.iter().any(|known| known.path == difference.path);
        let only_running: Vec<Difference> = running.into_iter().filter(new).collect();
        differences.extend(only_running);
    }
    differences
}

/// Whether a policy says that a difference stays.
pub(super) fn is_held(scene: &Scene<'_>, difference: &Difference) -> bool {
    let policy = &scene.resource.policy;
    policy.on_change == OnChange::Never || (difference.cause == Cause::Drift && policy.drift != DriftPolicy::Revert)
}

/// Why differences are held, for the change's "why".
pub(super) fn held_because(scene: &Scene<'_>) -> &'static str {
    match (scene.resource.policy.on_change, scene.resource.policy.drift) {
        (OnChange::Never, _) => "left as it is: `update.onChange` is `never`",
        (_, DriftPolicy::Adopt) => "accepted as it is: `update.drift` is `adopt`",
        (_, DriftPolicy::Revert | DriftPolicy::Report) => "left as it is: `update.drift` is `report`",
    }
}

/// Tells of fields that are no longer declared and that somebody has changed since.
pub(super) fn note_left(scene: &Scene<'_>, left: &[model::FieldPath], findings: &mut Findings) {
    for path in left {
        let text = format!("`{path}` is no longer declared; somebody has changed it since, so it stays as it is");
        findings.notes.push(scene.note(text));
    }
}

/// Lines for differences.
pub(super) fn lines(scene: &Scene<'_>, differences: &[Difference], effect: Effect) -> Vec<FieldChange> {
    differences.iter().map(|difference| scene.field(difference, effect)).collect()
}

/// Lines for differences that stay.
pub(super) fn lines_left(scene: &Scene<'_>, differences: &[Difference]) -> Vec<FieldChange> {
    differences.iter().map(|difference| scene.left(difference)).collect()
}

/// Fills in what a backend without marks cannot show of how an object was made.
fn with_memory(mut actual: Leaves, applied: Option<&Leaves>, scene: &Scene<'_>) -> Leaves {
    let remembers = matches!(
        scene.resource.spec,
        Spec::Volume(_) | Spec::Image(_) | Spec::Seed(_) | Spec::File(_) | Spec::ContainerImage(_)
    );
    if let (true, Some(applied)) = (remembers, applied) {
        for (path, value) in &applied.fields {
            actual.fields.entry(path.clone()).or_insert_with(|| value.clone());
        }
    }
    actual
}
