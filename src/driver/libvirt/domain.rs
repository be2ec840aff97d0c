//! Domains: their documents, and what is done to them.

mod alias;
pub(super) mod chain;
pub(super) mod define;
pub(super) mod devices;
pub(super) mod document;
pub(super) mod fingerprint;
pub(super) mod live;
pub(super) mod power;
pub(super) mod read;
pub(super) mod scope;
pub(super) mod shape;
pub(super) mod verify;
pub(super) mod xml;

pub(super) use alias::Named;

#[cfg(test)]
mod tests;
