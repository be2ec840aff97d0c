//! What libvirt says when it refuses, with what to do about it.

use std::{path::PathBuf, time::Duration};

use super::xml::XmlError;

/// A call to libvirt failed.
#[derive(Debug, thiserror::Error)]
pub enum LibvirtError {
    /// libvirt refused.
    #[error("{message}{}", hint.as_ref().map(|hint| format!(" ({hint})")).unwrap_or_default())]
    Refused {
        /// libvirt's error number (`virErrorNumber`).
        code: u32,
        /// The part of libvirt that refused (`virErrorDomain`).
        domain: u32,
        /// libvirt's words.
        message: String,
        /// What to do about it, where we know.
        hint: Option<String>,
    },
    /// libvirt did not answer in time; the connection was thrown away.
    #[error("libvirt did not answer within {deadline:?}")]
    Deadline {
        /// How long we waited.
        deadline: Duration,
    },
    /// The thread that talks to libvirt ended by itself.
    #[error("the connection to libvirt was lost in the middle of a call")]
    Lost,
    /// libvirt showed a document that we cannot read.
    #[error("libvirt showed a document that cannot be read")]
    Document(#[from] XmlError),
    /// There is no such object.
    #[error("there is no {what} called `{name}`")]
    Missing {
        /// What kind of object.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// An object of that name is there, but it is not ours.
    #[error("a {what} called `{name}` is there already and is not managed by us; adopt it or choose another name")]
    Foreign {
        /// What kind of object.
        what: &'static str,
        /// Its name.
        name: String,
    },
    /// libvirt said yes, but shows something else.
    #[error("it reads back differently: {difference}")]
    NotTaken {
        /// What differs.
        difference: String,
    },
    /// The specification asks for what cannot be done.
    #[error("{reason}")]
    Impossible {
        /// Why, as a sentence fragment.
        reason: String,
    },
    /// A file beside libvirt's objects cannot be read or written.
    #[error("cannot {verb} {path}", path = path.display())]
    File {
        /// What was tried.
        verb: &'static str,
        /// On which file.
        path: PathBuf,
        /// Why it failed.
        source: std::io::Error,
    },
    /// A program that we ran failed.
    #[error("{program} failed: {output}")]
    Program {
        /// Its name.
        program: &'static str,
        /// What it wrote to its standard error.
        output: String,
    },
}

impl LibvirtError {
    /// Whether libvirt refused with this number (`virt::sys::VIR_ERR_…`).
    pub fn is(&self, number: virt::sys::virErrorNumber) -> bool {
        matches!(self, Self::Refused { code, .. } if *code == number)
    }

    /// Whether it says that the object is not there.
    pub fn is_missing(&self) -> bool {
        use virt::sys::{
            VIR_ERR_NO_DOMAIN, VIR_ERR_NO_DOMAIN_METADATA, VIR_ERR_NO_NETWORK, VIR_ERR_NO_STORAGE_POOL,
            VIR_ERR_NO_STORAGE_VOL,
        };
        const GONE: [virt::sys::virErrorNumber; 5] = [
            VIR_ERR_NO_DOMAIN,
            VIR_ERR_NO_DOMAIN_METADATA,
            VIR_ERR_NO_NETWORK,
            VIR_ERR_NO_STORAGE_POOL,
            VIR_ERR_NO_STORAGE_VOL,
        ];
        matches!(self, Self::Missing { .. }) || GONE.into_iter().any(|code| self.is(code))
    }

    /// The error with the advice for a connection to `uri` that could not be made.
    pub(super) fn while_connecting(self, uri: &str) -> Self {
        match self {
            Self::Refused { code, domain, message, .. } => {
                let hint = connection_hint(uri, &message);
                Self::Refused { code, domain, message, hint }
            }
            other => other,
        }
    }
}

impl From<virt::error::Error> for LibvirtError {
    fn from(error: virt::error::Error) -> Self {
        let message = error.message().to_owned();
        let hint = hint_for(&message);
        Self::Refused { code: error.code().to_raw(), domain: error.domain().to_raw(), message, hint }
    }
}

fn connection_hint(uri: &str, message: &str) -> Option<String> {
    let absent = message.contains("No such file or directory") || message.contains("Connection refused");
    let denied = message.contains("Permission denied") || message.contains("authentication");
    match uri {
        _ if absent && uri.starts_with("qemu") && uri.contains(":///") => Some(format!(
            "no libvirtd listens for {uri}: start it with `systemctl start libvirtd`, or `virtlogd -d; libvirtd -d` where no systemd runs"
        )),
        _ if denied && uri.starts_with("qemu:///system") => {
            Some("run as root, or as a member of the group `libvirt`".to_owned())
        }
        _ => None,
    }
}

/// libvirt's words with advice, where we have some.
pub(super) fn with_hint(message: &str) -> String {
    hint_for(message).map_or_else(|| message.to_owned(), |hint| format!("{message} ({hint})"))
}

/// Advice by a part of libvirt's words; its error numbers are too coarse for this.
fn hint_for(message: &str) -> Option<String> {
    const ADVICE: [(&str, &str); 7] = [
        ("dnsmasq", "networks with DHCP or DNS need dnsmasq: install dnsmasq-base"),
        ("TPM version", "an emulated TPM needs swtpm: install swtpm and swtpm-tools"),
        ("Unable to find 'efi' firmware", "UEFI needs its firmware: install ovmf"),
        ("No more available PCI slots", "every PCIe port is taken: raise hotplugSlots and start the domain anew"),
        ("unable to find any master var store", "UEFI needs its firmware: install ovmf"),
        ("/dev/kvm", "KVM cannot be used by QEMU's user: check the permissions of /dev/kvm"),
        ("virtlogd", "the log daemon does not run: start virtlogd"),
    ];
    ADVICE.into_iter().find(|(part, _)| message.contains(part)).map(|(_, advice)| advice.to_owned())
}
