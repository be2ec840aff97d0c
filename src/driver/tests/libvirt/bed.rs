//! A test's own corner of a real libvirt: a name prefix, a state directory, and a clean-up that always runs.

use std::{collections::BTreeMap, path::PathBuf, process::Command};

use driver::{
    Driver, Observation, ObserveRequest, Outcome, StepError,
    libvirt::{KvmProbe, LibvirtDriver, LibvirtSettings},
};
use model::{
    Address, Applied, AppliedRow, DeletionPolicy, FieldPath, Fingerprint, Kind, ObservedResource, OwnerId, Seen,
    Shutdown, Span, Spec,
    spec::{DhcpRange, DomainSpec, ForwardMode, Ipv4, NetworkSpec, PoolKind, PoolSpec, VolumeFormat, VolumeSpec},
    uuid_for,
};
use plan::{Action, Data, Mark, Step, StepId};
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

/// Where the tiny guest is.
const TINY: &str = "/var/lib/hypervisor/test/tiny";

pub struct Bed {
    pub driver: LibvirtDriver,
    pub owner: OwnerId,
    pub prefix: String,
    pub state: TempDir,
    pub applied: Applied,
    pub wanted: BTreeMap<Address, String>,
}

impl Bed {
    /// A corner of its own; fails with what to do where libvirt cannot be reached.
    pub async fn new(name: &str) -> Self {
        let state = tempfile::Builder::new().prefix("hypernix-test").tempdir().unwrap();
        // QEMU runs as another user and has to pass through.
        std::fs::set_permissions(state.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
        let uri = uri();
        let settings = LibvirtSettings { kvm: KvmProbe::Never, ..LibvirtSettings::new(&uri, state.path()) };
        let driver = LibvirtDriver::new(settings);
        if let Err(error) = driver.host_facts().await {
            let why = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
            panic!("these tests need a libvirtd at {uri}: run tests/setup first.\n{error}: {why}");
        }
        let bed = Self {
            driver,
            owner: OwnerId(Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{name} {}", std::process::id()).as_bytes())),
            // Two runs of the tests may meet on one libvirtd.
            prefix: format!("hvtest-{}-{name}", std::process::id()),
            state,
            applied: Applied::default(),
            wanted: BTreeMap::new(),
        };
        sweep_dead_runs();
        bed
    }

    pub fn name(&self, name: &str) -> String {
        format!("{}-{name}", self.prefix)
    }

    pub fn address(&self, kind: Kind, name: &str) -> Address {
        Address::new(kind, self.name(name))
    }

    pub fn mark(&self, spec: &Spec) -> Mark {
        Mark { owner: self.owner, spec: spec.hash(), protect: false, deletion: DeletionPolicy::Retain }
    }

    /// A small domain that boots the tiny guest.
    pub fn tiny(&self, name: &str, more: serde_json::Value) -> DomainSpec {
        let mut spec = json!({
            "uuid": uuid_for(self.owner, &self.address(Kind::Domain, name)),
            "domainType": "qemu", "arch": "x86_64", "machine": "q35", "firmware": "bios",
            "boot": { "kernel": format!("{TINY}/vmlinuz"), "initrd": format!("{TINY}/initrd"),
                      "cmdline": "console=ttyS0 quiet" },
            "vcpus": { "current": 1, "maximum": 2 },
            "memory": { "current": 134217728, "maximum": 134217728 },
            "console": { "log": self.state.path().join(format!("logs/{name}.log")) },
            "rng": true, "hotplugSlots": 8, "autostart": false,
        });
        merge(&mut spec, more);
        serde_json::from_value(spec).unwrap()
    }

    /// A pool in the state directory, made and started.
    pub async fn pool(&self, name: &str) -> String {
        let address = self.address(Kind::Pool, name);
        let spec = Spec::Pool(PoolSpec {
            uuid: Some(uuid_for(self.owner, &address)),
            kind: Some(PoolKind::Dir),
            path: Some(self.state.path().join("pools").join(name)),
            autostart: Some(false),
            ..PoolSpec::default()
        });
        self.act(&address, Action::Create { mark: self.mark(&spec), spec }).await.unwrap();
        address.name
    }

    /// A qcow2 volume, made.
    pub async fn volume(&self, pool: &str, name: &str, mib: u64) -> String {
        let spec = Spec::Volume(VolumeSpec {
            pool: pool.to_owned(),
            name: name.to_owned(),
            capacity: Some(model::Bytes::mib(mib)),
            format: Some(VolumeFormat::Qcow2),
            ..VolumeSpec::default()
        });
        let address = Address::new(Kind::Volume, format!("{pool}/{name}"));
        self.act(&address, Action::Create { mark: self.mark(&spec), spec }).await.unwrap();
        address.name
    }

    /// An address in one of this run's subnets.
    pub fn ip(subnet: u8, host: u8) -> String {
        format!("10.{}.{subnet}.{host}", 128 + std::process::id() % 127)
    }

    /// What an isolated network with DHCP is to be; each test has a subnet of its own.
    pub fn network_spec(&self, address: &Address, subnet: u8) -> NetworkSpec {
        let at = |host| Self::ip(subnet, host);
        NetworkSpec {
            uuid: Some(uuid_for(self.owner, address)),
            forward: Some(ForwardMode::Isolated),
            ipv4: Some(Ipv4 {
                address: Some(at(1)),
                prefix: Some(24),
                dhcp_range: Some(DhcpRange { start: at(100), end: at(200) }),
                ..Ipv4::default()
            }),
            autostart: Some(false),
            ..NetworkSpec::default()
        }
    }

    /// An isolated network, made and started.
    pub async fn network(&self, name: &str, subnet: u8) -> String {
        let address = self.address(Kind::Network, name);
        let spec = Spec::Network(self.network_spec(&address, subnet));
        self.act(&address, Action::Create { mark: self.mark(&spec), spec }).await.unwrap();
        address.name
    }

    pub async fn act(&self, address: &Address, action: Action) -> Result<Outcome, StepError> {
        let step = Step { id: StepId(1), address: address.clone(), action, after: [].into() };
        self.driver.execute(&step).await
    }

    pub async fn create(&self, name: &str, spec: &DomainSpec) -> Result<Outcome, StepError> {
        let spec = Spec::Domain(spec.clone());
        self.act(&self.address(Kind::Domain, name), Action::Create { mark: self.mark(&spec), spec }).await
    }

    pub async fn configure(&self, name: &str, spec: &DomainSpec, fields: &[&str]) -> Result<Outcome, StepError> {
        let spec = Spec::Domain(spec.clone());
        let action = Action::Configure { mark: self.mark(&spec), spec, fields: paths(fields) };
        self.act(&self.address(Kind::Domain, name), action).await
    }

    pub async fn change_live(&self, name: &str, spec: &DomainSpec, fields: &[&str]) -> Result<Outcome, StepError> {
        let action = Action::ChangeLive { spec: Spec::Domain(spec.clone()), fields: paths(fields) };
        self.act(&self.address(Kind::Domain, name), action).await
    }

    pub async fn start(&self, name: &str) {
        self.act(&self.address(Kind::Domain, name), Action::Start).await.unwrap();
    }

    pub async fn cut_power(&self, name: &str) {
        let shutdown = Shutdown { timeout: Span::seconds(0), force: true };
        self.act(&self.address(Kind::Domain, name), Action::Stop { shutdown }).await.unwrap();
    }

    pub async fn delete(&self, address: &Address, data: Data) -> Result<Outcome, StepError> {
        self.act(address, Action::Delete { data }).await
    }

    /// Remembers a domain as applied and wanted, as an apply would.
    pub fn remember(&mut self, address: &Address, spec: Spec, outcome: &Outcome) {
        let fingerprint = outcome.fingerprint.clone().unwrap();
        let row = AppliedRow { fingerprint, generation: 1, ..AppliedRow::new(spec) };
        self.wanted.insert(address.clone(), row.spec_hash.clone());
        self.applied.rows.insert(address.clone(), row);
    }

    /// Remembers that an object is ours, and nothing of what it is like.
    pub fn remember_as_ours(&mut self, address: &Address) {
        let outcome = Outcome { fingerprint: Some(Fingerprint::default()), ..Outcome::default() };
        self.remember(address, Spec::Volume(VolumeSpec::default()), &outcome);
        self.wanted.remove(address);
    }

    pub async fn observe(&self) -> Observation {
        let request = ObserveRequest { owner: self.owner, applied: &self.applied, wanted: &self.wanted, only: None };
        self.driver.observe(&request).await.unwrap()
    }

    /// What one object shows.
    pub async fn seen(&self, address: &Address) -> Option<ObservedResource> {
        self.observe().await.resources.remove(address)
    }

    /// What one object shows when it alone is asked for, as an apply does before and after its steps.
    pub async fn looked_at_again(&self, address: &Address) -> Option<ObservedResource> {
        let only = [address.clone()].into();
        let (applied, wanted) = (&self.applied, &self.wanted);
        let request = ObserveRequest { owner: self.owner, applied, wanted, only: Some(&only) };
        self.driver.observe(&request).await.unwrap().resources.remove(address)
    }

    /// The domain's configuration, and what it shows while it runs.
    pub async fn domain(&self, name: &str) -> (DomainSpec, Option<DomainSpec>) {
        let seen = self.seen(&self.address(Kind::Domain, name)).await.expect("the domain is there");
        let spec = |spec| match spec {
            Spec::Domain(spec) => spec,
            other => panic!("a domain, not {other:?}"),
        };
        match seen.seen {
            Seen::Parsed { config, live } => (spec(config), live.map(spec)),
            Seen::Unchanged => panic!("nothing was applied, so it is parsed"),
        }
    }

    /// libvirt's number of the running domain: another one after every start.
    pub fn number(&self, name: &str) -> String {
        virsh(&["domid", &self.name(name)]).trim().to_owned()
    }

    pub fn xml(&self, name: &str) -> String {
        virsh(&["dumpxml", "--inactive", &self.name(name)])
    }

    /// Waits until the tiny guest has printed its prompt.
    pub async fn booted(&self, name: &str) {
        let log = self.state.path().join(format!("logs/{name}.log"));
        for _ in 0..600 {
            if std::fs::read_to_string(&log).is_ok_and(|text| text.to_lowercase().contains(READY)) {
                return;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the tiny guest did not boot; its console says:\n{}", std::fs::read_to_string(log).unwrap_or_default());
    }

    fn clean(&self) {
        let own = self.name("");
        remove_all(|name| name.starts_with(&own));
    }
}

/// Removes what runs left behind that were killed.
fn sweep_dead_runs() {
    static ONCE: std::sync::Once = std::sync::Once::new();
    let dead = |name: &str| {
        let run = name.strip_prefix("hvtest-").and_then(|rest| rest.split_once('-')).map(|(run, _)| run);
        run.is_some_and(|run| !std::path::Path::new("/proc").join(run).exists())
    };
    ONCE.call_once(|| remove_all(dead));
}

fn remove_all(mine: impl Fn(&str) -> bool) {
    let mine = |list: String| -> Vec<String> {
        list.lines().map(str::trim).filter(|name| mine(name)).map(str::to_owned).collect()
    };
    for name in mine(virsh(&["list", "--all", "--name"])) {
        quietly(&["destroy", &name]);
        quietly(&["undefine", &name, "--managed-save", "--snapshots-metadata", "--nvram"]);
    }
    for name in mine(virsh(&["net-list", "--all", "--name"])) {
        quietly(&["net-destroy", &name]);
        quietly(&["net-undefine", &name]);
    }
    for name in mine(virsh(&["pool-list", "--all", "--name"])) {
        quietly(&["pool-destroy", &name]);
        quietly(&["pool-undefine", &name]);
    }
}

/// What the tiny guest prints when it is up.
const READY: &str = "tiny";

impl Drop for Bed {
    fn drop(&mut self) {
        self.clean();
    }
}

pub fn uri() -> String {
    std::env::var("HYPERNIX_TEST_LIBVIRT").unwrap_or_else(|_| "qemu:///system".to_owned())
}

pub fn virsh(arguments: &[&str]) -> String {
    let output = Command::new("virsh").args(["-q", "-c", &uri()]).args(arguments).output().unwrap();
    assert!(output.status.success(), "virsh {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

pub fn define_by_hand(kind: &str, xml: &str) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), xml).unwrap();
    virsh(&[kind, file.path().to_str().unwrap()]);
}

pub fn paths(fields: &[&str]) -> Vec<FieldPath> {
    fields.iter().map(|field| FieldPath::from(*field)).collect()
}

/// The lines of a document that hold a part.
pub fn lines_with(document: &str, part: &str) -> Vec<String> {
    document.lines().filter(|line| line.contains(part)).map(|line| line.trim().to_owned()).collect()
}

/// A failed step's whole story.
pub fn story(error: &StepError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

pub fn image(path: &std::path::Path, mib: u64) -> PathBuf {
    let status =
        Command::new("qemu-img").args(["create", "-q", "-f", "qcow2"]).arg(path).arg(format!("{mib}M")).status();
    assert!(status.unwrap().success());
    path.to_owned()
}

fn quietly(arguments: &[&str]) {
    // What is not there cannot be removed; that is fine here.
    drop(Command::new("virsh").args(["-q", "-c", &uri()]).args(arguments).output());
}

fn merge(into: &mut serde_json::Value, from: serde_json::Value) {
    match (into, from) {
        (serde_json::Value::Object(into), serde_json::Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(serde_json::Value::Null), value);
            }
        }
        (into, from) => *into = from,
    }
}
