//! Volumes of the container engine.

use super::{Class::Immutable, Row, row};

/// What changing a Docker volume's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("driver", Immutable, "would be a new volume, without the data"),
    row("options.*", Immutable, "would be a new volume, without the data"),
    row("labels.*", Immutable, "labels cannot be changed, and a new volume would be without the data"),
];
