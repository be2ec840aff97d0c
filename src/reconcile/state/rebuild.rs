//! The state made anew after it was lost: from the marks on the objects and the generations.

use std::collections::BTreeMap;

use model::{Address, Applied, AppliedRow, Desired, Fingerprint, Observed, Ownership};

use super::row::{row_of, row_of_mark};
use crate::{Generation, GenerationResult};

/// The rows of what the generations (newest first) still speak for: the newest declaration of each resource, back
/// to the newest apply that succeeded. What that one no longer declares is not ours any more; later ones ended
/// half-way, so that what they took out of the declaration may be there still.
///
/// Fingerprints are left empty, so that whoever looks with these rows reads everything.
pub(crate) fn spoken_for(generations: &[(Generation, Desired)]) -> Applied {
    let mut rows = BTreeMap::new();
    for (generation, desired) in generations {
        for (address, resource) in &desired.resources {
            let row = || row_of(resource, Fingerprint::default(), generation.number);
            rows.entry(address.clone()).or_insert_with(row);
        }
        if generation.result == GenerationResult::Succeeded {
            break;
        }
    }
    Applied { rows, ..Applied::default() }
}

/// Works out what was last applied from what is `observed` with the rows of [`spoken_for`], and from what earlier
/// applies wanted, newest first.
///
/// An object with our mark gets the specification that the mark's hash names, where a generation still has it,
/// else an empty one: then nothing of it counts as applied by us, and nothing of it is ever taken away for having
/// left the declaration. What has no place for a mark (volumes, images, files) is ours where the generations speak
/// for it. Fingerprints are left empty, so that the next run reads everything.
pub fn rebuild(observed: &Observed, generations: &[(Generation, Desired)]) -> Applied {
    let spoken_for = spoken_for(generations).rows;
    let rows = observed.resources.iter().filter_map(|(address, object)| {
        let row = match &object.ownership {
            Ownership::Ours { spec, .. } => marked(address, spec.as_deref(), generations)
                .unwrap_or_else(|| row_of_mark(address, Some(&object.ownership))),
            Ownership::Unmanaged if !bears_mark(address) => spoken_for.get(address)?.clone(),
            Ownership::Unmanaged | Ownership::OtherOwner(_) => return None,
        };
        Some((address.clone(), row))
    });
    Applied { rows: rows.collect(), ..Applied::default() }
}

/// The row of the newest generation's resource that has the mark's hash.
fn marked(address: &Address, hash: Option<&str>, generations: &[(Generation, Desired)]) -> Option<AppliedRow> {
    generations.iter().find_map(|(generation, desired)| {
        let resource = desired.resources.get(address)?;
        let same = Some(resource.spec.hash().as_str()) == hash;
        same.then(|| row_of(resource, Fingerprint::default(), generation.number))
    })
}

/// Whether objects of the kind carry a mark themselves.
fn bears_mark(address: &Address) -> bool {
    use model::Kind::{Container, DockerNetwork, DockerVolume, Domain, Network, Pool};
    matches!(address.kind, Network | DockerNetwork | Pool | DockerVolume | Domain | Container)
}
