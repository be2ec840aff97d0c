//! Networks.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use model::{Address, Kind, ObservedResource, PowerState, Seen, Spec, spec::NetworkSpec};
use virt::{network::Network, sys};

use super::Question;
use crate::libvirt::{
    LibvirtError,
    connections::{Connections, Link},
    mark, network,
    xml::Element,
};

/// Reads every network that is asked for.
pub(super) async fn read(
    connections: &Connections,
    question: &Arc<Question>,
) -> Result<BTreeMap<Address, ObservedResource>, LibvirtError> {
    if !question.asks_for_kind(Kind::Network) {
        return Ok(BTreeMap::new());
    }
    let asked = Arc::clone(question);
    connections
        .run(move |link| {
            let active = names(link, sys::VIR_CONNECT_LIST_NETWORKS_ACTIVE)?;
            let autostart = names(link, sys::VIR_CONNECT_LIST_NETWORKS_AUTOSTART)?;
            let transient = names(link, sys::VIR_CONNECT_LIST_NETWORKS_TRANSIENT)?;
            let mut read = BTreeMap::new();
            for found in link.read(|connect| connect.list_all_networks(0))? {
                let address = Address::new(Kind::Network, found.name()?);
                if !asked.asks_for(&address) {
                    continue;
                }
                let has = |names: &BTreeSet<String>| names.contains(&address.name);
                match read_one(link, &asked, &address, &found, has(&active), has(&autostart), has(&transient)) {
                    Ok(resource) => {
                        read.insert(address, resource);
                    }
                    Err(error) if error.is_missing() => {}
                    Err(error) => return Err(error),
                }
            }
            Ok(read)
        })
        .await
}

fn names(link: &Link<'_>, filter: sys::virConnectListAllNetworksFlags) -> Result<BTreeSet<String>, LibvirtError> {
    let networks = link.read(|connect| connect.list_all_networks(filter))?;
    Ok(networks.iter().map(Network::name).collect::<Result<_, _>>()?)
}

fn read_one(
    link: &Link<'_>,
    question: &Question,
    address: &Address,
    found: &Network,
    active: bool,
    autostart: bool,
    transient: bool,
) -> Result<ObservedResource, LibvirtError> {
    let flags = if transient { 0 } else { sys::VIR_NETWORK_XML_INACTIVE };
    let config = link.read(|_| found.xml_desc(flags))?;
    let live = if active { Some(link.read(|_| found.xml_desc(0))?) } else { None };
    let fingerprint = network::fingerprint(&config, live.as_deref(), autostart);
    let power = if active { PowerState::Running } else { PowerState::Off };
    let (ownership, seen) = if question.is_unchanged(address, &fingerprint) {
        (question.by_row(address), Seen::Unchanged)
    } else {
        let document = Element::parse(&config)?;
        let spec =
            |document: &Element| Spec::Network(NetworkSpec { autostart: Some(autostart), ..network::read(document) });
        let live = live.map(|live| Element::parse(&live)).transpose()?;
        let ownership = mark::ownership(mark::read(&document).as_ref(), question.owner);
        (ownership, Seen::Parsed { config: spec(&document), live: live.as_ref().map(spec) })
    };
    Ok(ObservedResource { ownership, seen, power, fingerprint, domain: None, foreign_users: BTreeSet::new() })
}
