//! Append-only files of checked records, one a line, so that a person can read them too:
//!
//! ```text
//!   <length of the JSON in bytes> <its CRC-32C, 8 hex digits> <JSON>\n
//! ```
//!
//! A writer that dies leaves a torn last record behind, which readers pass over. A record that does not check
//! though sound ones follow it is damage, and said so.

use serde::{Serialize, de::DeserializeOwned};

/// What a file of records holds.
#[derive(Debug)]
pub(crate) struct Decoded<T> {
    /// The sound records, in order.
    pub records: Vec<T>,
    /// Where the sound part ends; what lies behind it is a torn tail, to be cut off before the next record.
    pub sound: usize,
}

/// Damage: a record that does not check, or does not say what it should, before others that do.
#[derive(Debug, thiserror::Error)]
#[error("the record at byte {offset} {what}")]
pub struct Damage {
    /// Where the record begins.
    pub offset: usize,
    /// What is wrong with it.
    pub what: String,
}

/// Writes `record` as a line.
pub(crate) fn encode(record: &impl Serialize) -> Vec<u8> {
    let json = serde_json::to_vec(record).expect("records have string keys only, so they always serialise");
    let mut line = format!("{} {:08x} ", json.len(), crc32c::crc32c(&json)).into_bytes();
    line.extend_from_slice(&json);
    line.push(b'\n');
    line
}

/// Reads every record of `bytes`.
///
/// # Errors
/// [`Damage`] where a record does not check though it is not the last, or is of another form.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Result<Decoded<T>, Damage> {
    let mut decoded = Decoded { records: Vec::new(), sound: 0 };
    while decoded.sound < bytes.len() {
        let rest = &bytes[decoded.sound..];
        let Some((json, length)) = checked(rest) else {
            return if sound_record_follows(rest) {
                Err(Damage { offset: decoded.sound, what: "fails its checksum".to_owned() })
            } else {
                Ok(decoded)
            };
        };
        let record = serde_json::from_slice(json)
            .map_err(|error| Damage { offset: decoded.sound, what: format!("cannot be read: {error}") })?;
        decoded.records.push(record);
        decoded.sound += length;
    }
    Ok(decoded)
}

/// The last record of `bytes`, where it is sound.
pub(crate) fn last<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    let body = bytes.strip_suffix(b"\n")?;
    let start = body.iter().rposition(|&b| b == b'\n').map_or(0, |at| at + 1);
    let (json, _) = checked(&bytes[start..])?;
    serde_json::from_slice(json).ok()
}

/// The JSON of the record that `bytes` begins with and the record's whole length, where it is sound.
fn checked(bytes: &[u8]) -> Option<(&[u8], usize)> {
    let (length, crc, header) = header(bytes)?;
    let end = header.checked_add(length)?;
    let json = bytes.get(header..end)?;
    let sound = bytes.get(end) == Some(&b'\n') && crc32c::crc32c(json) == crc;
    sound.then_some((json, end + 1))
}

/// The length and checksum that `bytes` begins with, and where the JSON begins.
fn header(bytes: &[u8]) -> Option<(usize, u32, usize)> {
    const LONGEST: usize = "18446744073709551615 ffffffff ".len();
    let text = &bytes[..bytes.len().min(LONGEST)];
    let mut fields = text.splitn(3, |&b| b == b' ');
    let (length, crc, rest) = (fields.next()?, fields.next()?, fields.next()?);
    let length = std::str::from_utf8(length).ok()?.parse().ok()?;
    let crc = u32::from_str_radix(std::str::from_utf8(crc).ok()?, 16).ok()?;
    Some((length, crc, text.len() - rest.len()))
}

/// Whether a sound record begins anywhere behind the first byte: the damaged one may have lost its own end.
fn sound_record_follows(bytes: &[u8]) -> bool {
    (1..bytes.len()).any(|at| checked(&bytes[at..]).is_some())
}

#[cfg(test)]
mod tests;
