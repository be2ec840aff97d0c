//! Starting, stopping, pausing and resuming.

mod together;

use std::time::{Duration, Instant};

use model::Shutdown;
use virt::{domain::Domain, sys};

use super::define::{existing, fingerprints, lookup};
use crate::{
    Outcome,
    libvirt::{
        LibvirtError,
        connections::{Connections, Limit, Link},
        xml::Element,
    },
};

pub(crate) use together::{Active, Starts};

/// How long between two looks at a domain that is shutting down.
const LOOK: Duration = Duration::from_millis(100);
/// A guest that was still booting has not heard the power button: it is pressed again after this.
const PRESS_AGAIN: Duration = Duration::from_secs(10);

/// What bringing a domain up came to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Up {
    /// It runs.
    Running(Outcome),
    /// It is there, and does nothing yet.
    Held,
}

/// Starts the domain, or resumes it where it is paused. Of emulated guests that are started together each is held
/// until all are there: one that boots would take the processors from those that are still being made.
pub(crate) async fn start(connections: &Connections, starts: &Starts, name: &str) -> Result<Outcome, LibvirtError> {
    let start = starts.begin();
    let (wanted, others) = (name.to_owned(), start.others());
    match connections.run(move |link| bring_up(link, &wanted, &others)).await? {
        Up::Running(outcome) => return Ok(outcome),
        Up::Held => start.all_there().await,
    }
    let wanted = name.to_owned();
    connections.run(move |link| resume(link, &wanted)).await
}

fn bring_up(link: &Link<'_>, name: &str, others: &together::Others) -> Result<Up, LibvirtError> {
    let domain = existing(link, name)?;
    match state(link, &domain)? {
        sys::VIR_DOMAIN_RUNNING | sys::VIR_DOMAIN_BLOCKED => {}
        sys::VIR_DOMAIN_PAUSED => link.write(Limit::Start, |_| domain.resume())?,
        sys::VIR_DOMAIN_PMSUSPENDED => link.write(Limit::Start, |_| domain.pm_wakeup(0))?,
        _ => {
            let held = others.are_there() && is_emulated(link, &domain)?;
            let flags = if held { sys::VIR_DOMAIN_START_PAUSED } else { 0 };
            match link.write(Limit::Start, |_| domain.create_with_flags(flags)) {
                // Somebody else was quicker.
                Err(error) if error.is(sys::VIR_ERR_OPERATION_INVALID) && link.read(|_| domain.is_active())? => {}
                other => other?,
            }
            if held {
                return Ok(Up::Held);
            }
        }
    }
    let running = [sys::VIR_DOMAIN_RUNNING, sys::VIR_DOMAIN_BLOCKED];
    expect_state(link, &domain, "running", &running).map(Up::Running)
}

fn is_emulated(link: &Link<'_>, domain: &Domain) -> Result<bool, LibvirtError> {
    Ok(link.read(|_| domain.xml_desc(sys::VIR_DOMAIN_XML_INACTIVE))?.starts_with("<domain type='qemu'"))
}

/// Suspends the domain in memory.
pub(crate) fn pause(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let domain = existing(link, name)?;
    if state(link, &domain)? != sys::VIR_DOMAIN_PAUSED {
        link.write(Limit::Quick, |_| domain.suspend())?;
    }
    expect_state(link, &domain, "paused", &[sys::VIR_DOMAIN_PAUSED])
}

/// Resumes a paused domain.
pub(crate) fn resume(link: &Link<'_>, name: &str) -> Result<Outcome, LibvirtError> {
    let domain = existing(link, name)?;
    if state(link, &domain)? == sys::VIR_DOMAIN_PAUSED {
        link.write(Limit::Quick, |_| domain.resume())?;
    }
    expect_state(link, &domain, "running", &[sys::VIR_DOMAIN_RUNNING, sys::VIR_DOMAIN_BLOCKED])
}

