//! One run of the program: its global options and where its answers go.

use crate::{arguments::Global, output::Output};

/// One run of the program.
#[derive(Debug)]
pub struct Session {
    /// The options that every command has.
    pub global: Global,
    /// Where answers go.
    pub output: Output,
}

impl Session {
    /// Makes the session of these options.
    pub fn new(global: Global, output: Output) -> Self {
        Self { global, output }
    }
}
