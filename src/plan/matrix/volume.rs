//! Storage volumes.

use super::{
    Class::{GrowOnly, Ignored, Immutable},
    Row, row,
};

/// What changing a volume's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("pool", Ignored, "part of the volume's address"),
    row("name", Ignored, "part of the volume's address"),
    row("capacity", GrowOnly, "resized; through the domain that has it open where one runs"),
    row("format", Immutable, "would be a new volume, without the data"),
    row("backing", Immutable, "would be a new volume, without the data"),
    row("contents", Ignored, "what it is filled with when it is made"),
];
