//! Nix itself, with a store of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Where `tests/setup oracle` puts it.
const PROGRAMS: &str = "/var/lib/hypervisor/test/nix-oracle/bin";

/// What lets it build as root, in no sandbox, with no network.
const CONFIGURATION: &str = "sandbox = false\nbuild-users-group =\nbuilders =\nbuild-hook =\nsubstituters =\n\
                             extra-experimental-features = nix-command flakes fetch-tree\n";

/// A Nix with a store of its own.
pub(crate) struct Oracle {
    folder: tempfile::TempDir,
    kind: Kind,
}

/// What its paths begin with.
#[derive(Clone, Copy)]
enum Kind {
    /// `/nix/store`, which lies in its folder.
    Rooted,
    /// Its folder, so that this evaluator can read the same store.
    InPlace,
}

impl Oracle {
    /// A Nix whose store is where its paths say; none, with a notice, where there is no oracle.
    pub(crate) fn in_place() -> Option<Self> {
        Self::find(Kind::InPlace)
    }

    /// A Nix whose paths are in `/nix/store`; none, with a notice, where there is no oracle.
    pub(crate) fn at_root() -> Option<Self> {
        Self::find(Kind::Rooted)
    }

    fn find(kind: Kind) -> Option<Self> {
        if !Path::new(PROGRAMS).exists() {
            eprintln!("skipped: no oracle in {PROGRAMS} (tests/setup makes it)");
            return None;
        }
        let folder = tempfile::tempdir().expect("there is room for a store");
        let path = folder.path().display();
        let place = match kind {
            Kind::Rooted => format!("NIX_REMOTE='local?root={path}'"),
            Kind::InPlace => {
                format!("NIX_REMOTE=local NIX_STORE_DIR={path}/store NIX_STATE_DIR={path}/var NIX_LOG_DIR={path}/log")
            }
        };
        let programs = folder.path().join("bin");
        std::fs::create_dir(&programs).expect("the folder is ours");
        let settings = format!("export {place} NIX_CONFIG='{CONFIGURATION}' HOME={path}/home PROGRAMS={PROGRAMS}\n");
        std::fs::write(folder.path().join("settings"), settings).expect("the folder is ours");
        for name in ["nix", "nix-instantiate", "nix-store"] {
            // Links, because a program that was just written cannot run while another test's child holds it open.
            let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/store/program.sh");
            std::os::unix::fs::symlink(script, programs.join(name)).expect("the folder is ours");
        }
        Some(Self { folder, kind })
    }

    /// Where its programs are.
    pub(crate) fn programs(&self) -> PathBuf {
        self.folder.path().join("bin")
    }

    /// Where its store is.
    pub(crate) fn store(&self) -> PathBuf {
        self.folder.path().join(match self.kind {
            Kind::Rooted => "nix/store",
            Kind::InPlace => "store",
        })
    }

    /// Runs one of its programs; gives what it prints, or the last error it tells.
    pub(crate) fn run(&self, program: &str, words: &[&str], folder: &Path) -> Result<String, String> {
        let output = Command::new(self.programs().join(program)).args(words).current_dir(folder).output();
        let output = output.expect("the oracle runs");
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
        }
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let last = said.lines().rev().find_map(|line| line.trim_start().strip_prefix("error: "));
        Err(last.unwrap_or(&said).to_owned())
    }

    /// Evaluates an expression to JSON.
    pub(crate) fn evaluate(&self, expression: &str, folder: &Path) -> Result<String, String> {
        let words = ["--eval", "--strict", "--json", "--read-write-mode", "--expr", expression];
        self.run("nix-instantiate", &words, folder)
    }
}
