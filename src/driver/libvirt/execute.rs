//! One step on libvirt: which function does it, by kind and action.

use std::sync::Arc;

use model::{Address, Kind, Previous, Spec};
use plan::{Action, Data, Step};

use super::{
    LibvirtError,
    connections::{Connections, Link},
    domain::{
        define, live,
        power::{self, Active, Starts},
    },
    network, pool, volume,
};
use crate::{Outcome, StepError};

/// What steps are carried out with.
#[derive(Debug)]
pub(super) struct Workshop {
    /// The connections.
    pub(super) connections: Arc<Connections>,
    /// What is being started.
    pub(super) starts: Starts,
    /// What runs.
    pub(super) active: Active,
}

/// Carries out a step.
pub(super) async fn execute(workshop: &Workshop, step: &Step) -> Result<Outcome, StepError> {
    let Workshop { connections, starts, active } = workshop;
    let name = &step.address.name;
    // Waiting for a guest must not occupy a connection.
    let done = match (step.address.kind, &step.action) {
        (Kind::Domain, Action::Start) => power::start(connections, starts, name).await.map(Some),
        (Kind::Domain, Action::Stop { shutdown }) => power::stop(connections, active, name, *shutdown).await.map(Some),
        _ => {
            let step = step.clone();
            connections.run(move |link| run(link, &step)).await
        }
    };
    ended(done, step.action.verb(), &step.address)
}

/// Gives a domain back the definition that it had, and starts it.
pub(super) async fn restore(workshop: &Workshop, address: &Address, previous: &Previous) -> Result<Outcome, StepError> {
    let (name, previous) = (address.name.clone(), previous.clone());
    let done = match address.kind {
        Kind::Domain => workshop.connections.run(move |link| define::restore(link, &name, &previous)).await.map(Some),
        _ => Ok(None),
    };
    ended(done, "restore", address)
}

fn ended(
    done: Result<Option<Outcome>, LibvirtError>,
    verb: &'static str,
    address: &Address,
) -> Result<Outcome, StepError> {
    let address = address.clone();
    match done {
        Ok(Some(outcome)) => Ok(outcome),
        Ok(None) => Err(StepError::Unsupported { verb, address }),
        Err(LibvirtError::Deadline { deadline }) => Err(StepError::Deadline { verb, address, deadline }),
        Err(LibvirtError::NotTaken { difference }) => Err(StepError::NotTaken { verb, address, difference }),
        Err(error) => Err(StepError::Refused { verb, address, source: Box::new(error) }),
    }
}

/// The outcome, or `None` for what the kind cannot do.
fn run(link: &Link<'_>, step: &Step) -> Result<Option<Outcome>, LibvirtError> {
    match step.address.kind {
        Kind::Domain => domain(link, &step.address.name, &step.action),
        Kind::Network => network(link, &step.address.name, &step.action),
        Kind::Pool => pool(link, &step.address.name, &step.action),
        Kind::Volume => volume(link, &step.address.name, &step.action),
        _ => Ok(None),
    }
}

fn domain(link: &Link<'_>, name: &str, action: &Action) -> Result<Option<Outcome>, LibvirtError> {
    Ok(Some(match action {
        Action::Create { spec: Spec::Domain(spec), mark } => define::create(link, name, spec, mark)?,
        Action::Configure { spec: Spec::Domain(spec), fields, mark } => {
            define::configure(link, name, spec, fields, mark)?
        }
        Action::ChangeLive { spec: Spec::Domain(spec), fields } => live::change(link, name, spec, fields)?,
        Action::Rename { from } => define::rename(link, from, name)?,
        Action::Adopt { mark } => define::adopt(link, name, mark)?,
        Action::Pause => power::pause(link, name)?,
        Action::Resume => power::resume(link, name)?,
        Action::Delete { data } => define::delete(link, name, *data)?,
        Action::Forget => define::forget(link, name)?,
        _ => return Ok(None),
    }))
}

fn network(link: &Link<'_>, name: &str, action: &Action) -> Result<Option<Outcome>, LibvirtError> {
    Ok(Some(match action {
        Action::Create { spec: Spec::Network(spec), mark } => network::create(link, name, spec, mark)?,
        Action::Configure { spec: Spec::Network(spec), fields, mark } => {
            network::configure(link, name, spec, fields, Some(mark))?
        }
        Action::ChangeLive { spec: Spec::Network(spec), fields } => network::configure(link, name, spec, fields, None)?,
        Action::Replace { spec: Spec::Network(spec), mark, .. } => network::replace(link, name, spec, mark)?,
        Action::Adopt { mark } => network::adopt(link, name, mark)?,
        Action::Start => network::start(link, name)?,
        Action::Delete { .. } => network::delete(link, name)?,
        Action::Forget => network::forget(link, name)?,
        _ => return Ok(None),
    }))
}

fn pool(link: &Link<'_>, name: &str, action: &Action) -> Result<Option<Outcome>, LibvirtError> {
    Ok(Some(match action {
        Action::Create { spec: Spec::Pool(spec), .. } => pool::create(link, name, spec)?,
        Action::Configure { spec: Spec::Pool(spec), .. } => pool::configure(link, name, spec)?,
        Action::Adopt { .. } => pool::adopt(link, name)?,
        Action::Start => pool::start(link, name)?,
        Action::Delete { data } => pool::delete(link, name, *data)?,
        Action::Forget => Outcome::default(),
        _ => return Ok(None),
    }))
}

fn volume(link: &Link<'_>, name: &str, action: &Action) -> Result<Option<Outcome>, LibvirtError> {
    Ok(Some(match action {
        Action::Create { spec: Spec::Volume(spec), mark } => volume::create(link, spec, mark.owner)?,
        Action::Configure { spec: Spec::Volume(spec), .. } => volume::grow(link, spec)?,
        Action::Adopt { .. } => volume::adopt(link, name)?,
        Action::Delete { data: Data::Destroy } => volume::destroy(link, name)?,
        Action::Delete { data: Data::Keep } | Action::Forget => Outcome::default(),
        _ => return Ok(None),
    }))
}
