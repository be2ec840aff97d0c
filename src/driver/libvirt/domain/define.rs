//! Making, changing, marking, renaming and removing domains.

use std::path::Path;

use model::{Address, FieldPath, Fingerprint, Previous, spec::DomainSpec};
use plan::{Data, Mark};
use virt::{domain::Domain, sys};

use super::{document, fingerprint, read, scope::Scope, shape, verify};
use crate::{
    Outcome,
    libvirt::{
        LibvirtError,
        connections::{Limit, Link},
        mark,
        pools::{self, PoolPaths},
        schema::Check,
        xml::Element,
    },
};

/// The kind of metadata that `<metadata>` holds.
const ELEMENT: i32 = sys::VIR_DOMAIN_METADATA_ELEMENT as i32;

/// The domain of that name, if there is one.
pub(crate) fn lookup(link: &Link<'_>, name: &str) -> Result<Option<Domain>, LibvirtError> {
    link.find(|connect| connect.lookup_domain_by_name(name))
}

/// The domain of that name.
pub(crate) fn existing(link: &Link<'_>, name: &str) -> Result<Domain, LibvirtError> {
    lookup(link, name)?.ok_or_else(|| LibvirtError::Missing { what: "domain", name: name.to_owned() })
}

/// The configuration that the next start uses, secrets included: what a redefinition must not lose.
pub(crate) fn inactive(link: &Link<'_>, domain: &Domain) -> Result<Element, LibvirtError> {
    let flags = sys::VIR_DOMAIN_XML_INACTIVE | sys::VIR_DOMAIN_XML_SECURE;
    Ok(Element::parse(&link.read(|_| domain.xml_desc(flags))?)?)
}

/// The running domain.
pub(crate) fn active(link: &Link<'_>, domain: &Domain) -> Result<Element, LibvirtError> {
    Ok(Element::parse(&link.read(|_| domain.xml_desc(0))?)?)
}

/// Defines the domain; one of ours that is there already is brought to the specification.
pub(crate) fn create(link: &Link<'_>, name: &str, spec: &DomainSpec, mark: &Mark) -> Result<Outcome, LibvirtError> {
    if let Some(domain) = lookup(link, name)? {
        let before = inactive(link, &domain)?;
        let ours = mark::read(&before).is_some_and(|found| found.owner == mark.owner);
        let same = spec.uuid.is_some() && before.text_of("uuid").and_then(|text| text.parse().ok()) == spec.uuid;
        if !ours && !same {
            return Err(LibvirtError::Foreign { what: "domain", name: name.to_owned() });
        }
        return redefine(link, name, before, &domain, spec, &Scope::everything(), mark);
    }
    make_log_directory(spec)?;
    let domain = define(link, &document::new(name, spec, mark), spec)?;
    finish(link, &domain, spec, &Scope::everything(), Fresh::Yes)
}

/// Changes `fields` in the configuration that the next start uses.
pub(crate) fn configure(
    link: &Link<'_>,
    name: &str,
    spec: &DomainSpec,
    fields: &[FieldPath],
    mark: &Mark,
) -> Result<Outcome, LibvirtError> {
    let domain = existing(link, name)?;
    let before = inactive(link, &domain)?;
    let previous = Some(Previous(before.to_string()));
    let outcome = redefine(link, name, before, &domain, spec, &Scope::fields(fields), mark)?;
    Ok(Outcome { previous, ..outcome })
}

/// Defines the domain as it was before, and starts it.
pub(crate) fn restore(link: &Link<'_>, name: &str, previous: &Previous) -> Result<Outcome, LibvirtError> {
    let domain = existing(link, name)?;
    if link.read(|_| domain.is_active())? {
        return Err(LibvirtError::Impossible { reason: "it runs".to_owned() });
    }
    let domain = link.write(Limit::Quick, |connect| connect.define_domain_xml(&previous.0))?;
    link.write(Limit::Start, |_| domain.create())?;
    Ok(Outcome { fingerprint: Some(fingerprints(link, &domain)?), ..Outcome::default() })
}

/// Marks a domain as ours, in its configuration and where it runs.
pub(crate) fn adopt(link: &Link<'_>, name: &str, mark: &Mark) -> Result<Outcome, LibvirtError> {
    let domain = existing(link, name)?;
    let mut before = inactive(link, &domain)?;
    mark::put(&mut before, mark::element(mark, &domain_address(name)));
    set_mark(link, &domain, mark::find(&before))?;
    Ok(Outcome { fingerprint: Some(fingerprints(link, &domain)?), ..Outcome::default() })
}

