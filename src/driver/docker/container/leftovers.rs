//! A replacement that was killed half-way leaves `<name>.hvnew` or `<name>.hvold`; both carry our labels,
//! but for an old one that was being adopted.
//!
//! ```text
//!   name   hvnew  hvold   what had happened            what is done
//!   old    new    –       the new one is not proven    the new one is removed
//!   –      new    old     proven, between two renames  the new one gets the name, the old one is removed
//!   –      –      old     somebody removed the new     the old one gets its name back
//!   –      new    –       somebody removed the old     the new one, unproven, is removed
//!   new    –      old     all but the last removal     the old one is removed
//! ```

use std::collections::HashMap;

use bollard::query_parameters::ListContainersOptionsBuilder;
use model::OwnerId;

use super::{Inspection, id_of, read};
use crate::docker::{Docker, EngineError, labels};

/// What a new container is called until it is proven.
const NEW: &str = ".hvnew";
/// What the old one is called until it is removed.
const OLD: &str = ".hvold";

/// What was found of an interrupted replacement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Leftover {
    /// Nothing.
    None,
    /// Something, and it was put right.
    Cleared,
}

/// Which side of a replacement a name is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The old container.
    Old,
    /// The new container.
    New,
}

/// The unit and side that a leftover's name tells; `None` for any other name.
pub(crate) fn leftover_of(name: &str) -> Option<(&str, Side)> {
    let new = name.strip_suffix(NEW).map(|unit| (unit, Side::New));
    new.or_else(|| name.strip_suffix(OLD).map(|unit| (unit, Side::Old)))
}

/// The name of the new container.
pub(super) fn new_name(name: &str) -> String {
    format!("{name}{NEW}")
}

/// The name of the old container.
pub(super) fn old_name(name: &str) -> String {
    format!("{name}{OLD}")
}

impl Docker {
    /// Finishes every replacement that was interrupted; returns the units concerned.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub(in crate::docker) async fn finish_swaps(&self, owner: OwnerId) -> Result<Vec<String>, EngineError> {
        let filters = HashMap::from([("label", vec![format!("{}={owner}", labels::OWNER)])]);
        let options = ListContainersOptionsBuilder::default().all(true).filters(&filters).build();
        let ours = self
            .engine
            .read("our containers", |client| {
                let options = options.clone();
                async move { client.list_containers(Some(options)).await }
            })
            .await?;
        let names = ours.iter().flat_map(|container| container.names.iter().flatten());
        let units = names.filter_map(|name| leftover_of(name.trim_start_matches('/')));
        let units: std::collections::BTreeSet<String> = units.map(|(unit, _)| unit.to_owned()).collect();
        for unit in &units {
            self.finish_swap(unit).await?;
        }
        Ok(units.into_iter().collect())
    }

    /// Puts right what an interrupted replacement of `name` left, by the table above.
    pub(in crate::docker) async fn finish_swap(&self, name: &str) -> Result<Leftover, EngineError> {
        let new = self.ours_called(&new_name(name)).await?;
        let mut old = self.ours_called(&old_name(name)).await?;
        if new.is_none() && old.is_none() {
            return Ok(Leftover::None);
        }
        let there = self.inspect_container(name).await?;
        if there.is_none() && new.is_some() && old.is_none() {
            // The old one carries no mark where it was adopted.
            old = self.inspect_container(&old_name(name)).await?;
        }
        match (&there, &new, &old) {
            (None, Some(new), Some(old)) => {
                self.rename_container(id_of(new), name).await?;
                self.remove_container(id_of(old)).await?;
            }
            (None, None, Some(old)) => self.rename_container(id_of(old), name).await?,
            _ => {
                for leftover in [&new, &old].into_iter().flatten() {
                    self.remove_container(id_of(leftover)).await?;
                }
            }
        }
        Ok(Leftover::Cleared)
    }

    async fn ours_called(&self, name: &str) -> Result<Option<Inspection>, EngineError> {
        let there = self.inspect_container(name).await?;
        Ok(there.filter(|there| labels::owner_of(&read::all_labels(there)).is_some()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Side, leftover_of};

    #[test]
    fn leftovers_are_told_from_other_names() {
        assert_eq!(leftover_of("web.hvnew"), Some(("web", Side::New)));
        assert_eq!(leftover_of("web.hvold"), Some(("web", Side::Old)));
        assert_eq!(leftover_of("web.old"), None);
    }
}
