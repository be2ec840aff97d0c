//! Dates and times as Nix writes them.

use std::fmt::Write;

use toml::value::{Datetime, Offset};

/// The text of a date, a time or both; none where a time has no seconds, which TOML 1.0 does not allow.
pub(super) fn text(of: &Datetime) -> Option<String> {
    let mut text = of.date.map(|date| date.to_string()).unwrap_or_default();
    if let Some(time) = of.time {
        if of.date.is_some() {
            text.push('T');
        }
        let fraction = match time.nanosecond.unwrap_or_default() {
            0 => String::new(),
            nanoseconds if nanoseconds % 1_000_000 == 0 => format!(".{:03}", nanoseconds / 1_000_000),
            nanoseconds if nanoseconds % 1000 == 0 => format!(".{:06}", nanoseconds / 1000),
            nanoseconds => format!(".{nanoseconds:09}"),
        };
        write!(text, "{:02}:{:02}:{:02}{fraction}", time.hour, time.minute, time.second?).ok()?;
    }
    match of.offset {
        Some(Offset::Z | Offset::Custom { minutes: 0 }) => text.push('Z'),
        Some(offset) => text.push_str(&offset.to_string()),
        None => {}
    }
    Some(text)
}
