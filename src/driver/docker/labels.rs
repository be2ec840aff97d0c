//! Our mark on the engine's objects: labels, which can be set only when an object is made.

use std::collections::{BTreeMap, HashMap};

use model::{Address, DeletionPolicy, OwnerId, Ownership};
use plan::Mark;

/// What all our labels begin with.
const PREFIX: &str = "hyper-nixos.";
/// Whose the object is.
pub(crate) const OWNER: &str = "hyper-nixos.owner";
/// Its address.
pub(crate) const ID: &str = "hyper-nixos.id";
/// The hash of its specification.
pub(crate) const SPEC: &str = "hyper-nixos.spec";
/// Whether it is protected: `1` or `0`.
const PROTECT: &str = "hyper-nixos.protect";
/// What is to become of its data.
const DELETION: &str = "hyper-nixos.deletion";
/// What was declared although the image says the same; see `container::defaults`.
pub(crate) const EXPLICIT: &str = "hyper-nixos.explicit";
/// On images that we imported: the SHA-256 of the archive.
pub(crate) const ARCHIVE: &str = "hyper-nixos.archive";

/// The labels that mark the object `address`.
pub(crate) fn of(mark: &Mark, address: &Address) -> HashMap<String, String> {
    let deletion = match mark.deletion {
        DeletionPolicy::Retain => "retain",
        DeletionPolicy::Delete => "delete",
    };
    let pairs = [
        (OWNER, mark.owner.to_string()),
        (ID, address.to_string()),
        (SPEC, mark.spec.clone()),
        (PROTECT, u8::from(mark.protect).to_string()),
        (DELETION, deletion.to_owned()),
    ];
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// Whose an object with these labels is.
pub(crate) fn ownership(labels: &HashMap<String, String>, owner: OwnerId) -> Ownership {
    let Some(marked) = owner_of(labels) else { return Ownership::Unmanaged };
    if marked != owner {
        return Ownership::OtherOwner(marked);
    }
    Ownership::Ours {
        spec: labels.get(SPEC).cloned(),
        protect: labels.get(PROTECT).is_some_and(|value| value == "1"),
        deletion: match labels.get(DELETION).map(String::as_str) {
            Some("delete") => DeletionPolicy::Delete,
            _ => DeletionPolicy::Retain,
        },
    }
}

/// The owner that these labels name.
pub(crate) fn owner_of(labels: &HashMap<String, String>) -> Option<OwnerId> {
    labels.get(OWNER)?.parse().ok().map(OwnerId)
}

/// The labels that are not ours.
pub(crate) fn foreign(labels: Option<&HashMap<String, String>>) -> BTreeMap<String, String> {
    let foreign = labels.into_iter().flatten().filter(|(key, _)| !key.starts_with(PREFIX));
    foreign.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// `ours` and the declared labels together.
pub(crate) fn with_declared(
    mut ours: HashMap<String, String>,
    declared: &BTreeMap<String, String>,
) -> HashMap<String, String> {
    ours.extend(declared.iter().map(|(key, value)| (key.clone(), value.clone())));
    ours
}
