//! Rows of what was last applied, made anew.

use model::{Address, AppliedRow, Fingerprint, Kind, Ownership, Policy, Resource, Span, Spec};

/// How long what is no longer declared is only stopped, where nobody knows how long was declared.
pub(crate) const UNKNOWN_GRACE: Span = Span::seconds(86_400);

/// The row of a declared resource that is there as declared.
pub(crate) fn row_of(resource: &Resource, fingerprint: Fingerprint, generation: u64) -> AppliedRow {
    AppliedRow {
        fingerprint,
        generation,
        policy: resource.policy.clone(),
        hooks: resource.hooks.clone(),
        depends_on: resource.depends_on.clone(),
        ..AppliedRow::new(resource.spec.clone())
    }
}

/// The row of an object whose history is unknown: nothing of it counts as applied, and its mark alone tells how it
/// may be removed.
pub(crate) fn row_of_mark(address: &Address, ownership: Option<&Ownership>) -> AppliedRow {
    let unknown = Policy { prune_grace: UNKNOWN_GRACE, ..Policy::default() };
    let policy = match ownership {
        Some(Ownership::Ours { protect, deletion, .. }) => Policy { protect: *protect, deletion: *deletion, ..unknown },
        Some(Ownership::OtherOwner(_) | Ownership::Unmanaged) | None => unknown,
    };
    AppliedRow { policy, ..AppliedRow::new(empty_spec(address.kind)) }
}

/// The specification of a `kind` with every field unset.
pub(crate) fn empty_spec(kind: Kind) -> Spec {
    match kind {
        Kind::Network => Spec::Network(Default::default()),
        Kind::DockerNetwork => Spec::DockerNetwork(Default::default()),
        Kind::Pool => Spec::Pool(Default::default()),
        Kind::Image => Spec::Image(Default::default()),
        Kind::Volume => Spec::Volume(Default::default()),
        Kind::DockerVolume => Spec::DockerVolume(Default::default()),
        Kind::Seed => Spec::Seed(Default::default()),
        Kind::File => Spec::File(Default::default()),
        Kind::ContainerImage => Spec::ContainerImage(Default::default()),
        Kind::Domain => Spec::Domain(Default::default()),
        Kind::Container => Spec::Container(Default::default()),
    }
}
