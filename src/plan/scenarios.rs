//! Plans as a user sees them: a small world on the left, the printed plan on the right.

pub(crate) mod build;
mod containers;
mod full;
mod handover;
mod matrix;
mod owners;
mod pains;
mod policies;
mod properties;
mod prune;
mod rename;
mod schema;
mod simulate;
mod storage;
mod units;
