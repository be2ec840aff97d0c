//! Builtins that are no functions.

use super::Visibility;
use crate::attrs::Builder;
use crate::evaluator::Evaluator;
use crate::settings::Purity;
use crate::symbols::{PATH, PREFIX};
use crate::value::Value;

/// The version whose semantics we follow.
const NIX_VERSION: &str = "2.34.8";

/// The version of the language, as Nix counts it.
const LANGUAGE_VERSION: i64 = 6;

pub(super) fn all<'a>(evaluator: &mut Evaluator<'a>) -> Vec<(&'static str, Value<'a>, Visibility)> {
    let store_dir = evaluator.settings.store_dir.clone();
    let mut constants = vec![
        ("true", Value::Bool(true), Visibility::Global),
        ("false", Value::Bool(false), Visibility::Global),
        ("null", Value::Null, Visibility::Global),
        ("nixVersion", evaluator.string(NIX_VERSION.as_bytes()), Visibility::Prefixed),
        ("langVersion", Value::Int(LANGUAGE_VERSION), Visibility::Prefixed),
        ("storeDir", evaluator.string(store_dir.as_bytes()), Visibility::Prefixed),
        ("nixPath", search_path(evaluator), Visibility::Prefixed),
    ];
    if evaluator.settings.purity == Purity::Impure {
        let since = std::time::UNIX_EPOCH.elapsed().map_or(0, |since| since.as_secs() as i64);
        constants.push(("currentTime", Value::Int(since), Visibility::Prefixed));
        let system = evaluator.settings.current_system.clone();
        constants.push(("currentSystem", evaluator.string(system.as_bytes()), Visibility::Prefixed));
    }
    constants
}

fn search_path<'a>(evaluator: &mut Evaluator<'a>) -> Value<'a> {
    let entries = match evaluator.settings.purity {
        Purity::Impure => evaluator.settings.search_path.clone(),
        Purity::Pure => Vec::new(),
    };
    let mut items = Vec::new();
    for entry in entries {
        let prefix = evaluator.string(entry.prefix.as_bytes());
        let path = evaluator.string(entry.path.as_os_str().as_encoded_bytes());
        let set = Builder::new(evaluator.arena).with(PREFIX, prefix).with(PATH, path).finish();
        items.push(evaluator.arena.cell(set));
    }
    evaluator.list(&items)
}