/// Takes our mark off; a domain that is gone is fine.
pub(crate) fn forget(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    if let Some(domain) = lookup(link, name)?
        && mark::find(&inactive(link, &domain)?).is_some()
    {
        set_mark(link, &domain, None)?;
    }
    Ok(Outcome::default())
}

/// Gives the domain `from` another name; it has to be off.
pub(crate) fn rename(link: &Link<'_>, from: &str, name: &str) -> Result<Outcome, LibvirtError> {
    let domain = match lookup(link, from)? {
        Some(domain) => {
            link.write(Limit::Quick, |_| domain.rename(name, 0))?;
            existing(link, name)?
        }
        // An earlier try may have done it already.
        None => existing(link, name)?,
    };
    let before = inactive(link, &domain)?;
    if let Some(mark) = mark::find(&before) {
        let renamed = mark.clone().with("id", domain_address(name));
        set_mark(link, &domain, Some(&renamed))?;
    }
    Ok(Outcome { fingerprint: Some(fingerprints(link, &domain)?), ..Outcome::default() })
}

/// Removes the domain's configuration. Its disks are volumes of their own and stay in any case.
pub(crate) fn delete(link: &Link<'_>, name: &str, data: Data) -> Result<Outcome, LibvirtError> {
    let Some(domain) = lookup(link, name)? else { return Ok(Outcome::default()) };
    if link.read(|_| domain.is_active())? {
        let reason = "it still runs; it has to be stopped before it is removed".to_owned();
        return Err(LibvirtError::Impossible { reason });
    }
    // libvirt refuses to remove a domain with any of these unless it is told what becomes of them.
    let beside = sys::VIR_DOMAIN_UNDEFINE_MANAGED_SAVE
        | sys::VIR_DOMAIN_UNDEFINE_SNAPSHOTS_METADATA
        | sys::VIR_DOMAIN_UNDEFINE_CHECKPOINTS_METADATA;
    let state = match data {
        Data::Keep => sys::VIR_DOMAIN_UNDEFINE_KEEP_NVRAM | sys::VIR_DOMAIN_UNDEFINE_KEEP_TPM,
        Data::Destroy => sys::VIR_DOMAIN_UNDEFINE_NVRAM | sys::VIR_DOMAIN_UNDEFINE_TPM,
    };
    match link.write(Limit::Quick, |_| domain.undefine_flags(beside | state)) {
        Err(error) if !error.is_missing() => return Err(error),
        Ok(()) | Err(_) => {}
    }
    match lookup(link, name)? {
        None => Ok(Outcome::default()),
        Some(_) => Err(LibvirtError::NotTaken { difference: "it is still defined".to_owned() }),
    }
}

/// What the domain shows now, as [`Fingerprint`].
pub(crate) fn fingerprints(link: &Link<'_>, domain: &Domain) -> Result<Fingerprint, LibvirtError> {
    let config = link.read(|_| domain.xml_desc(sys::VIR_DOMAIN_XML_INACTIVE))?;
    let autostart = link.read(|_| domain.autostart())?;
    with_live(link, domain, fingerprint::config(&config, autostart))
}

fn with_live(link: &Link<'_>, domain: &Domain, config: String) -> Result<Fingerprint, LibvirtError> {
    let live = if link.read(|_| domain.is_active())? {
        fingerprint::live(&link.read(|_| domain.xml_desc(0))?)
    } else {
        String::new()
    };
    Ok(Fingerprint { config, live })
}

/// Defines a document. libvirt drops what it does not know in silence, unless it checks the document first.
pub(crate) fn define(link: &Link<'_>, document: &Element, spec: &DomainSpec) -> Result<Domain, LibvirtError> {
    let text = document.to_string();
    link.schema().define(link, &shape::of(spec), |check| {
        let flags = if check == Check::Yes { sys::VIR_DOMAIN_DEFINE_VALIDATE } else { 0 };
        link.write(Limit::Quick, |connect| connect.define_domain_xml_flags(&text, flags))
    })
}

/// Reads a domain's configuration as it was declared, with the overlays over the declared volumes.
pub(crate) fn read_config(
    link: &Link<'_>,
    domain: &Domain,
    document: &Element,
    spec: &DomainSpec,
) -> Result<read::Reading, LibvirtError> {
    // Only a file can be an overlay; a volume is read back as it was declared.
    let mut disks = document.child("devices").into_iter().flat_map(|devices| devices.named("disk"));
    let files = disks.any(|disk| disk.attr("type") == Some("file") && disk.attr("device") != Some("cdrom"));
    let (paths, snapshots) =
        if files { (pools::paths(link)?, link.read(|_| domain.num_snapshots(0))?) } else { (PoolPaths::default(), 0) };
    Ok(read::read(document, &read::Surroundings { pools: &paths, declared: Some(spec), snapshots }))
}

