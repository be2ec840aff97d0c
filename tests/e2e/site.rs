//! One test's corner of the host.

use std::{
    fs::File,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::LazyLock,
    time::{Duration, Instant},
};

use rustix::fs::{FlockOperation, flock};
use serde_json::Value;

use crate::ran::Ran;

/// Where `tests/setup` leaves the tiny guest and the tiny container image.
pub const TINY: &str = "/var/lib/hypervisor/test/tiny";

/// Held as long as this process lives: two runs of these tests at once would undo each other's work.
static TURN: LazyLock<File> = LazyLock::new(|| {
    std::fs::create_dir_all("/var/lib/hypervisor/test")
        .expect("the test directory can be made: run tests/setup as root");
    let file = File::create("/var/lib/hypervisor/test/e2e.lock").expect("the test directory is writable");
    flock(&file, FlockOperation::LockExclusive).expect("a local file can be locked");
    file
});

/// A state directory and a prefix for names; dropped, everything made with it is destroyed.
pub struct Site {
    prefix: String,
    dir: PathBuf,
}

impl Site {
    /// Makes the site `name`; `@` in configurations and arguments stands for its prefix.
    pub fn new(name: &str) -> Self {
        LazyLock::force(&TURN);
        let prefix = format!("e2e-{name}");
        let dir = Path::new("/var/lib/hypervisor/test").join(&prefix);
        let site = Self { prefix, dir };
        site.clear();
        std::fs::create_dir_all(&site.dir).expect("the state directory can be made: run tests/setup as root");
        site
    }

    /// The state directory, where this site's files are too.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// `text` with every `@` replaced by the site's prefix, and `TINY` by the tiny guest's directory.
    pub fn fill(&self, text: &str) -> String {
        text.replace('@', &self.prefix).replace("TINY", TINY)
    }

    /// Writes `config` as this site's host.nix.
    pub fn write(&self, config: &str) -> PathBuf {
        let file = self.dir.join("host.nix");
        std::fs::write(&file, self.fill(config)).expect("the state directory is writable");
        file
    }

    /// The path of a file of this site's.
    pub fn path(&self, name: &str) -> String {
        self.dir.join(name).display().to_string()
    }

    /// Adds a file to a tar of this site's.
    #[track_caller]
    pub fn append_to(&self, archive: &str, name: &str, contents: &str) {
        std::fs::write(self.dir.join(name), contents).expect("the state directory is writable");
        let directory = self.dir.to_string_lossy();
        let ran =
            Command::new("tar").args(["-rf", archive, "-C", &directory, name]).output().expect("tar is installed");
        Ran::from(ran).succeeded();
    }

    /// Runs hypernix with this site's state directory.
    pub fn hypernix(&self, args: &[&str]) -> Ran {
        self.hypernix_with(args, &[])
    }

    /// Likewise, with more in its environment.
    pub fn hypernix_with(&self, args: &[&str], environment: &[(&str, &str)]) -> Ran {
        let output = self.command(args).envs(environment.iter().copied()).output();
        Ran::from(output.expect("hypernix was built with this test"))
    }

    /// Begins to run hypernix; the caller waits for what it prints.
    pub fn begin(&self, args: &[&str]) -> Child {
        let begun = self.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        begun.expect("hypernix was built with this test")
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hypernix"));
        command.args(args.iter().map(|arg| self.fill(arg)));
        command.env("HYPERNIX_STATE_DIR", &self.dir).env("NO_COLOR", "1");
        command
    }

    /// Writes the manifest of `config`, as a system generation has it, and gives its path.
    #[track_caller]
    pub fn manifest(&self, config: &str) -> String {
        let file = self.write(config);
        let json = self.hypernix(&["manifest", &file.to_string_lossy()]).succeeded().stdout;
        let path = self.path("manifest.json");
        std::fs::write(&path, json).expect("the state directory is writable");
        path
    }

    /// Runs hypernix, expects that it refuses, and gives everything it printed.
    #[track_caller]
    pub fn refused(&self, args: &[&str]) -> String {
        let ran = self.hypernix(args);
        assert_eq!(ran.code, 1, "it was not refused:\n{}\n{}", ran.stdout, ran.stderr);
        format!("{}{}", ran.stdout, ran.stderr)
    }

    /// Applies `config` and expects it to succeed.
    #[track_caller]
    pub fn apply(&self, config: &str) -> Ran {
        let file = self.write(config);
        self.hypernix(&["apply", "--yes", &file.to_string_lossy()]).succeeded()
    }

    /// Plans `config` and gives the plan's JSON.
    #[track_caller]
    pub fn plan(&self, config: &str) -> Value {
        let file = self.write(config);
        self.hypernix(&["plan", "--json", &file.to_string_lossy()]).succeeded().json()
    }