/// Stops the domain: asks the agent in the guest, else presses the power button, waits, and cuts the power only
/// after that and only where it is allowed.
pub(crate) async fn stop(
    connections: &Connections,
    active: &Active,
    name: &str,
    shutdown: Shutdown,
) -> Result<Outcome, LibvirtError> {
    let patience = shutdown.timeout.get();
    let begun = Instant::now();
    let mut pressed: Option<Instant> = None;
    loop {
        let ask = pressed.is_none_or(|at| at.elapsed() >= PRESS_AGAIN) && begun.elapsed() < patience;
        // One look serves all that wait; only what it shows as gone, or is to be asked, is a call of its own.
        if ask || !active.shows(connections, name, LOOK).await? {
            let wanted = name.to_owned();
            if connections.run(move |link| is_off(link, &wanted, ask)).await? {
                return Ok(Outcome::default());
            }
        }
        if ask {
            pressed = Some(Instant::now());
        }
        if begun.elapsed() >= patience {
            break;
        }
        tokio::time::sleep(LOOK.min(patience.saturating_sub(begun.elapsed()))).await;
    }
    if !shutdown.force {
        let reason = format!("the guest did not shut down within {}, and its power is not to be cut", shutdown.timeout);
        return Err(LibvirtError::Impossible { reason });
    }
    let wanted = name.to_owned();
    connections.run(move |link| cut_power(link, &wanted)).await?;
    let note = format!("the guest did not shut down within {}; its power was cut", shutdown.timeout);
    Ok(Outcome { notes: if patience.is_zero() { Vec::new() } else { vec![note] }, ..Outcome::default() })
}

/// The domain's state, one of `VIR_DOMAIN_…`.
pub(crate) fn state(link: &Link<'_>, domain: &Domain) -> Result<sys::virDomainState, LibvirtError> {
    link.read(|_| crate::libvirt::ffi::state(domain))
}

/// Whether the domain is off; where it is not and `ask` says so, it is asked to go.
fn is_off(link: &Link<'_>, name: &str, ask: bool) -> Result<bool, LibvirtError> {
    let Some(domain) = lookup(link, name)? else { return Ok(true) };
    match state(link, &domain) {
        Ok(sys::VIR_DOMAIN_SHUTOFF | sys::VIR_DOMAIN_CRASHED) => return Ok(true),
        // A transient domain vanishes when it stops.
        Err(error) if error.is_missing() => return Ok(true),
        Ok(sys::VIR_DOMAIN_PAUSED) if ask => link.write(Limit::Quick, |_| domain.resume())?,
        Ok(_) => {}
        Err(error) => return Err(error),
    }
    if ask {
        request(link, &domain)?;
    }
    Ok(false)
}

fn request(link: &Link<'_>, domain: &Domain) -> Result<(), LibvirtError> {
    let agent = agent_answers(&Element::parse(&link.read(|_| domain.xml_desc(0))?)?);
    let by_agent = sys::VIR_DOMAIN_SHUTDOWN_GUEST_AGENT;
    if agent && link.write(Limit::Quick, |_| domain.shutdown_flags(by_agent)).is_ok() {
        return Ok(());
    }
    match link.write(Limit::Quick, |_| domain.shutdown_flags(sys::VIR_DOMAIN_SHUTDOWN_DEFAULT)) {
        // It went down between the look and the request.
        Err(error) if error.is(sys::VIR_ERR_OPERATION_INVALID) || error.is_missing() => Ok(()),
        other => other,
    }
}

fn cut_power(link: &Link<'_>, name: &str) -> Result<(), LibvirtError> {
    let Some(domain) = lookup(link, name)? else { return Ok(()) };
    match link.write(Limit::Start, |_| domain.destroy()) {
        Err(error) if error.is(sys::VIR_ERR_OPERATION_INVALID) || error.is_missing() => {}
        other => other?,
    }
    match link.read(|_| domain.is_active()) {
        Ok(true) => Err(LibvirtError::NotTaken { difference: "it still runs after its power was cut".to_owned() }),
        Ok(false) => Ok(()),
        Err(error) if error.is_missing() => Ok(()),
        Err(error) => Err(error),
    }
}

/// Whether the agent in the guest has opened its channel.
fn agent_answers(live: &Element) -> bool {
    let channels = live.child("devices").into_iter().flat_map(|devices| devices.named("channel"));
    channels.filter_map(|channel| channel.child("target")).any(|target| {
        target.attr("name") == Some("org.qemu.guest_agent.0") && target.attr("state") == Some("connected")
    })
}

fn expect_state(
    link: &Link<'_>,
    domain: &Domain,
    wanted: &str,
    states: &[sys::virDomainState],
) -> Result<Outcome, LibvirtError> {
    let now = state(link, domain)?;
    if !states.contains(&now) {
        return Err(LibvirtError::NotTaken { difference: format!("it is not {wanted} (libvirt's state {now})") });
    }
    Ok(Outcome { fingerprint: Some(fingerprints(link, domain)?), ..Outcome::default() })
}
