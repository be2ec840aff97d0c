//! A machine with a systemd of its own: a container that boots an overlay of the image of `tests/setup systemd`.

use std::{
    fs,
    io::Write,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::ran::Ran;

/// How long a boot may take before the test gives up.
const PATIENCE: Duration = Duration::from_secs(180);
/// Where `tests/setup` leaves the tiny guest and the tiny container image; the machine sees it at the same place.
pub const TINY: &str = "/var/lib/hypervisor/test/tiny";

/// A machine that runs until it is dropped.
pub struct Machine {
    name: String,
    disk: PathBuf,
    notices: UnixDatagram,
    boot: Child,
    leader: u32,
}

impl Machine {
    /// Boots a machine whose disk is empty, and waits until its systemd has started everything.
    pub fn boot(name: &str) -> Self {
        let disk = Path::new("/var/lib/hypervisor/test/systemd").join(format!("machine-{name}"));
        if disk.exists() {
            fs::remove_dir_all(&disk).expect("what an earlier run left can be removed: run the tests as root");
        }
        fs::create_dir_all(&disk).expect("the test directory can be made: run tests/setup as root");
        let socket = disk.join("notices");
        let notices = UnixDatagram::bind(&socket).expect("a socket can be bound");
        notices.set_read_timeout(Some(PATIENCE)).expect("a socket has a timeout");
        let boot = Command::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/systemd/boot"))
            .arg(&disk)
            .args(["--notify-ready=yes", &format!("--bind-ro={TINY}")])
            .arg(format!("--bind-ro={}:/opt/hypernix/bin/hypernix", env!("CARGO_BIN_EXE_hypernix")))
            .env("NOTIFY_SOCKET", &socket)
            .stdin(Stdio::null())
            .stdout(fs::File::create(disk.join("console")).expect("the disk is writable"))
            .stderr(fs::File::create(disk.join("boot.log")).expect("the disk is writable"))
            .spawn()
            .expect("tests/systemd/boot is there");
        let mut machine = Self { name: name.to_owned(), disk, notices, boot, leader: 0 };
        machine.await_boot();
        machine
    }

    /// Runs a command on the machine.
    pub fn run(&self, command: &[&str]) -> Ran {
        Ran::from(self.entered(command).output().expect("nsenter is installed"))
    }

    /// Runs a command line of the shell on the machine, and expects it to succeed.
    #[track_caller]
    pub fn sh(&self, line: &str) -> String {
        self.run(&["/bin/sh", "-euc", line]).succeeded().stdout
    }

    /// Begins to run a command; the caller waits for it or kills it.
    pub fn begin(&self, command: &[&str]) -> Child {
        let mut entered = self.entered(command);
        entered.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        entered.spawn().expect("nsenter is installed")
    }

    /// Puts a file on the machine.
    pub fn write(&self, path: &str, text: &str) {
        let line = format!("mkdir -p \"$(dirname '{path}')\" && cat > '{path}'");
        let mut child =
            self.entered(&["/bin/sh", "-euc", &line]).stdin(Stdio::piped()).spawn().expect("nsenter is installed");
        let mut stdin = child.stdin.take().expect("it is piped");
        stdin.write_all(text.as_bytes()).expect("the machine reads the file");
        drop(stdin);
        assert!(child.wait().expect("it ends").success(), "cannot write {path}");
    }

    /// What a unit has said so far.
    pub fn journal(&self, unit: &str) -> String {
        self.sh(&format!("journalctl --sync; journalctl -u {unit} -o cat --no-pager"))
    }

    /// Reboots, as `reboot` does, and waits until everything has started again.
    pub fn reboot(&mut self) {
        self.run(&["systemctl", "reboot"]).succeeded();
        self.await_boot();
    }

    /// Asks the daemon through the machine's loopback interface.
    #[track_caller]
    pub fn query(&self, query: &str) -> Value {
        let body = json!({ "query": query }).to_string();
        let asked = Command::new("nsenter")
            .args(["-t", &self.leader.to_string(), "-n", "--", "curl", "-sS", "--max-time", "30"])
            .args(["-H", "Content-Type: application/json", "-d", &body, "http://127.0.0.1:8080/graphql"])
            .output();
        Ran::from(asked.expect("nsenter and curl are installed: run tests/setup")).succeeded().json()
    }

    /// Waits until a command line of the shell succeeds on the machine.
    #[track_caller]
    pub fn until(&self, what: &str, line: &str) {
        let patient = r#"until ( eval "$1" ) >/dev/null 2>&1; do sleep 0.1; done"#;
        let ran = self.run(&["timeout", "60", "/bin/sh", "-c", patient, "until", line]);
        assert_eq!(ran.code, 0, "{what} did not come about: {line}\n{}", self.sh("journalctl -n 60 --no-pager"));
    }

    fn entered(&self, command: &[&str]) -> Command {
        let mut nsenter = Command::new("nsenter");
        nsenter.args(["-t", &self.leader.to_string(), "-m", "-u", "-i", "-n", "-p", "-C", "--"]).args(command);
        nsenter.env_clear().env("PATH", "/opt/hypernix/bin:/usr/sbin:/usr/bin:/sbin:/bin").env("NO_COLOR", "1");
        nsenter
    }

    /// systemd-nspawn says which process is the machine's first, and passes on its systemd's word that it is up.
    fn await_boot(&mut self) {
        let (mut buffer, deadline) = ([0; 4096], Instant::now() + PATIENCE);
        loop {
            // Notices of other things keep coming, so one that is waited for has a deadline of its own.
            assert!(Instant::now() < deadline, "the machine {} does not boot within {PATIENCE:?}", self.name);
            let length = self.notices.recv(&mut buffer).unwrap_or_else(|error| {
                let log = fs::read_to_string(self.disk.join("boot.log")).unwrap_or_default();
                panic!("the machine {} does not boot: {error}\n{log}", self.name)
            });
            let notice = String::from_utf8_lossy(&buffer[..length]).into_owned();
            for line in notice.lines() {
                if let Some(pid) = line.strip_prefix("X_NSPAWN_LEADER_PID=") {
                    self.leader = pid.parse().expect("a process id is a number");
                }
            }
            if notice.lines().any(|line| line == "READY=1") {
                return;
            }
        }
    }
}

impl Drop for Machine {
    /// Pulls the plug: whatever runs on the machine dies with its first process.
    fn drop(&mut self) {
        // Of a machine that did not boot there is no first process, and process 0 would be all of ours.
        for pid in [self.boot.id(), self.leader].into_iter().filter(|pid| *pid != 0) {
            if let Err(error) = Command::new("kill").args(["-9", &pid.to_string()]).status() {
                eprintln!("the machine {} may still run: {error}", self.name);
            }
        }
        let ended = self.boot.wait().and_then(|_| fs::remove_dir_all(&self.disk));
        if let Err(error) = ended {
            eprintln!("{} is left: {error}", self.disk.display());
        }
    }
}