/// Patches the `document` of a domain that is there, and defines it.
fn redefine(
    link: &Link<'_>,
    name: &str,
    mut document: Element,
    domain: &Domain,
    spec: &DomainSpec,
    scope: &Scope<'_>,
    mark: &Mark,
) -> Result<Outcome, LibvirtError> {
    make_log_directory(spec)?;
    let reading = read_config(link, domain, &document, spec)?;
    let marked = mark::element(mark, &domain_address(name));
    document::patch(&mut document, spec, scope, Some(marked), &reading.overlays);
    let domain = define(link, &document, spec)?;
    if link.read(|_| domain.is_active())?
        && let Some(mark) = mark::find(&document)
    {
        set_live_mark(link, &domain, mark)?;
    }
    finish(link, &domain, spec, scope, Fresh::No)
}

/// Whether a domain was made just now: then it does not run, and does not start by itself.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fresh {
    Yes,
    No,
}

/// Sets what is kept beside the document, and reads back that all of it took.
fn finish(
    link: &Link<'_>,
    domain: &Domain,
    spec: &DomainSpec,
    scope: &Scope<'_>,
    fresh: Fresh,
) -> Result<Outcome, LibvirtError> {
    let mut autostart = if fresh == Fresh::Yes { false } else { link.read(|_| domain.autostart())? };
    if let Some(wanted) = spec.autostart.filter(|wanted| scope.touches("autostart") && *wanted != autostart) {
        link.write(Limit::Quick, |_| domain.set_autostart(wanted))?;
        autostart = link.read(|_| domain.autostart())?;
    }
    let text = link.read(|_| domain.xml_desc(sys::VIR_DOMAIN_XML_INACTIVE))?;
    let reading = read_config(link, domain, &Element::parse(&text)?, spec)?;
    if let Some(difference) = verify::difference(spec, &reading.spec, scope) {
        return Err(LibvirtError::NotTaken { difference });
    }
    let config = fingerprint::config(&text, autostart);
    let fingerprint = if fresh == Fresh::Yes {
        Fingerprint { config, live: String::new() }
    } else {
        with_live(link, domain, config)?
    };
    Ok(Outcome { fingerprint: Some(fingerprint), ..Outcome::default() })
}

/// Puts or removes our mark in the configuration, and in the running domain where it runs.
fn set_mark(link: &Link<'_>, domain: &Domain, mark: Option<&Element>) -> Result<(), LibvirtError> {
    let active = link.read(|_| domain.is_active())?;
    let live = if active { sys::VIR_DOMAIN_AFFECT_LIVE } else { 0 };
    let persistent = link.read(|_| domain.is_persistent())?;
    let config = if persistent { sys::VIR_DOMAIN_AFFECT_CONFIG } else { 0 };
    let text = mark.map(bare);
    let key = mark.map(|_| mark::PREFIX);
    link.write(Limit::Quick, |_| {
        domain.set_metadata(ELEMENT, text.as_deref(), key, Some(mark::NAMESPACE), config | live)
    })
}

/// Puts the mark into the running domain.
pub(crate) fn set_live_mark(link: &Link<'_>, domain: &Domain, mark: &Element) -> Result<(), LibvirtError> {
    let text = bare(mark);
    link.write(Limit::Quick, |_| {
        let uri = Some(mark::NAMESPACE);
        domain.set_metadata(ELEMENT, Some(&text), Some(mark::PREFIX), uri, sys::VIR_DOMAIN_AFFECT_LIVE)
    })
}

/// The mark without its prefix: libvirt puts its own.
fn bare(mark: &Element) -> String {
    fn strip(element: &Element) -> Element {
        let mut plain = element.clone();
        plain.name = element.name.rsplit(':').next().unwrap_or(&element.name).to_owned();
        plain.unset("xmlns:hv");
        plain.children.clear();
        for child in element.elements() {
            plain.push(strip(child));
        }
        plain
    }
    strip(mark).to_string()
}

/// virtlogd does not make the directory of a log.
fn make_log_directory(spec: &DomainSpec) -> Result<(), LibvirtError> {
    let Some(directory) = spec.console.log.as_deref().and_then(Path::parent) else { return Ok(()) };
    std::fs::create_dir_all(directory).map_err(|source| LibvirtError::File {
        verb: "make the directory",
        path: directory.to_owned(),
        source,
    })
}

fn domain_address(name: &str) -> Address {
    Address::new(model::Kind::Domain, name)
}
