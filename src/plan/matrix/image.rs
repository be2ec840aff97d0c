//! Disk images on the host.

use super::{Class::ReplaceObject, Row, row};

/// What changing an image's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("path", ReplaceObject, "written beside and renamed over; refused while a volume lies over it"),
    row("sha256", ReplaceObject, "written beside and renamed over; refused while a volume lies over it"),
    row("origin", ReplaceObject, "fetched again; another origin of the same hash changes nothing"),
];
