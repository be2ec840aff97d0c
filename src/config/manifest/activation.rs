//! `hypervisor.activation`, as far as it is for us: the rest is how NixOS calls us.

use model::Span;
use serde::{Deserialize, Serialize};

/// How far an activation may go.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ActivationOptions {
    /// Whether data may be destroyed where the declaration says so.
    pub allow_destroy: bool,
    /// Whether everything goes back to what it was where a step fails.
    pub rollback_on_failure: bool,
    /// How long somebody has to confirm before everything goes back.
    pub confirm_within: Option<Span>,
}
