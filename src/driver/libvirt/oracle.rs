//! Asks libvirt itself what it would say to a domain, before anything live is touched: an embedded QEMU driver
//! (`qemu:///embed`) with a root directory of its own defines the document and forgets it.
//!
//! The driver is embedded in a `virsh` of its own, not in this process: a process that has loaded it can no longer
//! reach the daemon (libvirt 9.0 hands it every `qemu` URI from then on), and what hangs there can be killed.
//!
//! What it makes of the document is read back and compared with the specification: what it would lose or change is
//! told now, not after the domain was defined.
//!
//! Domains of one shape (the same but for names, identities and paths) get one answer, and answers of assent are
//! kept, so an unchanged declaration asks nothing.

mod kept;
mod virsh;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    time::Duration,
};

use model::{Address, DeletionPolicy, OwnerId, Spec, spec::DomainSpec};
use plan::Mark;
use uuid::Uuid;

use super::{
    LibvirtError,
    connections::{Connections, Link},
    domain::{define, document, read, scope::Scope, shape, verify},
    pools::PoolPaths,
    xml::Element,
};
use crate::{Finding, Severity};
use virsh::Answer;

/// How often, and how long apart, the embedded driver is tried while another process has it.
const TAKEN: (u32, Duration) = (20, Duration::from_millis(250));

/// The oracle; one question at a time.
#[derive(Debug)]
pub(super) struct Oracle {
    root: PathBuf,
    // Orders the use of the embedded driver: there is one in a process.
    turn: tokio::sync::Mutex<()>,
}

/// A document to ask about, and the domains it stands for.
struct Case {
    shape: String,
    spec: DomainSpec,
    document: Element,
    stands_for: Vec<Address>,
}

impl Oracle {
    /// Makes an oracle that keeps its root under `state`.
    pub(super) fn new(state: &Path) -> Self {
        Self { root: state.join("oracle"), turn: tokio::sync::Mutex::new(()) }
    }

    /// What libvirt would say to these specifications.
    pub(super) async fn ask(&self, live: &Connections, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        let domains: BTreeMap<&Address, &DomainSpec> = wanted
            .iter()
            .filter_map(|(address, spec)| match spec {
                Spec::Domain(spec) => Some((address, spec)),
                _ => None,
            })
            .collect();
        let Some(first) = domains.keys().next().map(|address| (*address).clone()) else { return Vec::new() };
        let turn = self.turn.lock().await;
        let accepted = kept::read(&self.root);
        let asked: BTreeMap<Address, DomainSpec> = domains
            .into_iter()
            .filter(|(_, spec)| !accepted.contains(&shape::of(spec)))
            .map(|(address, spec)| (address.clone(), spec.clone()))
            .collect();
        if asked.is_empty() {
            return Vec::new();
        }
        let answered = self.answer(live, asked).await;
        drop(turn);
        answered.unwrap_or_else(|error| {
            let text = format!("libvirt could not be asked beforehand what it would say to the domains: {error}");
            vec![Finding { address: first, severity: Severity::Warning, text }]
        })
    }

    async fn answer(
        &self,
        live: &Connections,
        asked: BTreeMap<Address, DomainSpec>,
    ) -> Result<Vec<Finding>, LibvirtError> {
        prepare(&self.root)?;
        let cases = live.run(move |link| cases(link, &asked)).await?;
        let documents: Vec<&Element> = cases.iter().map(|case| &case.document).collect();
        let mut tries = 0;
        let answers = loop {
            match virsh::define_each(&self.root, &documents).await {
                Err(error) if tries < TAKEN.0 && is_taken(&error) => {
                    tries += 1;
                    tokio::time::sleep(TAKEN.1).await;
                }
                other => break other?,
            }
        };
        let (mut findings, mut accepted) = (Vec::new(), BTreeSet::new());
        for (case, answer) in cases.into_iter().zip(answers) {
            match fault(&case.spec, &case.document, answer)? {
                None => {
                    accepted.insert(case.shape);
                }
                Some(text) => {
                    let finding = |address| Finding { address, severity: Severity::Error, text: text.clone() };
                    findings.extend(case.stands_for.into_iter().map(finding));
                }
            }
        }
        kept::add(&self.root, accepted);
        Ok(findings)
    }
}

