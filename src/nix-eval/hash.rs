//! Hashes: the algorithms, and how they are written.

mod notation;

use sha1::Digest;

use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
pub(crate) use notation::{Format, nix32};

/// A hash algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Algorithm {
    Md5,
    Sha1,
    Sha256,
    Sha512,
    Blake3,
}

impl Algorithm {
    pub(crate) fn known(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"md5" => Algorithm::Md5,
            b"sha1" => Algorithm::Sha1,
            b"sha256" => Algorithm::Sha256,
            b"sha512" => Algorithm::Sha512,
            b"blake3" => Algorithm::Blake3,
            _ => return None,
        })
    }

    pub(crate) fn parse(name: &[u8]) -> Res<Self> {
        Self::known(name).ok_or_else(|| {
            let message = format!(
                "unknown hash algorithm '{}', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'",
                String::from_utf8_lossy(name)
            );
            Fault::new(ErrorKind::Value, message)
        })
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Algorithm::Md5 => "md5",
            Algorithm::Sha1 => "sha1",
            Algorithm::Sha256 => "sha256",
            Algorithm::Sha512 => "sha512",
            Algorithm::Blake3 => "blake3",
        }
    }

    /// Length of its digest in bytes.
    pub(crate) fn len(self) -> usize {
        match self {
            Algorithm::Md5 => 16,
            Algorithm::Sha1 => 20,
            Algorithm::Sha256 | Algorithm::Blake3 => 32,
            Algorithm::Sha512 => 64,
        }
    }

    pub(crate) fn digest(self, bytes: &[u8]) -> Vec<u8> {
        match self {
            Algorithm::Md5 => md5::Md5::digest(bytes).to_vec(),
            Algorithm::Sha1 => sha1::Sha1::digest(bytes).to_vec(),
            Algorithm::Sha256 => sha2::Sha256::digest(bytes).to_vec(),
            Algorithm::Sha512 => sha2::Sha512::digest(bytes).to_vec(),
            Algorithm::Blake3 => blake3::hash(bytes).as_bytes().to_vec(),
        }
    }
}

/// A digest with the algorithm that made it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hash {
    pub(crate) algorithm: Algorithm,
    pub(crate) digest: Vec<u8>,
}

impl Hash {
    pub(crate) fn sha256(digest: Vec<u8>) -> Self {
        Self { algorithm: Algorithm::Sha256, digest }
    }

    /// Reads a hash in any notation; the algorithm must be in the text or be given, and not contradict.
    pub(crate) fn parse(text: &[u8], given: Option<Algorithm>) -> Res<Self> {
        notation::parse(text, given)
    }

    /// `algorithm-base64`.
    pub(crate) fn sri(&self) -> String {
        Format::Sri.write(self)
    }
}

#[cfg(test)]
mod tests;
