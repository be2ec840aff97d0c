//! Documents from elsewhere: what a file with libvirt's XML declares, and what of it we have no word for.
//!
//! A domain's disks that are files here become volumes of pools at their directories, as only those can be declared.

mod disks;
mod unread;

use model::{Address, DeletionPolicy, Kind, OwnerId, Spec};
use plan::Mark;

use super::{
    domain::{self, Named},
    network, pool,
    pools::PoolPaths,
    xml::{Element, XmlError},
};

/// An object that a document declares.
#[derive(Clone, Debug, PartialEq)]
pub struct ForeignObject {
    /// Its kind and name.
    pub address: Address,
    /// The object, as far as we have words for it.
    pub spec: Spec,
    /// What the document says beyond that, each as a line to read.
    pub unread: Vec<String>,
}

/// A document that declares nothing we know.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    /// It is no XML.
    #[error("it is not well-formed XML")]
    Xml {
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// It is about something else.
    #[error("it begins with <{found}>, not with <domain>, <network> or <pool>")]
    Kind {
        /// Its root element.
        found: String,
    },
    /// It has no name.
    #[error("its <{kind}> has no <name>")]
    Nameless {
        /// Its root element.
        kind: String,
    },
}

/// Reads a document of libvirt's: the object, after what it needs.
///
/// # Errors
/// When it is not XML, of another kind, or without a name.
pub fn read_document(text: &str) -> Result<Vec<ForeignObject>, ForeignError> {
    let document = Element::parse(text).map_err(|error: XmlError| ForeignError::Xml { source: Box::new(error) })?;
    let name = document.text_of("name").filter(|name| !name.is_empty());
    let nameless = || ForeignError::Nameless { kind: document.name.clone() };
    match document.name.as_str() {
        "domain" => Ok(read_domain(name.ok_or_else(nameless)?, &document)),
        "network" => {
            let name = name.ok_or_else(nameless)?;
            let spec = network::read(&document);
            let written = network::write(&name, &spec, nobody_s_mark());
            Ok(vec![object(Kind::Network, &name, Spec::Network(spec), &document, &written)])
        }
        "pool" => {
            let name = name.ok_or_else(nameless)?;
            let spec = pool::read(&document);
            let written = pool::write(&name, &spec);
            Ok(vec![object(Kind::Pool, &name, Spec::Pool(spec), &document, &written)])
        }
        found => Err(ForeignError::Kind { found: found.to_owned() }),
    }
}

fn read_domain(name: String, document: &Element) -> Vec<ForeignObject> {
    let document = &with_names(document.clone());
    let disks = disks::found(document);
    let pools: PoolPaths = disks.pools.iter().map(|(name, path)| (name.clone(), path.clone())).collect();
    let around = domain::read::Surroundings { pools: &pools, declared: None, snapshots: 0 };
    let mut spec = domain::read::read(document, &around).spec;
    let mut unread = disks.put_into(&mut spec);
    // A document does not tell these: the usual is meant.
    (spec.autostart, spec.hotplug_slots) = (Some(true), Some(8));
    let mark = Mark {
        owner: OwnerId(uuid::Uuid::nil()),
        spec: String::new(),
        protect: false,
        deletion: DeletionPolicy::Retain,
    };
    let written = domain::document::new(&name, &spec, &mark);
    unread.extend(unread::told(document, &written));
    let mut objects = disks.objects();
    objects.push(ForeignObject { address: Address::new(Kind::Domain, name), spec: Spec::Domain(spec), unread });
    objects
}

/// The document with a name for each interface that has neither name nor MAC address.
fn with_names(mut document: Element) -> Element {
    let devices = document.child_mut("devices").into_iter().flat_map(Element::elements_mut);
    let interfaces = devices.filter(|device| device.name == Named::Interface.element());
    for (number, interface) in interfaces.enumerate() {
        if Named::Interface.key(interface).is_none() {
            let alias = Named::Interface.alias(&format!("nic{number}"));
            interface.put(Element::new("alias").with("name", alias));
        }
    }
    document
}

fn object(kind: Kind, name: &str, spec: Spec, document: &Element, written: &Element) -> ForeignObject {
    ForeignObject { address: Address::new(kind, name), spec, unread: unread::told(document, written) }
}

fn nobody_s_mark() -> Element {
    Element::new("hv:managed")
}

#[cfg(test)]
mod tests;
