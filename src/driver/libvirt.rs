//! libvirt: domains, networks, pools and volumes.
//!
//! ```text
//!   LibvirtDriver ─┬─ connections   a bounded pool, every call with a deadline
//!                  ├─ observe       documents, hashed; parsed where they changed
//!                  ├─ domain        documents written, patched and read; live changes; power
//!                  ├─ schema        libvirt's check of documents, one at a time
//!                  ├─ network, pool, volume
//!                  ├─ oracle        qemu:///embed, asked before anything is touched
//!                  ├─ validate      what a start would miss on this host
//!                  └─ facts         the host, and whether KVM really runs a guest
//! ```

mod connections;
mod console;
mod domain;
mod error;
mod events;
mod execute;
mod facts;
mod ffi;
mod foreign;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64", target_arch = "riscv64"))]
mod library;
mod mark;
mod network;
mod observe;
mod oracle;
mod pool;
mod pools;
mod schema;
mod stats;
mod usage;
mod validate;
mod volume;
mod xml;

use std::{collections::BTreeMap, path::PathBuf, sync::Arc, time::Duration};

use async_trait::async_trait;
use model::{Address, Backend, HostFacts, OwnerId, Previous, Spec};
use plan::Step;
use tokio::io::DuplexStream;

use crate::{CallCount, Calls, Driver, Finding, Observation, ObserveError, ObserveRequest, Outcome, StepError, Teller};
use connections::Connections;
use execute::Workshop;
use oracle::Oracle;

pub use error::LibvirtError;
pub use foreign::{ForeignError, ForeignObject, read_document};
pub use stats::DomainInfo;
pub use usage::DomainUsage;

/// Where libvirt is, and how it is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LibvirtSettings {
    /// The connection's URI, `qemu:///system`.
    pub uri: String,
    /// How many connections are used at once; libvirt serves five calls at a time on each.
    pub connections: usize,
    /// How long libvirt may take to answer what it need not think about; what takes longer has limits of its own.
    pub patience: Duration,
    /// Our state directory: the oracle's root and the verdict about KVM are kept in it.
    pub state_dir: PathBuf,
    /// Whether it is tried out that KVM runs a guest.
    pub kvm: KvmProbe,
}

/// Whether it is tried out that KVM runs a guest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum KvmProbe {
    /// A tiny guest is started; the verdict is kept.
    #[default]
    TryGuest,
    /// libvirt is believed.
    Believe,
    /// KVM is not used.
    Never,
}

/// libvirt as a [`Driver`].
#[derive(Debug)]
pub struct LibvirtDriver {
    settings: LibvirtSettings,
    connections: Arc<Connections>,
    workshop: Workshop,
    ahead: observe::Ahead,
    oracle: Oracle,
    calls: Arc<Calls>,
}

impl LibvirtSettings {
    /// The usual settings: eight connections to `uri`.
    pub fn new(uri: impl Into<String>, state_dir: impl Into<PathBuf>) -> Self {
        Self {
            uri: uri.into(),
            connections: 8,
            patience: Duration::from_secs(30),
            state_dir: state_dir.into(),
            kvm: KvmProbe::default(),
        }
    }
}

impl LibvirtDriver {
    /// Makes the driver; nothing is connected before the first call.
    pub fn new(settings: LibvirtSettings) -> Self {
        let calls = Arc::new(Calls::default());
        let connections = Arc::new(Connections::new(&settings, Arc::clone(&calls)));
        let (starts, active) = (Default::default(), Default::default());
        Self {
            workshop: Workshop { connections: Arc::clone(&connections), starts, active },
            connections,
            ahead: observe::Ahead::default(),
            oracle: Oracle::new(&settings.state_dir),
            settings,
            calls,
        }
    }

    /// Opens the serial console of a running domain: what is read is what the guest prints, what is written is
    /// typed. Dropping the stream closes it.
    ///
    /// # Errors
    /// When libvirt cannot be reached or the domain does not run.
    pub async fn console(&self, name: &str) -> Result<DuplexStream, LibvirtError> {
        console::open(&self.connections, name).await
    }

