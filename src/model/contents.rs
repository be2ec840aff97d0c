//! What a file on the host holds, told by its hash.

/// What a file on the host holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contents {
    /// These bytes: their SHA-256, 64 hex digits.
    Sha256(String),
    /// There is no such file.
    Missing,
    /// It cannot be read; why.
    Unreadable(String),
}
