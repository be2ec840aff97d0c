//! Identities derived from names, so that the same declaration gives the same UUIDs and MAC addresses.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use crate::Address;

/// Tells hosts apart: made at random once per state directory; every mark we leave carries it, so that two
/// managers on one host never fight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnerId(pub Uuid);

/// The UUID of a resource that `owner` makes: version 5 over its address.
pub fn uuid_for(owner: OwnerId, address: &Address) -> Uuid {
    Uuid::new_v5(&owner.0, address.to_string().as_bytes())
}

/// The MAC address of the interface `nic` of the domain `domain`: 52 (local, unicast, as QEMU's prefix begins), then
/// five bytes of a hash over owner, domain and the interface's *name*, so that reordering interfaces changes nothing.
/// Forty bits keep a thousand interfaces from meeting by chance (docs/adr/0001).
pub fn mac_for(owner: OwnerId, domain: &str, nic: &str) -> String {
    let mut hasher = Sha256::new();
    hasher.update(owner.0.as_bytes());
    for part in [domain, nic] {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    let digest = hasher.finalize();
    let bytes: Vec<String> = digest[..5].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("52:{}", bytes.join(":"))
}

impl std::fmt::Display for OwnerId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::{OwnerId, mac_for};

    #[test]
    fn derived_addresses_are_local_unicast_stable_and_do_not_meet() {
        let owner = OwnerId(Uuid::nil());
        assert_eq!(mac_for(owner, "web", "lan"), mac_for(owner, "web", "lan"));
        assert_ne!(mac_for(owner, "web", "lan"), mac_for(OwnerId(Uuid::max()), "web", "lan"));
        let macs: BTreeSet<String> = (0..10_000).map(|n| mac_for(owner, &format!("web-{n}"), "lan")).collect();
        assert_eq!(macs.len(), 10_000);
        assert!(macs.iter().all(|mac| mac.len() == 17 && mac.starts_with("52:")));
    }
}
