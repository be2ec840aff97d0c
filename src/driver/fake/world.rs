//! What a fake host holds.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::{Address, DomainFacts, FieldPath, Fingerprint, HostFacts, Kind, PowerState, Spec};
use plan::Mark;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{defaults, patch};

/// Everything on a fake host.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct World {
    /// Its objects, whoever made them.
    pub objects: BTreeMap<Address, Object>,
    /// The host itself.
    pub facts: HostFacts,
    /// What was done to it, one line an effect: `start domain/web`.
    pub log: Vec<String>,
    /// For identities that a backend makes up.
    pub(super) serial: u64,
}

/// An object of a backend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// The backend's own name for it: another object of the same name has another one.
    pub id: String,
    /// The configuration that the next start uses, with what the backend filled in.
    pub config: Spec,
    /// What runs now, for domains that do.
    pub live: Option<Spec>,
    /// Whether it runs.
    pub power: PowerState,
    /// Our mark, on what has a place for one.
    pub mark: Option<Mark>,
    /// How often it was started.
    pub starts: u32,
    /// What only domains have.
    pub domain: Option<DomainFacts>,
    /// What is not ours and uses it.
    pub foreign_users: BTreeSet<String>,
}

/// Which of a domain's two configurations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one of the next start, as `virsh … --config` changes it.
    Config,
    /// The running one, as `virsh … --live` changes it.
    Live,
}

impl World {
    /// Makes an object by hand, without our mark.
    pub fn make_by_hand(&mut self, address: Address, spec: Spec, power: PowerState) {
        let object = self.new_object(&address, spec, None);
        self.objects.insert(address.clone(), object);
        if power == PowerState::Running {
            self.switch_on(&address);
        }
    }

    /// Changes a field of an object by hand; `None` takes it, or the device at that path, away.
    ///
    /// # Panics
    /// When there is no such object, or the field does not take such a value.
    pub fn set(&mut self, address: &Address, side: Side, path: &str, value: Option<Value>) {
        let object = self.objects.get_mut(address).expect("the test knows the object");
        let spec = match side {
            Side::Config => &mut object.config,
            Side::Live => object.live.as_mut().expect("the test knows that it runs"),
        };
        *spec = patch::set(spec, &FieldPath::from(path), value);
    }

    /// The objects of a kind that stand in the way of using a name twice.
    pub(super) fn identity_taken(&self, address: &Address, spec: &Spec) -> Option<&Address> {
        let uuid = identity(spec)?;
        let twin = |(other, object): &(&Address, &Object)| {
            *other != address && other.kind == address.kind && identity(&object.config) == Some(uuid)
        };
        self.objects.iter().find(twin).map(|(address, _)| address)
    }

    /// An object as the backend makes it of `spec`.
    pub(super) fn new_object(&mut self, address: &Address, spec: Spec, mark: Option<Mark>) -> Object {
        self.serial += 1;
        let id = hex::encode(Sha256::digest(format!("{address} {}", self.serial)));
        let config = defaults::filled_in(self, address, spec);
        let power = if is_always_on(address.kind) { PowerState::Running } else { PowerState::Off };
        let domain = (address.kind == Kind::Domain).then(DomainFacts::default);
        let starts = 0;
        Object { id, config, live: None, power, mark, starts, domain, foreign_users: BTreeSet::new() }
    }

    /// Runs the object as configured.
    pub(super) fn switch_on(&mut self, address: &Address) {
        if let Some(object) = self.objects.get_mut(address) {
            object.power = PowerState::Running;
            object.starts += 1;
            object.live = (address.kind == Kind::Domain).then(|| object.config.clone());
            let started = Timestamp::from_second(object.starts.into()).ok();
            object.domain = object.domain.take().map(|facts| DomainFacts { started, ..facts });
        }
    }

    /// Writes down an effect.
    pub(super) fn note(&mut self, what: &str, address: &Address) {
        self.log.push(format!("{what} {address}"));
    }
}

impl Object {
    /// Whether it runs, in whatever way.
    pub fn is_active(&self) -> bool {
        !matches!(self.power, PowerState::Off | PowerState::Crashed | PowerState::Finished)
    }

    /// The hashes of what the backend shows of it.
    pub(super) fn fingerprint(&self) -> Fingerprint {
        let config = hash(&(&self.config, &self.mark));
        let live = self.is_active().then(|| hash(&(&self.live, &self.config)));
        Fingerprint { config, live: live.unwrap_or_default() }
    }
}

/// Networks and pools are there while they are active.
pub(super) const fn is_always_on(kind: Kind) -> bool {
    matches!(kind, Kind::Network | Kind::Pool)
}

fn identity(spec: &Spec) -> Option<uuid::Uuid> {
    match spec {
        Spec::Domain(spec) => spec.uuid,
        Spec::Network(spec) => spec.uuid,
        Spec::Pool(spec) => spec.uuid,
        _ => None,
    }
}

fn hash(value: &impl Serialize) -> String {
    let json = serde_json::to_vec(value).expect("specifications have string keys only, so they always serialise");
    hex::encode(Sha256::digest(json))
}
