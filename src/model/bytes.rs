//! Sizes in bytes, with one parser for every place a size is written (decision: Ki/Mi/Gi/Ti are powers of
//! 1024, K/M/G/T powers of 1000, a bare number is bytes).

use std::{fmt, str::FromStr};

use bytesize::ByteSize;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A number of bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bytes(u64);

/// A size that does not parse.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a size: expected a number and a unit, such as \"512Mi\", \"4Gi\" or \"10G\"")]
pub struct ParseBytesError {
    /// What was written.
    pub text: String,
}

impl Bytes {
    /// One kibibyte.
    pub const KIB: u64 = 1 << 10;
    /// One mebibyte.
    pub const MIB: u64 = 1 << 20;
    /// One gibibyte.
    pub const GIB: u64 = 1 << 30;

    /// Makes a size of `n` bytes.
    pub const fn new(n: u64) -> Self {
        Self(n)
    }

    /// Makes a size of `n` kibibytes, libvirt's unit for memory.
    pub const fn kib(n: u64) -> Self {
        Self(n.saturating_mul(Self::KIB))
    }

    /// Makes a size of `n` mebibytes.
    pub const fn mib(n: u64) -> Self {
        Self(n.saturating_mul(Self::MIB))
    }

    /// Makes a size of `n` gibibytes.
    pub const fn gib(n: u64) -> Self {
        Self(n.saturating_mul(Self::GIB))
    }

    /// The number of bytes.
    pub const fn get(self) -> u64 {
        self.0
    }

    /// The size in kibibytes, rounded up.
    pub const fn as_kib(self) -> u64 {
        self.0.div_ceil(Self::KIB)
    }

    /// The size in mebibytes, rounded up.
    pub const fn as_mib(self) -> u64 {
        self.0.div_ceil(Self::MIB)
    }

    /// Rounds up to whole kibibytes, the grain in which libvirt keeps memory.
    pub const fn round_to_kib(self) -> Self {
        Self::kib(self.as_kib())
    }
}

impl FromStr for Bytes {
    type Err = ParseBytesError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let refused = || ParseBytesError { text: text.to_owned() };
        let trimmed = text.trim();
        if !trimmed.starts_with(|c: char| c.is_ascii_digit()) {
            return Err(refused());
        }
        trimmed.parse::<ByteSize>().map(|size| Self(size.as_u64())).map_err(|_| refused())
    }
}

impl fmt::Display for Bytes {
    /// Prints the size exactly, in the largest binary unit that divides it, else in bytes.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const UNITS: [(u32, &str); 4] = [(40, "TiB"), (30, "GiB"), (20, "MiB"), (10, "KiB")];
        for (shift, unit) in UNITS {
            if self.0 != 0 && self.0.trailing_zeros() >= shift {
                return write!(f, "{} {unit}", self.0 >> shift);
            }
        }
        write!(f, "{} B", self.0)
    }
}

impl Serialize for Bytes {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u64(self.0)
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer).map(Self)
    }
}

#[cfg(test)]
mod tests;
