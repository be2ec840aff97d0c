//! What a plan stands on: its hash, and whether the world has moved since it was made.

use std::fmt;

use model::{Address, Observed};
use sha2::{Digest, Sha256};

use crate::Plan;

/// The world has moved since the plan was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// What moved, in the order of addresses.
    pub moves: Vec<Move>,
}

/// One resource that is not as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// Which.
    pub address: Address,
    /// How.
    pub how: How,
}

/// How a resource moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It was not there, and is.
    Appeared,
    /// It was there, and is not.
    Vanished,
    /// Its configuration is another.
    Reconfigured,
    /// It was started, stopped or changed while it runs.
    ChangedLive,
}

impl Plan {
    /// The plan's hash, `sha256:` and 64 hex digits.
    pub fn hash(&self) -> String {
        let text = serde_json::to_vec(self).expect("plans have string keys only, so they always serialise");
        format!("sha256:{}", hex::encode(Sha256::digest(text)))
    }

    /// Whether everything that the plan changes is still as it was when the plan was made.
    ///
    /// # Errors
    /// When something moved; every such resource is named.
    pub fn verify_basis(&self, observed: &Observed) -> Result<(), Moved> {
        let moves: Vec<Move> = self.basis.keys().filter_map(|address| self.moved(address, observed)).collect();
        if moves.is_empty() { Ok(()) } else { Err(Moved { moves }) }
    }

    fn moved(&self, address: &Address, observed: &Observed) -> Option<Move> {
        let before = self.basis.get(address)?;
        let was_there = *before != model::Fingerprint::default();
        let how = match observed.resources.get(address).map(|seen| &seen.fingerprint) {
            None if was_there => How::Vanished,
            None => return None,
            Some(now) if now == before => return None,
            Some(_) if !was_there => How::Appeared,
            Some(now) if now.config != before.config => How::Reconfigured,
            Some(_) => How::ChangedLive,
        };
        Some(Move { address: address.clone(), how })
    }
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the plan no longer fits: ")?;
        for (at, moved) in self.moves.iter().enumerate() {
            let comma = if at == 0 { "" } else { ", " };
            write!(f, "{comma}{moved}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Move {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let how = match self.how {
            How::Appeared => "has appeared",
            How::Vanished => "has vanished",
            How::Reconfigured => "was reconfigured",
            How::ChangedLive => "was started, stopped or changed while it runs",
        };
        write!(f, "{} {how}", self.address)
    }
}

impl std::error::Error for Moved {}

#[cfg(test)]
mod tests;