/// What is wrong with an answer: that libvirt refuses, or makes something else of the document than it says, be it of
/// what was asked for or of what was there already.
fn fault(spec: &DomainSpec, asked: &Element, answer: Answer) -> Result<Option<String>, LibvirtError> {
    let made = match answer {
        Answer::Refused(words) => return Ok(Some(words)),
        Answer::Taken(document) => Element::parse(&document)?,
    };
    let pools = PoolPaths::default();
    let read =
        |document| read::read(document, &read::Surroundings { pools: &pools, declared: Some(spec), snapshots: 0 });
    let (asked, made, everything) = (read(asked).spec, read(&made).spec, Scope::everything());
    let difference = verify::difference(spec, &made, &everything);
    let difference = difference.or_else(|| verify::difference(&asked, &made, &everything));
    Ok(difference.map(|difference| format!("libvirt would make something else of it: {difference}")))
}

/// One document a shape: of a new domain, or of the one that is there with everything patched in.
fn cases(link: &Link<'_>, asked: &BTreeMap<Address, DomainSpec>) -> Result<Vec<Case>, LibvirtError> {
    let nobody =
        Mark { owner: OwnerId(Uuid::nil()), spec: String::new(), protect: false, deletion: DeletionPolicy::Retain };
    let mut cases: BTreeMap<String, Case> = BTreeMap::new();
    for (address, spec) in asked {
        let shape = shape::of(spec);
        if let Some(case) = cases.get_mut(&shape) {
            case.stands_for.push(address.clone());
            continue;
        }
        let document = match define::lookup(link, &address.name)? {
            None => document::new(&address.name, spec, &nobody),
            Some(domain) => {
                let mut document = define::inactive(link, &domain)?;
                document::patch(&mut document, spec, &Scope::everything(), None, &BTreeMap::new());
                document
            }
        };
        let case = Case { shape: shape.clone(), spec: spec.clone(), document, stands_for: vec![address.clone()] };
        cases.insert(shape, case);
    }
    Ok(cases.into_values().collect())
}

/// The driver's root. As `root` its QEMU is probed as `root` too: as another user that may not open /dev/kvm,
/// libvirt would probe it anew for every document, for seconds each.
fn prepare(root: &Path) -> Result<(), LibvirtError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| LibvirtError::File { verb: "write", path, source }
    };
    let etc = root.join("etc");
    std::fs::create_dir_all(&etc).map_err(failed(&etc))?;
    if rustix::process::geteuid().is_root() {
        let file = etc.join("qemu.conf");
        std::fs::write(&file, "user = \"root\"\ngroup = \"root\"\n").map_err(failed(&file))?;
    }
    Ok(())
}

fn is_taken(error: &LibvirtError) -> bool {
    matches!(error, LibvirtError::Program { output, .. } if output.contains("acquire pid file"))
}

#[cfg(test)]
mod tests {
    use model::{
        Bytes,
        spec::{DomainMemory, DomainSpec, Vcpus},
    };

    use super::{Answer, Element, fault};

    #[test]
    fn what_libvirt_would_make_otherwise_is_a_fault() {
        let memory = DomainMemory { maximum: Some(Bytes::mib(512)), ..DomainMemory::default() };
        let vcpus = Vcpus { maximum: Some(2), ..Vcpus::default() };
        let spec = DomainSpec { memory, vcpus, ..DomainSpec::default() };
        let document = |kib: u64, vcpus: u32, title: &str| {
            format!("<domain>{title}<memory unit='KiB'>{kib}</memory><vcpu>{vcpus}</vcpu></domain>")
        };
        let title = "<title>by hand</title>";
        let asked = Element::parse(&document(512 * 1024, 2, title)).expect("it is a document");
        let made = |answer| fault(&spec, &asked, answer).expect("it can be read");
        let taken = |kib, vcpus, title| made(Answer::Taken(document(kib, vcpus, title)));
        assert_eq!(taken(512 * 1024, 2, title), None);
        let words = taken(512 * 1024, 1, title).expect("a CPU is lost");
        assert_eq!(words, "libvirt would make something else of it: vcpus.maximum is 1, not 2");
        assert!(taken(256 * 1024, 2, title).is_some_and(|words| words.contains("memory.maximum")));
        assert!(taken(512 * 1024, 2, "").is_some_and(|words| words.contains("title")), "what was there is lost");
        assert_eq!(made(Answer::Refused("no such bus".to_owned())).as_deref(), Some("no such bus"));
    }
}
