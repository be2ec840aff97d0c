//! The known name most like a misspelt one.

use std::borrow::Cow;

/// Finds the candidate nearest to `name`, if one is near enough to be meant.
pub(crate) fn nearest<'n>(name: &str, candidates: impl Iterator<Item = Cow<'n, str>>) -> Option<String> {
    let most = match name.chars().count() {
        0..=1 => 0,
        2..=4 => 1,
        5..=7 => 2,
        _ => 3,
    };
    candidates
        .map(|candidate| (strsim::osa_distance(name, &candidate), candidate))
        .filter(|(distance, candidate)| *distance <= most && *distance < candidate.len().max(2))
        .min_by(|(a, x), (b, y)| a.cmp(b).then_with(|| x.cmp(y)))
        .map(|(_, candidate)| candidate.into_owned())
}
