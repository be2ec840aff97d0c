//! A run that a person watches: the plan is shown and agreed to, progress is drawn, Ctrl-C is heard, and the report
//! says what came of it.

use std::collections::BTreeSet;

use model::{Address, Desired};
use plan::{Action, Effect, Plan, Step, print};
use reconcile::{ApplyError, ApplyOptions, Event, Planned, Report, RunResult};
use serde_json::json;
use tokio::{sync::mpsc, task::JoinHandle};

use crate::{
    confirm::{Answer, Consent, confirm},
    failure::{Exit, Failure, Trouble},
    interrupt::Interrupt,
    output::{Form, Output},
    progress::Progress,
    session::Session,
    world::World,
};

/// Events that may wait to be drawn.
pub const BACKLOG: usize = 1024;
/// Plans that are made for one apply while the world goes on moving.
const ATTEMPTS: usize = 3;

/// Shows a plan, asks, and carries it out.
///
/// # Errors
/// When nobody agrees or can be asked, another run is under way, or the world has moved meanwhile.
pub async fn apply(
    session: &Session,
    world: &World,
    planned: &Planned,
    desired: &Desired,
    options: ApplyOptions,
    consent: Consent,
) -> Result<Exit, Failure> {
    match attempt(session, world, planned, desired, &options, consent).await? {
        Attempt::Ended(exit) => Ok(exit),
        Attempt::Outdated(error) => Err(Trouble::of_apply(error).into()),
    }
}

/// Like [`apply`], but where the world has moved since the plan was made, plans again: the new plan is shown and
/// asked about in its turn. Consent that was given beforehand holds for new plans that remove nothing more.
///
/// # Errors
/// Like [`apply`]; when the world goes on moving; when the new plan would remove more than what was agreed to.
pub async fn apply_following(
    session: &Session,
    world: &World,
    planned: Planned,
    desired: &Desired,
    options: ApplyOptions,
    consent: Consent,
) -> Result<Exit, Failure> {
    let agreed = removed(&planned.plan);
    let plan_options = planned.options.clone();
    let mut planned = planned;
    for _ in 1..ATTEMPTS {
        match attempt(session, world, &planned, desired, &options, consent).await? {
            Attempt::Ended(exit) => return Ok(exit),
            Attempt::Outdated(error) => session.output.remark(&format!("{error}: planning again")),
        }
        planned = world.plan(desired, &plan_options).await?;
        if consent == Consent::Given {
            removes_no_more(&removed(&planned.plan), &agreed)?;
        }
    }
    apply(session, world, &planned, desired, options, consent).await
}

/// What came of trying to carry out a plan.
enum Attempt {
    /// It was carried out, or nobody agreed.
    Ended(Exit),
    /// The world has moved since it was made; nothing was changed.
    Outdated(ApplyError),
}

async fn attempt(
    session: &Session,
    world: &World,
    planned: &Planned,
    desired: &Desired,
    options: &ApplyOptions,
    consent: Consent,
) -> Result<Attempt, Failure> {
    let output = &session.output;
    show(&with_warnings(planned), output)?;
    if !planned.plan.is_empty() && confirm("Apply this plan?", consent)? == Answer::No {
        output.remark("nothing was changed");
        return Ok(Attempt::Ended(Exit::Failed));
    }
    let progress = Progress::new(output);
    let interrupt = Interrupt::cancels(options.cancel.clone(), progress.voice())?;
    let (sender, receiver) = mpsc::channel::<Event>(BACKLOG);
    let shown = tokio::spawn(progress.show(receiver, world.fetches.clone()));
    let ended = world.reconciler.apply(planned, desired, options, Some(sender)).await;
    drop(interrupt);
    match ended {
        Err(error @ (ApplyError::Moved(_) | ApplyError::Overtaken)) => Ok(Attempt::Outdated(error)),
        ended => finish(output, shown, ended, Success::Told).await.map(Attempt::Ended),
    }
}

/// Shows a plan to people; programs get the report only.
///
/// # Errors
/// When standard output cannot be written to.
pub fn show(plan: &Plan, output: &Output) -> Result<(), Failure> {
    if output.form == Form::Text { output.text(&text(plan, output)) } else { Ok(()) }
}

