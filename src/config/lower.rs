//! From resolved units to resources of the backends. Pure: the same inputs give the same bytes.
//!
//! ```text
//!   networks, pools, volumes            as declared
//!   units  vm, firecracker → image, volumes, seed, domain
//!          container, kata → container image, files, Docker volumes, container
//! ```

mod checks;
mod container;
mod container_image;
mod cpu;
mod disks;
mod domain;
mod health;
mod image;
mod ineffective;
mod interfaces;
mod machine;
mod mounts;
mod networks;
mod pools;
mod seed;
mod unit;
mod volumes;

pub(crate) use container_image::archive_file;
pub(crate) use image::hashed_file;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

use model::{Address, Contents, DeletionPolicy, Desired, HostFacts, OwnerId, Resource, SourcePos};

use crate::{
    compose::{Composition, ResolvedUnit, position_of},
    findings::Findings,
    manifest::Manifest,
    problem::{PlaceProblem, ValueProblem},
    unit::IsolationType,
};

/// What lowering has to know besides the configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct LowerSettings {
    /// Whose resources they are to be.
    pub owner: OwnerId,
    /// Where images, seeds, files, pools and logs are kept.
    pub state_dir: PathBuf,
    /// The host. Facts that are not known are left empty.
    pub host: HostFacts,
    /// What was applied here before: a renamed unit keeps the volumes that have its previous name.
    pub known: BTreeSet<Address>,
    /// What the files hold that [`Loaded::archives`] and [`Loaded::images`] name. Files that were not looked into are
    /// taken for what is declared of them.
    ///
    /// [`Loaded::archives`]: crate::Loaded::archives
    /// [`Loaded::images`]: crate::Loaded::images
    pub files: BTreeMap<PathBuf, Contents>,
}

/// Lowers a composition. What goes wrong is in `findings`, and the result then lacks it.
pub(crate) fn lower(
    manifest: &Manifest,
    composition: &Composition,
    settings: &LowerSettings,
    findings: Findings,
) -> (Desired, Findings) {
    let mut lowering = Lowering {
        manifest,
        composition,
        settings,
        findings,
        resources: BTreeMap::new(),
        declared_by: BTreeMap::new(),
        emulated: BTreeMap::new(),
    };
    if manifest.hypervisor.enable {
        lowering.everything();
    } else {
        lowering.findings.note(None, None, "`hypervisor.enable` is false: nothing is declared");
    }
    let Lowering { resources, mut findings, .. } = lowering;
    let mut notes = composition.notes.clone();
    notes.append(&mut findings.notes);
    (Desired { resources, notes }, findings)
}

/// A lowering under way.
pub(crate) struct Lowering<'a> {
    manifest: &'a Manifest,
    composition: &'a Composition,
    settings: &'a LowerSettings,
    findings: Findings,
    resources: BTreeMap<Address, Resource>,
    /// Who declared each resource, for messages.
    declared_by: BTreeMap<Address, String>,
    /// VMs that KVM does not run here, by architecture.
    emulated: BTreeMap<String, Vec<String>>,
}

impl<'a> Lowering<'a> {
    fn everything(&mut self) {
        checks::names(self);
        for (name, network) in &self.manifest.hypervisor.networks {
            networks::declare(self, name, network);
        }
        for (name, pool) in &self.manifest.hypervisor.storage.pools {
            pools::declare(self, name, pool);
        }
        for (name, volume) in &self.manifest.hypervisor.storage.volumes {
            volumes::declare(self, name, volume);
        }
        for unit in self.composition.units.values() {
            match unit.unit.features.isolation.kind {
                IsolationType::Vm | IsolationType::Firecracker => domain::declare(self, unit),
                IsolationType::Container | IsolationType::Kata => container::declare(self, unit),
                IsolationType::Wasm => {
                    let problem = crate::problem::GuestProblem::Wasm { unit: unit.name.clone() };
                    self.problem_at(unit, &["features", "isolation", "type"], &[], problem);
                }
            }
        }
        checks::everything(self);
        ineffective::note(self);
        self.note_host();
    }

