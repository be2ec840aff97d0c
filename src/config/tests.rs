//! What a user of the crate notices: configurations in, resources, explanations and error messages out.

mod bad_input;
mod blueprints;
mod lowering;
mod precedence;
mod properties;
mod snippets;
mod support;
