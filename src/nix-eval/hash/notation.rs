//! How hashes are written: base 16, Nix's base 32, base 64, SRI.

use base64::Engine;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};

use super::{Algorithm, Hash};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};

/// Without e, o, u and t.
const NIX32: &[u8; 32] = b"0123456789abcdfghijklmnpqrsvwxyz";

/// Base 64 as Nix reads it: padding may be missing, and bits left over do not count.
const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// A notation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    Base16,
    Nix32,
    Base64,
    Sri,
}

impl Format {
    pub(crate) fn parse(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"base16" => Format::Base16,
            b"nix32" | b"base32" => Format::Nix32,
            b"base64" => Format::Base64,
            b"sri" => Format::Sri,
            _ => return None,
        })
    }

    pub(crate) fn write(self, hash: &Hash) -> String {
        match self {
            Format::Base16 => hex::encode(&hash.digest),
            Format::Nix32 => nix32(&hash.digest),
            Format::Base64 => STANDARD.encode(&hash.digest),
            Format::Sri => format!("{}-{}", hash.algorithm.name(), STANDARD.encode(&hash.digest)),
        }
    }

    /// The notation of a text without algorithm, told by its length.
    fn of_length(len: usize, algorithm: Algorithm) -> Option<Self> {
        let bytes = algorithm.len();
        [(bytes * 2, Format::Base16), ((bytes * 8).div_ceil(5), Format::Nix32), (bytes.div_ceil(3) * 4, Format::Base64)]
            .into_iter()
            .find_map(|(length, format)| (length == len).then_some(format))
    }

    fn name(self) -> &'static str {
        match self {
            Format::Base16 => "base16",
            Format::Nix32 => "nix32",
            Format::Base64 => "Base64",
            Format::Sri => "SRI",
        }
    }

    /// The bytes that a text stands for; none when it has characters that the notation lacks.
    fn decode(self, text: &[u8]) -> Option<Vec<u8>> {
        match self {
            Format::Base16 => hex::decode(text).ok(),
            Format::Nix32 => from_nix32(text),
            Format::Base64 | Format::Sri => {
                let end = text.iter().position(|c| *c == b'=').unwrap_or(text.len());
                let digits: Vec<u8> = text[..end].iter().copied().filter(|c| *c != b'\n').collect();
                LENIENT.decode(digits).ok()
            }
        }
    }
}

/// Writes bytes in Nix's base 32: the last digit first, five bits each.
pub(crate) fn nix32(bytes: &[u8]) -> String {
    let len = (bytes.len() * 8).div_ceil(5);
    let digit = |n: usize| {
        let (byte, shift) = (n * 5 / 8, n * 5 % 8);
        let low = u16::from(bytes[byte]) >> shift;
        let high = bytes.get(byte + 1).map_or(0, |next| u16::from(*next) << (8 - shift));
        char::from(NIX32[usize::from((low | high) & 0x1f)])
    };
    (0..len).rev().map(digit).collect()
}

fn from_nix32(text: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = vec![0u8; text.len() * 5 / 8];
    for (n, c) in text.iter().rev().enumerate() {
        let digit = NIX32.iter().position(|known| known == c)? as u16;
        let (byte, shift) = (n * 5 / 8, n * 5 % 8);
        let bits = digit << shift;
        let [low, high] = bits.to_le_bytes();
        if let Some(place) = bytes.get_mut(byte) {
            *place |= low;
        } else if low != 0 {
            return None;
        }
        if let Some(place) = bytes.get_mut(byte + 1) {
            *place |= high;
        } else if high != 0 {
            return None;
        }
    }
    Some(bytes)
}

/// An algorithm that a text begins with.
struct Prefix {
    algorithm: Algorithm,
    is_sri: bool,
}

/// Splits `algorithm:hash` or, in SRI, `algorithm-hash`.
fn split(text: &[u8]) -> Res<(Option<Prefix>, &[u8])> {
    let Some(at) = text.iter().position(|c| *c == b':').or_else(|| text.iter().position(|c| *c == b'-')) else {
        return Ok((None, text));
    };
    let prefix = Prefix { algorithm: Algorithm::parse(&text[..at])?, is_sri: text[at] == b'-' };
    Ok((Some(prefix), &text[at + 1..]))
}

pub(super) fn parse(text: &[u8], given: Option<Algorithm>) -> Res<Hash> {
    let refuse = |message: String| Err(Fault::new(ErrorKind::Value, message));
    let shown = String::from_utf8_lossy(text);
    let (own, rest) = split(text)?;
    let algorithm = match (&own, given) {
        (Some(own), Some(given)) if own.algorithm != given => {
            return refuse(format!("hash '{shown}' should have type '{}'", given.name()));
        }
        (Some(own), _) => own.algorithm,
        (None, Some(given)) => given,
        (None, None) => {
            return refuse(format!(
                "hash '{shown}' does not include a type, nor is the type otherwise known from context"
            ));
        }
    };
    let digits = String::from_utf8_lossy(rest);
    let is_sri = own.is_some_and(|own| own.is_sri);
    let format = if is_sri { Some(Format::Sri) } else { Format::of_length(rest.len(), algorithm) };
    let Some(format) = format else {
        return refuse(format!("hash '{digits}' has wrong length for hash algorithm '{}'", algorithm.name()));
    };
    let digest = format.decode(rest).unwrap_or_default();
    if digest.len() != algorithm.len() {
        let (name, got, expected) = (format.name(), digest.len(), algorithm.len());
        return refuse(format!("invalid {name} hash '{digits}', length {got} != expected length {expected}"));
    }
    Ok(Hash { algorithm, digest })
}