    /// Applies `config`, expects the next plan to be empty and gives the effect that the first plan predicted, by
    /// `address verb effect`.
    #[track_caller]
    pub fn converge(&self, config: &str) -> Vec<String> {
        let plan = self.plan(config);
        let predicted = changes(&plan).map(|line| line.replace(&self.prefix, "@")).collect();
        self.apply(config);
        self.assert_settled(config);
        predicted
    }

    /// Expects that nothing is left to do for `config`.
    #[track_caller]
    pub fn assert_settled(&self, config: &str) {
        let plan = self.plan(config);
        assert_eq!(plan["steps"].as_array().map(Vec::len), Some(0), "a plan after an apply is not empty: {plan:#}");
    }

    /// Runs `virsh` on the system's libvirt.
    #[track_caller]
    pub fn virsh(&self, args: &[&str]) -> Ran {
        let args: Vec<_> = args.iter().map(|arg| self.fill(arg)).collect();
        Ran::from(Command::new("virsh").args(["-c", "qemu:///system"]).args(args).output().expect("virsh is installed"))
    }

    /// Runs `docker`.
    #[track_caller]
    pub fn docker(&self, args: &[&str]) -> Ran {
        let args: Vec<_> = args.iter().map(|arg| self.fill(arg)).collect();
        Ran::from(Command::new("docker").args(args).output().expect("docker is installed"))
    }

    /// Waits until the guest `name` has written `text` on its console.
    #[track_caller]
    pub fn await_console(&self, name: &str, text: &str) {
        let log = self.dir.join("logs").join(format!("{}.log", self.fill(name)));
        await_for(&format!("`{text}` in {}", log.display()), Duration::from_secs(90), || {
            std::fs::read(&log).is_ok_and(|bytes| String::from_utf8_lossy(&bytes).contains(text))
        });
    }

    fn stop_guests(&self) {
        for name in self.virsh(&["list", "--name"]).stdout.split_whitespace() {
            if self.has_made(name) {
                self.virsh(&["destroy", name]);
            }
        }
    }

    /// Whether a name is one of this site's, and not of another whose name goes on where this one's ends.
    fn has_made(&self, name: &str) -> bool {
        name.strip_prefix(&self.prefix).is_some_and(|rest| rest.starts_with('-'))
    }

    fn clear(&self) {
        if self.dir.exists() {
            self.hypernix(&["destroy", "--all", "--allow-destroy", "--yes"]);
        }
        self.stop_guests();
        for name in self.virsh(&["list", "--all", "--name"]).stdout.split_whitespace() {
            if self.has_made(name) {
                self.virsh(&["undefine", "--nvram", "--snapshots-metadata", "--managed-save", name]);
            }
        }
        for pool in self.virsh(&["pool-list", "--all", "--name"]).stdout.split_whitespace() {
            if self.has_made(pool) {
                self.virsh(&["pool-destroy", pool]);
                self.virsh(&["pool-undefine", pool]);
            }
        }
        for network in self.virsh(&["net-list", "--all", "--name"]).stdout.split_whitespace() {
            if self.has_made(network) {
                self.virsh(&["net-destroy", network]);
                self.virsh(&["net-undefine", network]);
            }
        }
        let listed = self.docker(&["ps", "-aq", "--filter", "name=^/@-"]).stdout;
        for id in listed.split_whitespace() {
            self.docker(&["rm", "-f", id]);
        }
        for (kind, filter) in [("network", "name=^@-"), ("volume", "name=^@-")] {
            for name in self.docker(&[kind, "ls", "-q", "--filter", filter]).stdout.split_whitespace() {
                self.docker(&[kind, "rm", name]);
            }
        }
        for pattern in ["reference=@-*", "reference=hypernix/@-*"] {
            let images = self.docker(&["images", "--format", "{{.Repository}}:{{.Tag}}", "--filter", pattern]).stdout;
            for reference in images.split_whitespace() {
                self.docker(&["rmi", "-f", reference]);
            }
        }
        if self.dir.exists() {
            std::fs::remove_dir_all(&self.dir).expect("the state directory can be removed");
        }
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        // A failed test leaves what it made, for looking at; the next run of it clears up first. Its guests would
        // take the processor from the tests that follow.
        if std::thread::panicking() {
            self.stop_guests();
        } else {
            self.clear();
        }
    }
}

/// A plan's changes as `address verb effect` lines.
pub fn changes(plan: &Value) -> impl Iterator<Item = String> {
    let changes = plan["changes"].as_array().cloned().unwrap_or_default();
    changes.into_iter().map(|change| {
        let word = |key: &str| change[key].as_str().unwrap_or("?").to_owned();
        format!("{} {} {}", word("address"), word("verb"), word("effect"))
    })
}

/// Waits until `holds`, polling: neither backend tells a test when a guest is ready.
#[track_caller]
pub fn await_for(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let deadline = Instant::now() + limit;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} did not come about within {limit:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}