/// Refuses a plan that was made anew and removes more than what was agreed to.
///
/// # Errors
/// When it does.
pub fn removes_no_more(removed: &BTreeSet<Address>, agreed: &BTreeSet<Address>) -> Result<(), Trouble> {
    let more: Vec<String> = removed.difference(agreed).map(Address::to_string).collect();
    if more.is_empty() {
        return Ok(());
    }
    let message = format!("the host has changed meanwhile, and the new plan would remove {} as well", more.join(", "));
    let help = "nothing was changed; look at it with `hypernix plan`, and apply again".to_owned();
    Err(Trouble::Request { message, help })
}

/// What a plan takes away: objects, or their data.
pub fn removed(plan: &Plan) -> BTreeSet<Address> {
    let deleted = plan.steps.iter().filter(|step| matches!(step.action, Action::Delete { .. }));
    let destroyed = plan.changes.iter().filter(|change| change.effect == Effect::Destroy);
    deleted.map(|step| step.address.clone()).chain(destroyed.map(|change| change.address.clone())).collect()
}

/// Carries out steps that no declaration asks for.
///
/// # Errors
/// When another run is under way.
pub async fn perform(
    session: &Session,
    world: &World,
    steps: Vec<Step>,
    options: ApplyOptions,
) -> Result<Exit, Failure> {
    if steps.is_empty() {
        session.output.answer(&json!({ "result": RunResult::Nothing, "steps": [] }), String::new)?;
        return Ok(Exit::Done);
    }
    let progress = Progress::new(&session.output);
    let interrupt = Interrupt::cancels(options.cancel.clone(), progress.voice())?;
    let (sender, receiver) = mpsc::channel::<Event>(BACKLOG);
    let shown = tokio::spawn(progress.show(receiver, world.fetches.clone()));
    let ended = world.reconciler.perform(steps, &options, Some(sender)).await;
    drop(interrupt);
    finish(&session.output, shown, ended, Success::SaidByProgress).await
}

/// The plan as a person reads it, with what the backends remarked.
pub fn plan_text(planned: &Planned, output: &Output) -> String {
    text(&with_warnings(planned), output)
}

fn text(plan: &Plan, output: &Output) -> String {
    let colour = if output.colours() { print::Colour::Ansi } else { print::Colour::Plain };
    print::text(plan, &print::Style { colour, ..print::Style::default() })
}

/// The plan, with what the backends remarked among its notes.
pub fn with_warnings(planned: &Planned) -> Plan {
    let mut plan = planned.plan.clone();
    plan.notes.extend(planned.warnings.iter().map(|finding| model::Note {
        about: Some(finding.address.clone()),
        text: finding.text.clone(),
        at: None,
    }));
    plan
}

/// Whether success is worth words of its own. That there was nothing to do, the plan has said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Success {
    /// A line says so.
    Told,
    /// Every step has had its line.
    SaidByProgress,
}

async fn finish(
    output: &Output,
    shown: JoinHandle<()>,
    ended: Result<Report, ApplyError>,
    success: Success,
) -> Result<Exit, Failure> {
    drawn(shown).await;
    tell(output, &ended.map_err(Trouble::of_apply)?, success)
}

/// Waits until the last of a run has been drawn.
pub async fn drawn(shown: JoinHandle<()>) {
    if let Err(error) = shown.await {
        tracing::debug!(%error, "progress could not be drawn");
    }
}

/// Tells how a run ended.
///
/// # Errors
/// When standard output cannot be written to.
pub fn tell(output: &Output, report: &Report, success: Success) -> Result<Exit, Failure> {
    let has_more = !report.notes.is_empty() || report.steps.iter().any(|step| !step.notes.is_empty());
    let is_news = report.result != RunResult::Nothing && success == Success::Told;
    let is_told = !report.is_success() || has_more || is_news;
    output.answer(report, || if is_told { report.to_string() } else { String::new() })?;
    Ok(if report.is_success() { Exit::Done } else { Exit::Failed })
}

#[cfg(test)]
mod tests;
