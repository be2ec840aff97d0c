//! Networks of the container engine.

use super::{Class::ReplaceObject, Row, row};

/// What changing a Docker network's fields costs.
pub(super) const TABLE: &[Row] = &[
    row("driver", ReplaceObject, "members are disconnected and connected again, no container stops"),
    row("subnet.*", ReplaceObject, "members are disconnected and connected again, no container stops"),
    row("internal", ReplaceObject, "members are disconnected and connected again, no container stops"),
    row("options.*", ReplaceObject, "members are disconnected and connected again, no container stops"),
    row("labels.*", ReplaceObject, "members are disconnected and connected again, no container stops"),
];
