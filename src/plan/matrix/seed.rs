//! cloud-init seeds.

use super::{Class::ReplaceObject, Row, row};

/// What changing a seed's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("path", ReplaceObject, "a new file, named by its contents; the guest's drive gets the new medium"),
    row("userData", ReplaceObject, "a new file, named by its contents"),
    row("metaData", ReplaceObject, "a new file, named by its contents"),
    row("networkConfig", ReplaceObject, "a new file, named by its contents"),
];
