//! Folders with what is known of their origin, as fetchers give them.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value as Json, json};

use super::content::{ContentAddress, Method};
use super::copy::bad_path;
use super::nar;
use super::object::Object;
use super::path::StorePath;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::hash::{Algorithm, Hash};

/// What a tree is called in the store.
const NAME: &str = "source";

/// A folder in the store.
#[derive(Clone, Debug)]
pub(crate) struct Tree {
    pub(crate) path: StorePath,
    pub(crate) nar_hash: Hash,
    /// When the youngest file in it changed, in seconds of the epoch, where that was looked at.
    pub(crate) last_modified: Option<u64>,
}

impl Tree {
    /// What fetchers tell of it; `given` is what is known beforehand.
    pub(crate) fn attributes(&self, given: &Map<String, Json>) -> Map<String, Json> {
        let mut known = Map::new();
        known.insert("narHash".to_owned(), json!(self.nar_hash.sri()));
        for name in ["rev", "revCount", "dirtyRev", "dirtyShortRev", "submodules"] {
            if let Some(value) = given.get(name) {
                known.insert(name.to_owned(), value.clone());
            }
        }
        if let Some(rev) = given.get("rev").and_then(Json::as_str) {
            known.insert("shortRev".to_owned(), json!(rev.get(..7).unwrap_or(rev)));
        }
        if let Some(date) = given.get("lastModified").and_then(Json::as_u64).or(self.last_modified) {
            known.insert("lastModified".to_owned(), json!(date));
            known.insert("lastModifiedDate".to_owned(), json!(date_text(date)));
        }
        known
    }
}

/// A date as `YYYYMMDDhhmmss` in UTC.
fn date_text(seconds: u64) -> String {
    let (days, time) = (seconds / 86_400, seconds % 86_400);
    // Days since 1 March of the year 0; years then end with the leap day. The method is Howard Hinnant's.
    let days = days + 719_468;
    let (era, day) = (days / 146_097, days % 146_097);
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, era * 400 + year) } else { (month - 9, era * 400 + year + 1) };
    format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}", time / 3600, time / 60 % 60, time % 60)
}

impl Evaluator<'_> {
    /// The tree whose hash is given, if it is in the store.
    pub(crate) fn tree_in_store(&mut self, given: &Map<String, Json>) -> Res<Option<Tree>> {
        let Some(hash) = given.get("narHash").and_then(Json::as_str) else { return Ok(None) };
        let nar_hash = Hash::parse(hash.as_bytes(), Some(Algorithm::Sha256))?;
        let name = given.get("name").and_then(Json::as_str).unwrap_or(NAME);
        let path = self.tree_path(&nar_hash, name)?;
        Ok(self.store.view.contains(&path).then_some(Tree { path, nar_hash, last_modified: None }))
    }

    /// Where a tree with a hash would be.
    pub(crate) fn promised_place(&self, hash: &str) -> Option<String> {
        let hash = Hash::parse(hash.as_bytes(), Some(Algorithm::Sha256)).ok()?;
        Some(self.store.dir.print(&self.tree_path(&hash, NAME).ok()?))
    }

    fn tree_path(&self, hash: &Hash, name: &str) -> Res<StorePath> {
        let address = ContentAddress { method: Method::Nar, hash: hash.clone() };
        address.path(&self.store.dir, name, &BTreeSet::new()).map_err(bad_path)
    }

    /// A folder of the host as a tree of the store; `what` names it in messages.
    pub(crate) fn tree_of_path(&mut self, folder: &Path, expected: Option<&str>, what: &str) -> Res<Tree> {
        self.tree_of_files(folder, expected, what, None)
    }

    /// The same, of only some files.
    pub(crate) fn tree_of_files(
        &mut self,
        folder: &Path,
        expected: Option<&str>,
        what: &str,
        only: Option<BTreeSet<PathBuf>>,
    ) -> Res<Tree> {
        let view = self.store.view.clone();
        let host = view.host();
        let folder = &view.original(folder);
        let modified = Cell::new(host.modified(folder).unwrap_or_default());
        let nar_hash = nar::hash(host, folder, &|path| {
            let belongs = match &only {
                Some(only) => path.strip_prefix(folder).is_ok_and(|inside| only.contains(inside)),
                None => true,
            };
            if belongs {
                modified.set(modified.get().max(host.modified(path).unwrap_or_default()));
            }
            belongs
        })?;
        if let Some(expected) = expected {
            let wanted = Hash::parse(expected.as_bytes(), Some(Algorithm::Sha256))?;
            if wanted != nar_hash {
                let message = format!(
                    "NAR hash mismatch in input '{what}', expected '{}' but got '{}'",
                    wanted.sri(),
                    nar_hash.sri()
                );
                return Err(Fault::new(ErrorKind::Value, message));
            }
        }
        let path = self.tree_path(&nar_hash, NAME)?;
        self.add_object(&path, Object::tree(folder.clone(), only))?;
        Ok(Tree { path, nar_hash, last_modified: Some(modified.get()) })
    }
}

#[cfg(test)]
mod tests {
    use super::date_text;

    #[test]
    fn dates_are_written_in_utc() {
        assert_eq!(date_text(0), "19700101000000");
        assert_eq!(date_text(951_782_399), "20000228235959");
        assert_eq!(date_text(951_782_400), "20000229000000");
        assert_eq!(date_text(1_750_000_000), "20250615150640");
    }
}
