//! Storage pools.

use super::{
    Class::{Ignored, Immutable, Live},
    Row, row,
};

/// What changing a pool's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("uuid", Ignored, "the identity, and our mark"),
    row("autostart", Live, "setAutostart"),
    row("type", Immutable, "its volumes would be lost from sight"),
    row("path", Immutable, "its volumes would be lost from sight"),
    row("sourceName", Immutable, "its volumes would be lost from sight"),
    row("sourceHost", Immutable, "its volumes would be lost from sight"),
    row("sourceDir", Immutable, "its volumes would be lost from sight"),
];
