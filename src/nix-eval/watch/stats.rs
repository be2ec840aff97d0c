//! Counts of what evaluations did.

use std::time::Duration;

use super::Site;

/// What evaluations did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Evaluations that have ended.
    pub evaluations: u64,
    /// Files that were read and parsed.
    pub files: u64,
    /// Bytes of source text that were parsed, those of expressions included.
    pub source_bytes: u64,
    /// Distinct names of attributes and variables.
    pub names: u64,
    /// Calls of functions written in Nix.
    pub function_calls: u64,
    /// Calls of builtins.
    pub builtin_calls: u64,
    /// Delayed values that were computed.
    pub thunks: u64,
    /// Sets that expressions made.
    pub sets: u64,
    /// Attributes in these.
    pub attributes: u64,
    /// `//` operations.
    pub updates: u64,
    /// Lists that expressions made.
    pub lists: u64,
    /// Elements in these.
    pub elements: u64,
    /// Bytes of values, environments and syntax.
    pub bytes: u64,
    /// The most bytes that one evaluation held.
    pub peak_bytes: u64,
    /// Time from the beginning to the end of each.
    pub wall: Duration,
}

impl Stats {
    pub(super) fn count(&mut self, site: Site) {
        match site {
            Site::Root => {}
            Site::Function(_) => self.function_calls += 1,
            Site::Builtin(_) => self.builtin_calls += 1,
            Site::Thunk(_) => self.thunks += 1,
        }
    }

    pub(super) fn add(&mut self, other: &Stats) {
        self.evaluations += other.evaluations;
        self.files += other.files;
        self.source_bytes += other.source_bytes;
        self.names += other.names;
        self.function_calls += other.function_calls;
        self.builtin_calls += other.builtin_calls;
        self.thunks += other.thunks;
        self.sets += other.sets;
        self.attributes += other.attributes;
        self.updates += other.updates;
        self.lists += other.lists;
        self.elements += other.elements;
        self.bytes += other.bytes;
        self.peak_bytes = self.peak_bytes.max(other.peak_bytes);
        self.wall += other.wall;
    }

    /// Every count with its name in JSON and in words.
    #[must_use]
    pub fn rows(&self) -> [(&'static str, &'static str, u64); 14] {
        [
            ("evaluations", "evaluations", self.evaluations),
            ("files", "files read", self.files),
            ("sourceBytes", "bytes of source", self.source_bytes),
            ("names", "distinct names", self.names),
            ("functionCalls", "calls of functions", self.function_calls),
            ("builtinCalls", "calls of builtins", self.builtin_calls),
            ("thunks", "delayed values computed", self.thunks),
            ("sets", "sets made", self.sets),
            ("attributes", "attributes in them", self.attributes),
            ("updates", "sets joined (//)", self.updates),
            ("lists", "lists made", self.lists),
            ("elements", "elements in them", self.elements),
            ("bytes", "bytes of values and syntax", self.bytes),
            ("peakBytes", "most bytes at once", self.peak_bytes),
        ]
    }
}
