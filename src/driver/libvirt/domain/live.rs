//! Changing a running domain where it runs: one call a field, each read back.

mod change;
mod plug;

use model::{FieldPath, spec::DomainSpec};
use virt::domain::Domain;

use super::{define, document, power, read, scope::Scope, verify};
use crate::{
    Outcome,
    libvirt::{LibvirtError, connections::Link, pools, xml::Element},
};

/// A running domain that is being changed.
pub(super) struct Change<'a> {
    link: &'a Link<'a>,
    domain: &'a Domain,
    /// The running domain before the change.
    before: &'a Element,
    /// The configuration that the next start uses.
    config: &'a Element,
    spec: &'a DomainSpec,
    scope: Scope<'a>,
    outcome: Outcome,
}

/// Changes `fields` of the running domain; what cannot be changed while it runs is told as pending. Then brings
/// the configuration that the next start uses in line, where it is not yet.
pub(crate) fn change(
    link: &Link<'_>,
    name: &str,
    spec: &DomainSpec,
    fields: &[FieldPath],
) -> Result<Outcome, LibvirtError> {
    let domain = define::existing(link, name)?;
    let mut config = define::inactive(link, &domain)?;
    let running = link.read(|_| domain.is_active())?;
    let mut outcome = Outcome::default();
    if running {
        let before = define::active(link, &domain)?;
        let scope = Scope::fields(fields);
        let mut change = Change { link, domain: &domain, before: &before, config: &config, spec, scope, outcome };
        change.run()?;
        outcome = change.outcome;
        verify_live(link, &domain, spec, fields, &outcome)?;
    }
    let before = define::read_config(link, &domain, &config, spec)?;
    document::patch(&mut config, spec, &Scope::fields(fields), None, &before.overlays);
    if define::read_config(link, &domain, &config, spec)? != before {
        define::define(link, &config, spec)?;
    }
    outcome.fingerprint = Some(define::fingerprints(link, &domain)?);
    Ok(outcome)
}

fn verify_live(
    link: &Link<'_>,
    domain: &Domain,
    spec: &DomainSpec,
    fields: &[FieldPath],
    outcome: &Outcome,
) -> Result<(), LibvirtError> {
    if power::state(link, domain)? == virt::sys::VIR_DOMAIN_SHUTOFF {
        return Err(LibvirtError::Impossible { reason: "it stopped while it was being changed".to_owned() });
    }
    let waits = |field: &FieldPath| outcome.pending.iter().any(|pending| field.is_within(pending.as_str()));
    let taken: Vec<FieldPath> = fields.iter().filter(|field| !waits(field)).cloned().collect();
    let after = define::active(link, domain)?;
    let paths = pools::paths(link)?;
    let snapshots = link.read(|_| domain.num_snapshots(0))?;
    let around = read::Surroundings { pools: &paths, declared: Some(spec), snapshots };
    match verify::difference(spec, &read::read(&after, &around).spec, &Scope::fields(&taken)) {
        Some(difference) => Err(LibvirtError::NotTaken { difference }),
        None => Ok(()),
    }
}

impl Change<'_> {
    fn run(&mut self) -> Result<(), LibvirtError> {
        self.texts()?;
        self.autostart()?;
        self.vcpus()?;
        self.memory()?;
        self.cpu_time()?;
        self.devices()?;
        self.stage_rest();
        Ok(())
    }

    /// Notes that `field` waits for the next cold start, with libvirt's reason.
    pub(super) fn wait(&mut self, field: &str, reason: impl std::fmt::Display) {
        self.outcome.pending.push(FieldPath::from(field));
        self.outcome.notes.push(format!("{field} takes effect at the next cold start: {reason}"));
    }

    /// Takes a refusal that only says "not while it runs" as waiting; anything else is a failure.
    pub(super) fn or_wait(&mut self, field: &str, result: Result<(), LibvirtError>) -> Result<(), LibvirtError> {
        match result {
            Ok(()) => Ok(()),
            Err(error) if only_while_off(&error) => {
                self.wait(field, error);
                Ok(())
            }
            Err(error) => Err(error),
        }
    }

    /// What can only be changed while the domain is off.
    fn stage_rest(&mut self) {
        const COLD: [&str; 15] = [
            "domainType",
            "arch",
            "machine",
            "emulator",
            "firmware",
            "boot",
            "cpu",
            "console",
            "graphics",
            "guestAgent",
            "rng",
            "tpm",
            "hotplugSlots",
            "memory.hugepages",
            "memory.shared",
        ];
        for field in COLD {
            if self.scope.touches_path(&FieldPath::from(field)) {
                self.wait(field, "it cannot be changed while the domain runs");
            }
        }
    }
}

fn only_while_off(error: &LibvirtError) -> bool {
    use virt::sys::{
        VIR_ERR_ARGUMENT_UNSUPPORTED, VIR_ERR_CONFIG_UNSUPPORTED, VIR_ERR_NO_SUPPORT, VIR_ERR_OPERATION_INVALID,
        VIR_ERR_OPERATION_TIMEOUT, VIR_ERR_OPERATION_UNSUPPORTED,
    };
    const CODES: [virt::sys::virErrorNumber; 6] = [
        VIR_ERR_ARGUMENT_UNSUPPORTED,
        VIR_ERR_CONFIG_UNSUPPORTED,
        VIR_ERR_NO_SUPPORT,
        VIR_ERR_OPERATION_INVALID,
        VIR_ERR_OPERATION_TIMEOUT,
        VIR_ERR_OPERATION_UNSUPPORTED,
    ];
    let full =
        matches!(error, LibvirtError::Refused { message, .. } if message.contains("No more available PCI slots"));
    full || CODES.into_iter().any(|code| error.is(code))
}
