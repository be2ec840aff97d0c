//! Answers the shell while a command line is being typed. Names come from the state directory, so a key press
//! asks no backend.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use clap_complete::{CompleteEnv, engine::CompletionCandidate};
use model::Address;
use reconcile::StateDir;

use crate::arguments::Arguments;

/// Answers and ends the program where a shell asked for completions; returns where not.
pub fn answer_shell() {
    CompleteEnv::with_factory(Arguments::description).complete();
}

/// The units that were applied here.
pub fn units() -> Vec<CompletionCandidate> {
    known(|address| address.kind.is_unit().then_some(address.name))
}

/// The addresses that were applied here.
pub fn addresses() -> Vec<CompletionCandidate> {
    known(|address| Some(address.to_string()))
}

fn known(pick: impl Fn(Address) -> Option<String>) -> Vec<CompletionCandidate> {
    let directory = std::env::var_os("HYPERNIX_STATE_DIR").map_or("/var/lib/hypervisor".into(), PathBuf::from);
    let names: BTreeSet<String> = applied(&directory).into_iter().filter_map(pick).collect();
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// The addresses of the applied rows; nothing where they cannot be read, for a completion has nobody to tell.
fn applied(directory: &Path) -> Vec<Address> {
    if !directory.join("owner-id").exists() {
        return Vec::new();
    }
    let state = StateDir::open(directory).ok();
    let loaded = state.and_then(|state| state.rows().load().ok());
    loaded.map(|loaded| loaded.applied.rows.into_keys().collect()).unwrap_or_default()
}