    /// Notes what is emulated, once an architecture, and what the modules warn of.
    fn note_host(&mut self) {
        let host = &self.settings.host.arch;
        for (architecture, units) in std::mem::take(&mut self.emulated) {
            let units = crate::nearest::quoted_few(&units);
            let text = if architecture == *host {
                format!("KVM does not run guests on this host, so these VMs are emulated, which is slow: {units}")
            } else {
                format!("this host is {host}, so these {architecture} VMs are emulated, which is slow: {units}")
            };
            self.findings.note(None, None, text);
        }
        for warning in &self.manifest.warnings {
            self.findings.note(None, None, warning.clone());
        }
    }

    /// Adds a resource that `who` declares; another one of the same address is a problem.
    fn add(&mut self, address: Address, resource: Resource, who: String) {
        if let Some(first) = self.declared_by.get(&address) {
            let problem = PlaceProblem::Name {
                kind: address.kind.to_string().replace('-', " "),
                name: address.name.clone(),
                first: first.clone(),
                second: who,
                cure: "rename one of them".to_owned(),
            };
            self.findings.problem(resource.declared_at.as_ref(), problem);
            return;
        }
        self.declared_by.insert(address.clone(), who);
        self.resources.insert(address, resource);
    }

    /// Adds a resource that several may declare alike, such as an image. It is kept as long as one of them wants it
    /// kept.
    fn share(&mut self, address: Address, resource: Resource, who: String) {
        match self.resources.get_mut(&address) {
            Some(known) if known.spec == resource.spec => {
                if resource.policy.deletion == DeletionPolicy::Retain {
                    known.policy.deletion = DeletionPolicy::Retain;
                }
            }
            _ => self.add(address, resource, who),
        }
    }

    /// Records a problem with an option of a unit, at the place its value comes from; `rest` leads on into a list.
    fn problem_at(
        &mut self,
        unit: &ResolvedUnit,
        path: &[&str],
        rest: &[&str],
        problem: impl Into<crate::problem::Problem>,
    ) {
        let at = self.place_of(unit, path, rest);
        self.findings.problem(at.as_ref(), problem);
    }

    /// Where the value of an option of a unit was written, or else the unit.
    fn place_of(&self, unit: &ResolvedUnit, path: &[&str], rest: &[&str]) -> Option<SourcePos> {
        let origin = unit.layers.origin(path, rest, &self.manifest.positions);
        origin.as_ref().and_then(position_of).or(unit.declared_at.as_ref()).cloned()
    }

    /// The path, where it is absolute; a relative one is a problem.
    fn absolute(&mut self, who: &str, at: Option<&SourcePos>, option: &str, path: &Path) -> Option<PathBuf> {
        if path.is_absolute() {
            return Some(path.to_owned());
        }
        let problem = ValueProblem::Wrong {
            who: who.to_owned(),
            path: option.to_owned(),
            reason: format!("`{}` is a relative path, expected an absolute one", path.display()),
            cure: Some("begin it with `/`, or write it as a Nix path (`./file`, without quotes)".to_owned()),
        };
        self.findings.problem(at, problem);
        None
    }

    /// The name of a volume that belongs to a unit, where `address` says what a name means: it has the unit's name,
    /// or one that the unit had before where its volume is there under that one only.
    fn own_volume(&self, unit: &ResolvedUnit, disk: &str, address: impl Fn(&str) -> Address) -> String {
        let named = |unit: &str| format!("{unit}-{disk}");
        let is_known = |name: &String| self.settings.known.contains(&address(name));
        let own = named(&unit.name);
        let before = unit.unit.previous_names.iter().filter(|name| !self.composition.units.contains_key(*name));
        let before = before.map(|name| named(name)).find(is_known);
        before.filter(|_| !is_known(&own)).unwrap_or(own)
    }

    fn state(&self, folder: &str) -> PathBuf {
        self.settings.state_dir.join(folder)
    }
}

impl ResolvedUnit {
    /// The unit, for messages.
    pub(crate) fn who(&self) -> String {
        format!("the unit `{}`", self.name)
    }
}

/// A name as part of a file's: anything unusual becomes `-`.
fn file_name(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-') { c } else { '-' }).collect()
}

/// The first twelve hex digits of the SHA-256 over some texts.
fn short_hash<'t>(texts: impl IntoIterator<Item = &'t str>) -> String {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    for text in texts {
        hasher.update((text.len() as u64).to_le_bytes());
        hasher.update(text);
    }
    hex::encode(&hasher.finalize()[..6])
}
