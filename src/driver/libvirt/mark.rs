//! Our mark on domains and networks: one element in `<metadata>`, in a namespace of our own.
//!
//! ```xml
//! <hv:managed xmlns:hv="urn:hyper-nixos:managed:1" owner="…" id="domain/web" spec="sha256:…"
//!             protect="no" deletion="retain" schema="1">
//!   <hv:label key="tier" value="front"/>
//!   <hv:hotplug slots="8"/>
//! </hv:managed>
//! ```

use std::collections::BTreeMap;

use model::{Address, DeletionPolicy, OwnerId, Ownership};
use plan::Mark;

use super::xml::Element;

/// The namespace of the mark.
pub(super) const NAMESPACE: &str = "urn:hyper-nixos:managed:1";
/// The prefix under which we write it.
pub(super) const PREFIX: &str = "hv";
/// The version of the mark's form.
const SCHEMA: &str = "1";

/// A mark as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Whose it is.
    pub owner: OwnerId,
    /// The hash of the applied specification.
    pub spec: Option<String>,
    /// Whether the object is protected from removal.
    pub protect: bool,
    /// What is to become of its data.
    pub deletion: DeletionPolicy,
    /// The unit's labels.
    pub labels: BTreeMap<String, String>,
    /// How many spare ports were declared, where they were.
    pub hotplug_slots: Option<u32>,
}

/// Makes the mark's element.
pub(super) fn element(mark: &Mark, address: &Address) -> Element {
    Element::new("hv:managed")
        .with("xmlns:hv", NAMESPACE)
        .with("owner", mark.owner)
        .with("id", address)
        .with("spec", &mark.spec)
        .with("protect", if mark.protect { "yes" } else { "no" })
        .with(
            "deletion",
            match mark.deletion {
                DeletionPolicy::Retain => "retain",
                DeletionPolicy::Delete => "delete",
            },
        )
        .with("schema", SCHEMA)
}

/// The mark's element in a domain's or network's document, of whichever owner.
pub(super) fn find(document: &Element) -> Option<&Element> {
    document.child("metadata")?.find_in(NAMESPACE, "managed", &[document])
}

/// Puts `mark` in the place of the mark that is there; what it does not say (labels, slots) is carried over.
pub(super) fn put(document: &mut Element, mut mark: Element) {
    if let Some(before) = find(document) {
        mark.children = before.children.clone();
    }
    remove(document);
    document.child_or_new("metadata").push(mark);
}

/// Takes the mark off.
pub(super) fn remove(document: &mut Element) {
    let Some(name) = find(document).map(|mark| mark.name.clone()) else { return };
    if let Some(metadata) = document.child_mut("metadata") {
        metadata.remove(&name);
    }
    document.remove_if_empty("metadata");
}

/// Reads the mark of a document.
pub(super) fn read(document: &Element) -> Option<Found> {
    let mark = find(document)?;
    let owner = mark.attr("owner")?.parse().ok().map(OwnerId)?;
    let labels = children(mark, "label")
        .filter_map(|label| Some((label.attr("key")?.to_owned(), label.attr("value")?.to_owned())))
        .collect();
    Some(Found {
        owner,
        spec: mark.attr("spec").map(str::to_owned),
        protect: mark.attr("protect") == Some("yes"),
        deletion: match mark.attr("deletion") {
            Some("delete") => DeletionPolicy::Delete,
            _ => DeletionPolicy::Retain,
        },
        labels,
        hotplug_slots: children(mark, "hotplug").find_map(|e| e.attr("slots")?.parse().ok()),
    })
}

/// Sets the labels in the mark, where there is one.
pub(super) fn set_labels(document: &mut Element, labels: &BTreeMap<String, String>) {
    edit(document, "label", |mark, prefix| {
        for (key, value) in labels {
            mark.push(Element::new(&qualified(prefix, "label")).with("key", key).with("value", value));
        }
    });
}

/// Sets the number of spare ports in the mark, where there is one.
pub(super) fn set_hotplug_slots(document: &mut Element, slots: Option<u32>) {
    edit(document, "hotplug", |mark, prefix| {
        if let Some(slots) = slots {
            mark.push(Element::new(&qualified(prefix, "hotplug")).with("slots", slots));
        }
    });
}

/// Whose an object with this mark is, seen by `owner`.
pub(super) fn ownership(found: Option<&Found>, owner: OwnerId) -> Ownership {
    match found {
        None => Ownership::Unmanaged,
        Some(found) if found.owner == owner => {
            Ownership::Ours { spec: found.spec.clone(), protect: found.protect, deletion: found.deletion }
        }
        Some(found) => Ownership::OtherOwner(found.owner),
    }
}

fn edit(document: &mut Element, local: &str, add: impl FnOnce(&mut Element, &str)) {
    let Some(name) = find(document).map(|mark| mark.name.clone()) else { return };
    let prefix = name.split_once(':').map_or("", |(prefix, _)| prefix).to_owned();
    let Some(mark) = document.child_mut("metadata").and_then(|metadata| metadata.child_mut(&name)) else { return };
    mark.remove(&qualified(&prefix, local));
    add(mark, &prefix);
}

fn qualified(prefix: &str, local: &str) -> String {
    if prefix.is_empty() { local.to_owned() } else { format!("{prefix}:{local}") }
}

/// The mark's children of a local name; they are written with the mark's own prefix.
fn children<'a>(mark: &'a Element, local: &'a str) -> impl Iterator<Item = &'a Element> {
    mark.elements().filter(move |e| e.name.rsplit(':').next() == Some(local))
}
