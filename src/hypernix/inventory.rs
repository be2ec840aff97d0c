//! What is on the host, as rows of tables and as JSON. One file a table.

mod image;
mod network;
mod pool;
mod unit;
mod volume;

use jiff::{SignedDuration, Timestamp, Unit};
use model::{Observed, ObservedResource, Ownership, PowerState, Seen, Spec};
use serde::Serialize;

use crate::{
    output::Output,
    table::{Listing, Tone},
};

pub use image::ImageRow;
pub use network::NetworkRow;
pub use pool::PoolRow;
pub use unit::{UnitRow, units};
pub use volume::VolumeRow;

/// A row that knows its table.
pub trait Row: Serialize {
    /// The table's column titles.
    const TITLES: &'static [&'static str];

    /// The row's cells, one a title.
    fn cells(&self, now: Timestamp) -> Vec<(String, Tone)>;
}

/// Which objects are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Ours.
    Managed,
    /// Everybody's.
    Everything,
}

/// Whose an object is, as lists say it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Managed {
    /// A Nix file declares it.
    Nix,
    /// Another installation of this program made it.
    Other,
    /// Nobody we know.
    No,
}

impl Scope {
    /// Whether an object of this ownership is listed.
    pub fn holds(self, resource: &ObservedResource) -> bool {
        self == Self::Everything || matches!(resource.ownership, Ownership::Ours { .. })
    }
}

impl Managed {
    fn cell(self) -> (String, Tone) {
        match self {
            Self::Nix => ("nix".to_owned(), Tone::Plain),
            Self::Other => ("other".to_owned(), Tone::Faint),
            Self::No => ("-".to_owned(), Tone::Faint),
        }
    }
}

impl From<&Ownership> for Managed {
    fn from(ownership: &Ownership) -> Self {
        match ownership {
            Ownership::Ours { .. } => Self::Nix,
            Ownership::OtherOwner(_) => Self::Other,
            Ownership::Unmanaged => Self::No,
        }
    }
}

/// The rows as a table.
pub fn table<R: Row>(rows: &[R], now: Timestamp, output: &Output) -> String {
    let mut listing = Listing::new(R::TITLES.iter().copied());
    for row in rows {
        listing.row(row.cells(now));
    }
    listing.print(output)
}

/// The rows that `make` makes of the objects in scope, in the order of addresses.
pub fn rows<R>(
    observed: &Observed,
    scope: Scope,
    make: impl Fn(&model::Address, &Spec, &ObservedResource) -> Option<R>,
) -> Vec<R> {
    let resources = observed.resources.iter().filter(|(_, resource)| scope.holds(resource));
    resources
        .filter_map(|(address, resource)| match &resource.seen {
            Seen::Parsed { config, live } => make(address, live.as_ref().unwrap_or(config), resource),
            Seen::Unchanged => None,
        })
        .collect()
}

/// The time since `then`, in its two largest units: `3h 12m`.
pub fn age(then: Timestamp, now: Timestamp) -> String {
    let elapsed = now.duration_since(then).max(SignedDuration::ZERO);
    let seconds = u64::try_from(elapsed.as_secs()).unwrap_or(0);
    let text = humantime::format_duration(std::time::Duration::from_secs(seconds)).to_string();
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

/// A point in time as tables show it: to the second, UTC.
pub fn moment(at: Timestamp) -> String {
    let rounded = at.round(Unit::Second).unwrap_or(at);
    rounded.strftime("%F %T UTC").to_string()
}

fn power_cell(power: PowerState) -> (String, Tone) {
    let tone = match power {
        PowerState::Running => Tone::Good,
        PowerState::Off | PowerState::Finished => Tone::Faint,
        PowerState::Paused | PowerState::Stopping => Tone::Attention,
        PowerState::Crashed | PowerState::Restarting => Tone::Bad,
    };
    (power_word(power).to_owned(), tone)
}

/// The word for a power state.
pub fn power_word(power: PowerState) -> &'static str {
    match power {
        PowerState::Off => "off",
        PowerState::Running => "running",
        PowerState::Paused => "paused",
        PowerState::Stopping => "stopping",
        PowerState::Crashed => "crashed",
        PowerState::Finished => "finished",
        PowerState::Restarting => "restarting",
    }
}

/// The word for whether something that cannot run is there for use.
fn activity_cell(power: PowerState) -> (String, Tone) {
    match power {
        PowerState::Running => ("active".to_owned(), Tone::Good),
        _ => ("inactive".to_owned(), Tone::Faint),
    }
}

#[cfg(test)]
mod tests;
