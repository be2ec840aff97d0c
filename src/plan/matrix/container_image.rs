//! Images of the container engine.

use super::{
    Class::{Ignored, ReplaceObject},
    Row, row,
};

/// What changing a container image's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("reference", Ignored, "the image's address"),
    row("id", Ignored, "observed, never declared"),
    row("source", ReplaceObject, "pulled or loaded again"),
    row("archiveSha256", ReplaceObject, "loaded again; containers of it are recreated"),
];
