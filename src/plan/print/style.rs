//! How a plan is printed.

use owo_colors::{AnsiColors, OwoColorize as _};

use crate::{Effect, Verb};

/// How a plan is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Style {
    /// Whether there are colours.
    pub colour: Colour,
    /// How many unmanaged objects are named before the rest is only counted.
    pub unmanaged: usize,
}

/// Whether there are colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Colour {
    /// Text only.
    #[default]
    Plain,
    /// ANSI escapes.
    Ansi,
}

impl Default for Style {
    fn default() -> Self {
        Self { colour: Colour::Plain, unmanaged: 10 }
    }
}

impl Style {
    /// The text in a colour, where there are colours.
    pub(super) fn paint(&self, text: &str, colour: AnsiColors) -> String {
        match self.colour {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => text.color(colour).to_string(),
        }
    }

    /// The text in bold, where there are colours.
    pub(super) fn strong(&self, text: &str) -> String {
        match self.colour {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => text.bold().to_string(),
        }
    }

    /// The text in grey, where there are colours.
    pub(super) fn faint(&self, text: &str) -> String {
        match self.colour {
            Colour::Plain => text.to_owned(),
            Colour::Ansi => text.dimmed().to_string(),
        }
    }
}

/// A change's mark at the beginning of its line.
pub(super) const fn mark(verb: Verb) -> &'static str {
    match verb {
        Verb::Create | Verb::Adopt => "+",
        Verb::Rename | Verb::Update | Verb::Refresh => "~",
        Verb::Drift => "!",
        Verb::Stage | Verb::Pending => "»",
        Verb::Restart => "↻",
        Verb::Recreate => "±",
        Verb::Start => "▶",
        Verb::Check => "?",
        Verb::Stop => "■",
        Verb::Orphan | Verb::Remove | Verb::Release => "-",
        Verb::Destroy => "✗",
        Verb::Keep | Verb::Hold => "=",
    }
}

/// A change's word after its address.
pub(super) const fn word(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "create",
        Verb::Adopt => "adopt",
        Verb::Rename => "rename",
        Verb::Update => "change",
        Verb::Refresh => "refresh",
        Verb::Drift => "drift",
        Verb::Stage => "staged",
        Verb::Pending => "pending",
        Verb::Restart => "restart",
        Verb::Recreate => "recreate",
        Verb::Start => "start",
        Verb::Check => "check",
        Verb::Stop => "stop",
        Verb::Orphan => "orphan",
        Verb::Remove => "remove",
        Verb::Destroy => "DESTROY",
        Verb::Release => "release",
        Verb::Keep => "keep",
        Verb::Hold => "hold",
    }
}

/// What the summary says of so many resources with this verb.
pub(super) const fn counted(verb: Verb) -> &'static str {
    match verb {
        Verb::Create => "to create",
        Verb::Adopt => "to adopt",
        Verb::Rename => "to rename",
        Verb::Update => "to change",
        Verb::Refresh => "to refresh",
        Verb::Drift => "drifted",
        Verb::Stage => "staged for the next cold start",
        Verb::Pending => "waiting for a cold start",
        Verb::Restart => "to restart",
        Verb::Recreate => "to recreate",
        Verb::Start => "to start",
        Verb::Check => "to check again",
        Verb::Stop => "to stop",
        Verb::Orphan => "orphaned",
        Verb::Remove => "to remove",
        Verb::Destroy => "to destroy",
        Verb::Release => "to release",
        Verb::Keep => "kept",
        Verb::Hold => "held",
    }
}

/// What an effect means to whoever uses the resource.
pub(super) const fn disruption(effect: Effect) -> &'static str {
    match effect {
        Effect::None => "",
        Effect::Live => "live",
        Effect::NextBoot => "next cold start",
        Effect::Restart => "restart",
        Effect::Recreate => "new one in its place",
        Effect::Destroy => "DATA LOST",
    }
}

/// A verb's colour.
pub(super) const fn colour(verb: Verb) -> AnsiColors {
    match verb {
        Verb::Create | Verb::Adopt | Verb::Start => AnsiColors::Green,
        Verb::Rename | Verb::Update | Verb::Refresh | Verb::Check => AnsiColors::Cyan,
        Verb::Stage | Verb::Pending => AnsiColors::Blue,
        Verb::Drift | Verb::Restart | Verb::Recreate | Verb::Stop | Verb::Orphan => AnsiColors::Yellow,
        Verb::Remove | Verb::Destroy => AnsiColors::Red,
        Verb::Release | Verb::Keep | Verb::Hold => AnsiColors::BrightBlack,
    }
}
