//! Fingerprints of documents: while they are equal, nothing needs to be parsed.

use sha2::{Digest, Sha256};

/// The fingerprint of a configuration, with what libvirt keeps outside the document.
pub(crate) fn config(document: &str, autostart: bool) -> String {
    let mut hasher = Sha256::new();
    hasher.update(document);
    hasher.update(if autostart { "autostart" } else { "" });
    hex::encode(hasher.finalize())
}

/// The fingerprint of a running domain, without what changes by itself: its number, the names of its taps and
/// terminals, security labels, and whether the agent in the guest answers.
pub(crate) fn live(document: &str) -> String {
    let mut hasher = Sha256::new();
    for line in document.lines() {
        let text = line.trim_start();
        if VOLATILE.iter().any(|start| text.starts_with(start)) {
            continue;
        }
        let line = strip_attribute(line, " state='connected'");
        let line = strip_attribute(&line, " state='disconnected'");
        hasher.update(without_id(&line).as_bytes());
        hasher.update(b"\n");
    }
    hex::encode(hasher.finalize())
}

/// How lines begin that libvirt writes for a running domain only, one element a line.
const VOLATILE: [&str; 7] = [
    "<target dev='vnet",
    "<seclabel",
    "</seclabel",
    "<label>",
    "<imagelabel>",
    "<source path='/dev/pts/",
    "<alias name='",
];

fn strip_attribute(line: &str, attribute: &str) -> String {
    line.replace(attribute, "")
}

/// `<domain type='qemu' id='7'>` without the number, and a console's terminal without its name.
fn without_id(line: &str) -> String {
    let cut = |line: &str, start: &str| -> String {
        let Some((before, rest)) = line.split_once(start) else { return line.to_owned() };
        match rest.split_once('\'') {
            Some((_, after)) => format!("{before}{after}"),
            None => line.to_owned(),
        }
    };
    if line.starts_with("<domain ") {
        cut(line, " id='")
    } else if line.trim_start().starts_with("<console ") {
        cut(line, " tty='")
    } else {
        line.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::{config, live};

    #[test]
    fn a_restart_of_the_same_configuration_looks_the_same() {
        let first =
            "<domain type='qemu' id='3'>\n  <console type='pty' tty='/dev/pts/4'>\n      <target dev='vnet3'/>\n";
        let second =
            "<domain type='qemu' id='9'>\n  <console type='pty' tty='/dev/pts/1'>\n      <target dev='vnet0'/>\n";
        assert_eq!(live(first), live(second));
        assert_ne!(live(first), live("<domain type='kvm' id='3'>\n"));
    }

    #[test]
    fn autostart_is_part_of_the_configuration() {
        assert_ne!(config("<domain/>", true), config("<domain/>", false));
    }
}
