//! A daemon over a test's site, spoken to as its users do.

use std::{
    fs::File,
    net::TcpListener,
    path::PathBuf,
    process::{Child, Command},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::{
    ran::Ran,
    site::{Site, await_for},
};

/// A running `hypernix serve`; dropped, it is ended as systemd would.
pub struct Daemon {
    process: Child,
    /// Its Unix socket.
    pub socket: PathBuf,
    /// Where it listens on the loopback interface.
    pub address: String,
    log: PathBuf,
}

impl Daemon {
    /// Starts the daemon over the site, and waits until it is ready.
    #[track_caller]
    pub fn start(site: &Site, arguments: &[&str]) -> Self {
        Self::start_with(site, env!("CARGO_BIN_EXE_hypernix"), arguments, &[])
    }

    /// Starts another program file, with more in its environment.
    #[track_caller]
    pub fn start_with(site: &Site, program: &str, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let free = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a free port");
        let (socket, log) = (site.dir().join("hypernix.sock"), site.dir().join("daemon.log"));
        let output = File::options().create(true).append(true).open(&log).expect("the state directory is writable");
        let process = Command::new(program)
            .args(["serve", "--listen", &free.to_string(), "--socket"])
            .arg(&socket)
            .args(arguments.iter().map(|argument| site.fill(argument)))
            .env("HYPERNIX_STATE_DIR", site.dir())
            .env("NO_COLOR", "1")
            .envs(environment.iter().copied())
            .stderr(output)
            .spawn()
            .expect("hypernix was built with this test");
        let daemon = Self { process, socket, address: free.to_string(), log };
        await_for("the daemon's readiness", Duration::from_secs(30), || daemon.local("/readyz", &[]).code == 0);
        daemon
    }

    /// Asks through the Unix socket.
    pub fn local(&self, path: &str, options: &[&str]) -> Ran {
        let socket = self.socket.to_string_lossy();
        let url = format!("http://localhost{path}");
        curl(&[&["--unix-socket", &socket, &url], options].concat())
    }

    /// Asks through the loopback interface.
    pub fn loopback(&self, path: &str, options: &[&str]) -> Ran {
        curl(&[&[&*format!("http://{}{path}", self.address)], options].concat())
    }

    /// The data of a query; it must have no errors.
    #[track_caller]
    pub fn data(&self, query: &str) -> Value {
        let answer = self.answer(query);
        assert!(answer.get("errors").is_none(), "{answer:#}");
        answer["data"].clone()
    }

    /// The answer to a query.
    #[track_caller]
    pub fn answer(&self, query: &str) -> Value {
        let body = json!({ "query": query }).to_string();
        self.loopback("/graphql", &["-H", "Content-Type: application/json", "-d", &body]).succeeded().json()
    }

    /// The daemon's own account of itself.
    #[track_caller]
    pub fn status(&self) -> Value {
        self.local("/v1/status", &[]).succeeded().json()
    }

    /// Has a manifest applied; the lines that are told.
    #[track_caller]
    pub fn reconcile(&self, request: &Value) -> Vec<Value> {
        let options = ["-N", "-H", "Content-Type: application/json", "-d", &request.to_string()];
        let lines = self.local("/v1/reconcile", &options).succeeded().stdout;
        lines.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
    }

    /// Waits until its account of itself says so.
    #[track_caller]
    pub fn await_status(&self, what: &str, holds: impl Fn(&Value) -> bool) {
        let began = Instant::now();
        loop {
            let status = self.status();
            if holds(&status) {
                return;
            }
            assert!(began.elapsed() < Duration::from_secs(20), "{what} did not come about: {status:#}\n{}", self.log());
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it said.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Its process.
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: &str) {
        let ended = Command::new("kill").args([signal, &self.pid().to_string()]).status();
        assert!(ended.expect("kill is installed").success());
    }

    /// Ends it with a signal, and waits; its exit code where it ended by itself.
    pub fn end(mut self, signal: &str) -> Option<i32> {
        self.signal(signal);
        self.process.wait().expect("it is our child").code()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if matches!(self.process.try_wait(), Ok(None)) {
            self.signal("-TERM");
            self.process.wait().expect("it is our child");
        }
    }
}

fn curl(arguments: &[&str]) -> Ran {
    let output = Command::new("curl").args(["-sS", "--fail-with-body", "--max-time", "120"]).args(arguments).output();
    Ran::from(output.expect("curl is installed: run tests/setup"))
}