    /// Tells what a domain shows of itself at the moment.
    ///
    /// # Errors
    /// When libvirt cannot be reached or there is no such domain.
    pub async fn domain_info(&self, name: &str) -> Result<DomainInfo, LibvirtError> {
        let name = name.to_owned();
        self.connections.run(move |link| stats::read_info(link, &name)).await
    }

    /// Tells what these domains use at the moment; those that do not run are absent.
    ///
    /// # Errors
    /// When libvirt cannot be reached or refuses.
    pub async fn usage(&self, names: Vec<String>) -> Result<Vec<DomainUsage>, LibvirtError> {
        self.connections.run(move |link| usage::read(link, &names)).await
    }

    /// The domain's XML: the configuration that the next start uses.
    ///
    /// # Errors
    /// When libvirt cannot be reached or there is no such domain.
    pub async fn export_xml(&self, name: &str) -> Result<String, LibvirtError> {
        let name = name.to_owned();
        self.connections
            .run(move |link| {
                let domain = domain::define::existing(link, &name)?;
                link.read(|_| domain.xml_desc(virt::sys::VIR_DOMAIN_XML_INACTIVE))
            })
            .await
    }

    fn unread(&self, what: &str, error: LibvirtError) -> ObserveError {
        match error {
            LibvirtError::Deadline { deadline } => {
                ObserveError::Deadline { backend: Backend::Libvirt, what: what.to_owned(), deadline }
            }
            error if !self.connections.has_connected() => ObserveError::Unreachable {
                backend: Backend::Libvirt,
                endpoint: self.connections.uri().to_owned(),
                source: Box::new(error),
            },
            error => ObserveError::Read { backend: Backend::Libvirt, what: what.to_owned(), source: Box::new(error) },
        }
    }
}

#[async_trait]
impl Driver for LibvirtDriver {
    fn backend(&self) -> Backend {
        Backend::Libvirt
    }

    async fn host_facts(&self) -> Result<HostFacts, ObserveError> {
        let (probe, local) = (self.settings.kvm, facts::is_local(&self.settings.uri));
        let kept_in = self.settings.state_dir.join("kvm-probe.json");
        let read = move |link: &connections::Link<'_>| {
            let qemu = facts::qemu_version(link)?;
            facts::read(link, || match probe {
                KvmProbe::Never => false,
                KvmProbe::TryGuest if local => facts::Probe { kept_in: kept_in.clone(), qemu }.verdict().runs,
                KvmProbe::TryGuest | KvmProbe::Believe => true,
            })
        };
        self.connections.run(read).await.map_err(|error| self.unread("the host's capabilities", error))
    }

    fn look_ahead(&self) {
        self.ahead.begin(Arc::clone(&self.connections));
    }

    async fn observe(&self, request: &ObserveRequest<'_>) -> Result<Observation, ObserveError> {
        observe::observe(&self.connections, &self.ahead, request)
            .await
            .map_err(|error| self.unread("its objects", error))
    }

    async fn validate(&self, wanted: &BTreeMap<Address, Spec>) -> Vec<Finding> {
        // The oracle and the files are this host's; of another host's they say nothing.
        if !facts::is_local(&self.settings.uri) {
            return Vec::new();
        }
        let mut findings = validate::find_missing(&self.connections, &self.settings.state_dir, wanted).await;
        findings.extend(self.oracle.ask(&self.connections, wanted).await);
        findings
    }

    async fn execute(&self, step: &Step) -> Result<Outcome, StepError> {
        execute::execute(&self.workshop, step).await
    }

    async fn restore(&self, address: &Address, previous: &Previous) -> Result<Outcome, StepError> {
        execute::restore(&self.workshop, address, previous).await
    }

    async fn sweep(&self, owner: OwnerId) -> Result<Vec<String>, ObserveError> {
        if !facts::is_local(&self.settings.uri) {
            return Ok(Vec::new());
        }
        let swept = self.connections.run(move |link| volume::sweep(link, owner)).await;
        swept.map_err(|error| self.unread("its pools", error))
    }

    async fn watch(&self, teller: &Teller) -> Result<(), ObserveError> {
        let ended = events::watch(&self.connections, teller, facts::is_local(&self.settings.uri)).await;
        ended.map_err(|error| self.unread("its events", error))
    }

    fn calls(&self) -> CallCount {
        self.calls.count()
    }
}
