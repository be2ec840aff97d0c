//! Connections that break, hang or cannot be made. The driver talks to libvirtd through a relay that the test can
//! cut and choke.

use std::{
    io::{Read, Write},
    os::unix::net::{UnixListener, UnixStream},
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use driver::{
    Driver, ObserveError, ObserveRequest,
    libvirt::{KvmProbe, LibvirtDriver, LibvirtSettings},
};
use futures::future::join_all;
use model::{Address, Applied, Kind, OwnerId};
use plan::{Action, Data, Step, StepId};
use uuid::Uuid;

/// A socket that leads to libvirtd.
struct Relay {
    socket: PathBuf,
    choked: Arc<AtomicBool>,
    ends: Arc<Mutex<Vec<UnixStream>>>,
}

impl Relay {
    fn new(directory: &Path) -> Self {
        let socket = directory.join("relay");
        let listener = UnixListener::bind(&socket).unwrap();
        let relay = Self { socket, choked: Arc::default(), ends: Arc::default() };
        let (choked, ends) = (Arc::clone(&relay.choked), Arc::clone(&relay.ends));
        std::thread::spawn(move || {
            for near in listener.incoming() {
                let (near, far) = (near.unwrap(), UnixStream::connect("/run/libvirt/libvirt-sock").unwrap());
                ends.lock().unwrap().extend([near.try_clone().unwrap(), far.try_clone().unwrap()]);
                for (from, to) in [(near.try_clone().unwrap(), far.try_clone().unwrap()), (far, near)] {
                    let choked = Arc::clone(&choked);
                    std::thread::spawn(move || carry(from, to, &choked));
                }
            }
        });
        relay
    }

    fn cut(&self) {
        for end in self.ends.lock().unwrap().drain(..) {
            // It may be closed already.
            drop(end.shutdown(std::net::Shutdown::Both));
        }
    }
}

fn carry(mut from: UnixStream, mut to: UnixStream, choked: &AtomicBool) {
    let mut buffer = [0; 65536];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        while choked.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(10));
        }
        if to.write_all(&buffer[..count]).is_err() {
            return;
        }
    }
}

fn driver(socket: &Path, state: &Path, seconds: u64) -> LibvirtDriver {
    let uri = format!("qemu+unix:///system?socket={}", socket.display());
    let patience = Duration::from_secs(seconds);
    LibvirtDriver::new(LibvirtSettings { patience, kvm: KvmProbe::Never, ..LibvirtSettings::new(uri, state) })
}

async fn observe(driver: &LibvirtDriver) -> Result<(), ObserveError> {
    let (applied, wanted) = (Applied::default(), [].into());
    let owner = OwnerId(Uuid::nil());
    driver.observe(&ObserveRequest { owner, applied: &applied, wanted: &wanted, only: None }).await.map(drop)
}

#[tokio::test]
async fn a_lost_connection_is_made_again() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::new(directory.path());
    let driver = driver(&relay.socket, directory.path(), 30);
    observe(&driver).await.unwrap();
    relay.cut();
    observe(&driver).await.unwrap();
}

#[tokio::test]
async fn one_lost_connection_speaks_for_all_that_are_idle() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::new(directory.path());
    let driver = driver(&relay.socket, directory.path(), 30);
    for observed in join_all((0..8).map(|_| observe(&driver))).await {
        observed.unwrap();
    }
    relay.cut();
    // Up to eight connections were idle; found dead one after the other, they would be more than it is tried again.
    let action = Action::Delete { data: Data::Keep };
    let address = Address::new(Kind::Network, "hvtest-there-is-none");
    driver.execute(&Step { id: StepId(1), address, action, after: [].into() }).await.unwrap();
}

#[tokio::test]
async fn a_call_that_hangs_is_given_up_and_its_connection_thrown_away() {
    let directory = tempfile::tempdir().unwrap();
    let relay = Relay::new(directory.path());
    let driver = driver(&relay.socket, directory.path(), 10);
    observe(&driver).await.unwrap();
    relay.choked.store(true, Ordering::Relaxed);
    let error = observe(&driver).await.unwrap_err();
    assert!(matches!(error, ObserveError::Deadline { .. }), "{error:?}");
    relay.choked.store(false, Ordering::Relaxed);
    observe(&driver).await.unwrap();
    relay.cut();
}

#[tokio::test]
async fn a_daemon_that_does_not_run_is_told_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let driver = driver(&directory.path().join("nobody"), directory.path(), 30);
    let error = observe(&driver).await.unwrap_err();
    let why = std::error::Error::source(&error).unwrap().to_string();
    assert!(error.to_string().starts_with("cannot reach libvirt at qemu+unix:///system"), "{error}");
    assert!(why.contains("systemctl start libvirtd"), "{why}");
}
