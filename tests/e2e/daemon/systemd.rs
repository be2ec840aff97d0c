//! What the daemon says to systemd and logind, and hears of them: on a bus of its own, with both of them played by
//! the test.

use std::{
    fs,
    io::Read,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::net::{UnixDatagram, UnixListener, UnixStream},
    },
    path::{Path, PathBuf},
    process::{Child, Command},
    sync::{
        Arc, Mutex,
        mpsc::{self, Receiver},
    },
    time::{Duration, Instant},
};

use serde_json::json;
use zbus::{Connection, connection::Builder, interface};

use super::HOST;
use crate::{
    serving::Daemon,
    site::{Site, await_for},
};

/// A bus, and who is on it.
struct Bus {
    daemon: Child,
    address: String,
    connection: Connection,
    runtime: tokio::runtime::Runtime,
    started: Arc<Mutex<Vec<String>>>,
    state: Arc<Mutex<String>>,
    lock: Arc<Mutex<Option<UnixStream>>>,
}

/// systemd: knows libvirtd, which it starts by making its socket appear.
struct Systemd {
    started: Arc<Mutex<Vec<String>>>,
    state: Arc<Mutex<String>>,
    socket: PathBuf,
}

/// A unit that systemd knows, or not.
struct Unit(&'static str);

/// logind: hands out one lock.
struct Login(Arc<Mutex<Option<UnixStream>>>);

#[interface(name = "org.freedesktop.systemd1.Manager")]
impl Systemd {
    fn load_unit(&self, name: &str) -> zbus::OwnedObjectPath {
        let known = if name == "libvirtd.service" { "libvirtd" } else { "unknown" };
        path(&format!("/org/freedesktop/systemd1/unit/{known}"))
    }

    fn start_unit(&self, name: &str, mode: &str) -> zbus::OwnedObjectPath {
        self.started.lock().expect("unpoisoned").push(format!("{name} {mode}"));
        if !self.socket.exists() {
            std::os::unix::fs::symlink("/run/libvirt/libvirt-sock", &self.socket).expect("it is writable");
        }
        path("/org/freedesktop/systemd1/job/1")
    }

    #[zbus(property)]
    fn system_state(&self) -> String {
        self.state.lock().expect("unpoisoned").clone()
    }
}

#[interface(name = "org.freedesktop.systemd1.Unit")]
impl Unit {
    #[zbus(property)]
    fn load_state(&self) -> &str {
        self.0
    }
}

#[interface(name = "org.freedesktop.login1.Manager")]
impl Login {
    fn inhibit(&self, what: &str, _who: &str, _why: &str, mode: &str) -> zbus::OwnedFd {
        assert_eq!((what, mode), ("shutdown", "delay"));
        let (ours, theirs) = UnixStream::pair().expect("a pair of sockets");
        ours.set_nonblocking(true).expect("it is ours");
        *self.0.lock().expect("unpoisoned") = Some(ours);
        OwnedFd::from(theirs).into()
    }
}

impl Bus {
    fn start(site: &Site) -> Self {
        let (socket, config) = (site.dir().join("bus.sock"), site.dir().join("bus.conf"));
        let address = format!("unix:path={}", socket.display());
        let text = format!(
            "<busconfig><type>system</type><listen>{address}</listen><auth>EXTERNAL</auth><policy context='default'>\
             <allow send_destination='*' eavesdrop='true'/><allow eavesdrop='true'/><allow own='*'/></policy></busconfig>"
        );
        fs::write(&config, text).expect("the state directory is writable");
        let daemon = Command::new("dbus-daemon").args(["--nofork", "--config-file"]).arg(&config).spawn();
        let daemon = daemon.expect("dbus-daemon is installed: run tests/setup");
        await_for("the bus", Duration::from_secs(10), || UnixStream::connect(&socket).is_ok());
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let (started, state, lock) =
            (Arc::default(), Arc::new(Mutex::new("running".to_owned())), Arc::new(Mutex::new(None)));
        let systemd = Systemd {
            started: Arc::clone(&started),
            state: Arc::clone(&state),
            socket: site.dir().join("libvirt.sock"),
        };
        let login = Login(Arc::clone(&lock));
        let connection = runtime.block_on(players(&address, systemd, login)).expect("the bus takes them");
        Self { daemon, address, connection, runtime, started, state, lock }
    }

    fn announce_shutdown(&self) {
        let sent = self.runtime.block_on(self.connection.emit_signal(
            None::<&str>,
            "/org/freedesktop/login1",
            "org.freedesktop.login1.Manager",
            "PrepareForShutdown",
            &(true,),
        ));
        sent.expect("the bus takes it");
    }

    /// Whether the daemon holds the host back.
    fn is_held(&self) -> bool {
        let mut lock = self.lock.lock().expect("unpoisoned");
        let Some(stream) = lock.as_mut() else { return false };
        matches!(stream.read(&mut [0]), Err(error) if error.kind() == std::io::ErrorKind::WouldBlock)
    }
}

impl Drop for Bus {
    fn drop(&mut self) {
        self.daemon.kill().expect("it is our child");
        self.daemon.wait().expect("it is our child");
    }
}

async fn players(address: &str, systemd: Systemd, login: Login) -> zbus::Result<Connection> {
    Builder::address(address)
        .name("org.freedesktop.systemd1")
        .name("org.freedesktop.login1")
        .serve_at("/org/freedesktop/systemd1", systemd)
        .serve_at("/org/freedesktop/systemd1/unit/libvirtd", Unit("loaded"))
        .serve_at("/org/freedesktop/systemd1/unit/unknown", Unit("not-found"))
        .serve_at("/org/freedesktop/login1", login)
        .build()
        .await
}

fn path(text: &str) -> zbus::OwnedObjectPath {
    zbus::ObjectPath::try_from(text.to_owned()).expect("a path").into()
}

fn is_off(site: &Site, domain: &str) -> bool {
    site.virsh(&["domstate", domain]).stdout.trim() == "shut off"
}

#[test]
fn systemd_is_asked_to_start_a_backend_that_is_needed_and_down() {
    let site = Site::new("wake");
    site.apply(HOST);
    let bus = Bus::start(&site);
    let uri = format!("qemu+unix:///system?socket={}", site.dir().join("libvirt.sock").display());
    let environment = [("DBUS_SYSTEM_BUS_ADDRESS", &*bus.address), ("LIBVIRT_DEFAULT_URI", &uri)];
    let daemon = Daemon::start_with(&site, env!("CARGO_BIN_EXE_hypernix"), &[], &environment);
    daemon.await_status("the backend", |status| status["units"] == json!({ "running": 3 }));
    assert_eq!(bus.started.lock().expect("unpoisoned").first().map(String::as_str), Some("libvirtd.service replace"));
}

#[test]
fn a_shutdown_of_the_host_waits_for_guests_that_stop_in_order_and_are_not_started_again() {
    let site = Site::new("down");
    site.apply(HOST);
    let bus = Bus::start(&site);
    let environment = [("DBUS_SYSTEM_BUS_ADDRESS", &*bus.address)];
    let daemon = Daemon::start_with(&site, env!("CARGO_BIN_EXE_hypernix"), &[], &environment);
    await_for("the lock", Duration::from_secs(10), || bus.is_held());

    bus.announce_shutdown();
    await_for("the lock's end", Duration::from_secs(30), || !bus.is_held());
    assert!(is_off(&site, "@-vm") && is_off(&site, "@-shown"), "the host would have gone down under guests");
    let finished = site.docker(&["inspect", "-f", "{{.State.FinishedAt}}", "@-c"]).succeeded().stdout;
    let events = daemon.data("{ events(filter: { types: [COMPUTE_STATE_CHANGED] }) { source message } }");
    assert_eq!(daemon.status()["phase"], "host-stopping", "{finished} {events}");
    std::thread::sleep(Duration::from_secs(2));
    assert!(is_off(&site, "@-vm"), "a guest was started while the host goes down");
    drop(daemon);

    // The next start of the host: what is declared to run does, except that `@-shown` is left to libvirt, which
    // starts it with itself.
    let daemon = Daemon::start(&site, &[]);
    await_for("the guest", Duration::from_secs(30), || !is_off(&site, "@-vm"));
    let shown = site.fill("domain/@-shown");
    daemon.await_status("calm", |status| status["drift"].as_object().is_some_and(|all| all.keys().eq([&shown])));
    assert!(site.virsh(&["dominfo", "@-shown"]).stdout.contains("Autostart:      enable"));
}

#[test]
fn sigterm_stops_guests_only_where_the_whole_host_goes_down() {
    let site = Site::new("term");
    site.apply(HOST);
    let bus = Bus::start(&site);
    let environment = [("DBUS_SYSTEM_BUS_ADDRESS", &*bus.address)];
    let start = || Daemon::start_with(&site, env!("CARGO_BIN_EXE_hypernix"), &[], &environment);
    assert_eq!(start().end("-TERM"), Some(0));
    assert!(!is_off(&site, "@-vm"), "a guest was stopped with the daemon");
    *bus.state.lock().expect("unpoisoned") = "stopping".to_owned();
    assert_eq!(start().end("-TERM"), Some(0));
    assert!(is_off(&site, "@-vm"), "the host goes down under a guest");
}

#[test]
fn systemd_is_told_when_the_daemon_is_ready_how_it_is_and_that_it_lives() {
    let site = Site::new("notify");
    site.apply(HOST);
    let path = site.dir().join("notify.sock");
    let mut systemd = Told::at(&path);
    let environment = [("NOTIFY_SOCKET", path.to_str().expect("text")), ("WATCHDOG_USEC", "600000")];
    let daemon = Daemon::start_with(&site, env!("CARGO_BIN_EXE_hypernix"), &[], &environment);
    systemd.hear("READY=1");
    systemd.hear("STATUS=units: 3 running");
    systemd.hear("WATCHDOG=1");
    systemd.hear("WATCHDOG=1");
    daemon.signal("-HUP");
    systemd.hear("RELOADING=1");
    systemd.hear("READY=1");
    site.hypernix(&["stop", "@-c"]).succeeded();
    systemd.hear("STATUS=units: 2 running, 1 stopped");
    daemon.signal("-TERM");
    systemd.hear("STOPPING=1");
}

#[test]
fn sockets_come_from_systemd_where_it_hands_them_over() {
    let site = Site::new("activate");
    let socket = site.dir().join("given.sock");
    let listener = UnixListener::bind(&socket).expect("the state directory is writable");
    rustix::io::fcntl_setfd(&listener, rustix::io::FdFlags::empty()).expect("it is ours");
    let script = format!(
        "exec 3<&{}; LISTEN_PID=$$ LISTEN_FDS=1 exec {} serve --no-listen",
        listener.as_raw_fd(),
        env!("CARGO_BIN_EXE_hypernix")
    );
    // dash knows no descriptors above 9, which this one may have: other tests run beside it.
    let mut daemon = Command::new("bash")
        .args(["-c", &script])
        .env("HYPERNIX_STATE_DIR", site.dir())
        .spawn()
        .expect("bash is installed");
    await_for("the answer", Duration::from_secs(20), || health(&socket).contains("200 OK"));
    Command::new("kill").arg(daemon.id().to_string()).status().expect("kill is installed");
    assert!(daemon.wait().expect("it is our child").success());
    assert!(socket.exists(), "systemd's socket is not ours to remove");
}

/// What systemd is told; it hears at once, as systemd does: the daemon waits for a listener whose ears are full.
struct Told {
    heard: Receiver<String>,
    /// What was told and not waited for yet.
    lines: Vec<String>,
}

impl Told {
    fn at(path: &Path) -> Self {
        let socket = UnixDatagram::bind(path).expect("the state directory is writable");
        let (tell, heard) = mpsc::channel();
        std::thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(length) = socket.recv(&mut buffer) {
                let text = String::from_utf8_lossy(&buffer[..length]).into_owned();
                if text.lines().any(|line| tell.send(line.to_owned()).is_err()) {
                    return;
                }
            }
        });
        Self { heard, lines: Vec::new() }
    }

    /// Waits until this is told, or was since it was last waited for.
    #[track_caller]
    fn hear(&mut self, expected: &str) {
        let deadline = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(place) = self.lines.iter().position(|line| line == expected) {
                self.lines.remove(place);
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            match self.heard.recv_timeout(left) {
                Ok(line) => self.lines.push(line),
                Err(error) => panic!("{error} before {expected}: {:?}", self.lines),
            }
        }
    }
}

fn health(socket: &Path) -> String {
    use std::io::Write;
    let Ok(mut stream) = UnixStream::connect(socket) else { return String::new() };
    stream.set_read_timeout(Some(Duration::from_secs(5))).expect("it is ours");
    let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut answer = String::new();
    if asked.is_ok() && stream.read_to_string(&mut answer).is_err() {
        answer.clear();
    }
    answer
}
