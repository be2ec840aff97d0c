//! Files on the host that are mounted into containers.

use super::{Class::ReplaceObject, Row, row};

/// What changing a file's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("path", ReplaceObject, "written anew"),
    row("content", ReplaceObject, "written beside and renamed over; containers that mount it are restarted"),
    row("mode", ReplaceObject, "written beside and renamed over; containers that mount it are restarted"),
    row("owner", ReplaceObject, "written beside and renamed over; containers that mount it are restarted"),
    row("group", ReplaceObject, "written beside and renamed over; containers that mount it are restarted"),
];
