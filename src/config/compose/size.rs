//! Sizes in settings that are not typed yet.

use model::Bytes;
use serde_json::Value;

/// The size that a value is, where it is one.
pub(super) fn bytes(value: &Value) -> Option<Bytes> {
    match value {
        Value::String(text) => text.parse().ok(),
        Value::Number(number) => number.as_u64().map(Bytes::new),
        _ => None,
    }
}

/// The size times a factor, rounded to whole bytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "sizes in use are far below 2^53, and a float cast saturates"
)]
pub(super) fn scaled(size: Bytes, factor: f64) -> Bytes {
    Bytes::new((size.get() as f64 * factor).max(0.0).round() as u64)
}

/// A size as the options write it, in the largest unit that holds it exactly.
pub(super) fn text(size: Bytes) -> Value {
    let bytes = size.get();
    let units = [(Bytes::GIB, "Gi"), (Bytes::MIB, "Mi"), (Bytes::KIB, "Ki")];
    match units.into_iter().find(|(unit, _)| bytes >= *unit && bytes.is_multiple_of(*unit)) {
        Some((unit, suffix)) => format!("{}{suffix}", bytes / unit).into(),
        None => bytes.into(),
    }
}
