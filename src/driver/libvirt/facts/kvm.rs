//! Does KVM really run a guest here? A device node says little: nested and para-virtualised hosts offer
//! /dev/kvm on which firmware starts and Linux hangs. So a guest of one sector is started and has to report back;
//! the verdict is kept until the kernel or QEMU changes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};

/// How long the guest may take; it needs a tenth of a second.
const PATIENCE: Duration = Duration::from_secs(3);
/// What the guest writes to QEMU's debug-exit port; QEMU then exits with twice that plus one.
const WORD: u8 = 0x21;
const EXIT: i32 = (WORD as i32) * 2 + 1;

/// A probe, and where its verdict is kept.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    /// The file that keeps the verdict.
    pub kept_in: PathBuf,
    /// QEMU's version.
    pub qemu: u32,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Verdict {
    /// The kernel it holds for.
    kernel: String,
    /// The QEMU it holds for.
    qemu: u32,
    /// Whether a guest runs.
    pub runs: bool,
    /// Why not.
    pub reason: String,
}

impl Probe {
    /// The verdict: the one that is kept, else that of a new probe.
    pub(crate) fn verdict(&self) -> Verdict {
        let kernel = kernel();
        // Access can change at any time; what the hypervisor can do changes with the kernel only.
        if let Err(error) = fs::OpenOptions::new().read(true).write(true).open("/dev/kvm") {
            return Verdict { kernel, qemu: self.qemu, runs: false, reason: format!("/dev/kvm: {error}") };
        }
        if let Some(kept) = self.kept().filter(|kept| kept.kernel == kernel && kept.qemu == self.qemu) {
            return kept;
        }
        let result = try_guest();
        let verdict =
            Verdict { kernel, qemu: self.qemu, runs: result.is_ok(), reason: result.err().unwrap_or_default() };
        if !verdict.runs {
            tracing::info!(reason = verdict.reason, "KVM is offered but not used");
        }
        if let Err(error) = self.keep(&verdict) {
            tracing::debug!(%error, file = %self.kept_in.display(), "the verdict about KVM is not kept");
        }
        verdict
    }

    fn kept(&self) -> Option<Verdict> {
        serde_json::from_slice(&fs::read(&self.kept_in).ok()?).ok()
    }

    fn keep(&self, verdict: &Verdict) -> io::Result<()> {
        if let Some(directory) = self.kept_in.parent() {
            fs::create_dir_all(directory)?;
        }
        fs::write(&self.kept_in, serde_json::to_vec(verdict)?)
    }
}

fn kernel() -> String {
    fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default().trim().to_owned()
}

fn try_guest() -> Result<(), String> {
    // This hypervisor runs firmware and one-sector guests, but a Linux kernel hangs in it.
    if Path::new("/sys/module/kvm_pvm").exists() {
        return Err("KVM is kvm_pvm here, in which Linux guests hang".to_owned());
    }
    let (arch, program) = match std::env::consts::ARCH {
        "x86_64" => ("x86_64", "qemu-system-x86_64"),
        // Without a port to report to there is nothing short of a whole guest to start.
        _ => return Ok(()),
    };
    let image = boot_sector().map_err(|error| format!("cannot write the probe's image: {error}"))?;
    let drive = format!("file={},format=raw,if=ide", image.path().display());
    let started = Command::new(program)
        .args(["-accel", "kvm", "-machine", "pc", "-cpu", "host", "-m", "16", "-nodefaults", "-display", "none"])
        .args(["-no-reboot", "-device", "isa-debug-exit,iobase=0xf4,iosize=0x01", "-drive", &drive])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let mut guest = started.map_err(|error| format!("cannot run {program} for {arch}: {error}"))?;
    let begun = Instant::now();
    loop {
        match guest.try_wait() {
            Ok(Some(status)) if status.code() == Some(EXIT) => return Ok(()),
            Ok(Some(status)) => return Err(format!("a one-sector guest under KVM ended with {status}")),
            Ok(None) if begun.elapsed() < PATIENCE => std::thread::sleep(Duration::from_millis(10)),
            Ok(None) => {
                stop(&mut guest);
                return Err("a one-sector guest under KVM did not run".to_owned());
            }
            Err(error) => return Err(format!("cannot wait for {program}: {error}")),
        }
    }
}

fn stop(guest: &mut std::process::Child) {
    if let Err(error) = guest.kill().and_then(|()| guest.wait().map(drop)) {
        tracing::debug!(%error, "the probe's guest could not be stopped");
    }
}

/// `mov al, WORD; out 0xf4, al; hlt`, and the signature that makes it bootable.
fn boot_sector() -> io::Result<tempfile::NamedTempFile> {
    let mut sector = [0_u8; 512];
    sector[..5].copy_from_slice(&[0xb0, WORD, 0xe6, 0xf4, 0xf4]);
    sector[510..].copy_from_slice(&[0x55, 0xaa]);
    let file = tempfile::NamedTempFile::new()?;
    fs::write(file.path(), sector)?;
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::Probe;

    #[test]
    fn a_verdict_is_kept_until_qemu_changes() {
        let directory = tempfile::tempdir().unwrap();
        let probe = |qemu| Probe { kept_in: directory.path().join("state/kvm-probe.json"), qemu };
        let first = probe(7).verdict();
        assert_eq!(probe(7).verdict(), first);
        assert_eq!(probe(8).verdict().qemu, 8);
    }
}
