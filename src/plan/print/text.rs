//! The whole plan as text: what happens in a line, then resource by resource, then what is left alone.

use std::fmt::Write as _;

use model::Address;
use owo_colors::AnsiColors;

use super::{
    describe::describe,
    field,
    style::{Style, colour, counted, disruption, mark, word},
};
use crate::{Action, Cause, Effect, Fate, FieldChange, Plan, ResourceChange, Verb, matrix::row_for};

/// Prints a plan.
pub fn text(plan: &Plan, style: &Style) -> String {
    let mut out = String::new();
    push(&mut out, &style.strong(&summary(plan)));
    if !plan.changes.is_empty() {
        out.push('\n');
    }
    let width = plan.changes.iter().map(|change| change.address.to_string().chars().count()).max().unwrap_or(0);
    for change in &plan.changes {
        resource(&mut out, plan, change, width, style);
    }
    notes(&mut out, plan, style);
    unmanaged(&mut out, plan, style);
    out
}

/// Answers why a resource is disturbed, or is not: each of its fields with the table's reason.
pub fn explain(plan: &Plan, address: &Address) -> String {
    let Some(change) = plan.change_of(address) else { return format!("{address} stays as it is\n") };
    let mut out = String::new();
    let what = match change.effect {
        Effect::None => "nothing is disturbed",
        Effect::Live => "it is changed while it runs",
        Effect::NextBoot => "it runs on, and something waits for its next cold start",
        Effect::Restart => "it is stopped and started",
        Effect::Recreate => "a new one takes its place",
        Effect::Destroy => "its data is destroyed",
    };
    push(&mut out, &format!("{address}: {}; {what}", word(change.verb)));
    if let Some(why) = &change.why {
        push(&mut out, &format!("  because {why}"));
    }
    for line in &change.fields {
        let values = field::change(&line.path, line.old.as_ref(), line.new.as_ref());
        push(&mut out, &format!("  {}: {values}", line.path));
        if let Some(row) = row_for(address.kind, &line.path) {
            let needs = match line.effect {
                Effect::None => "nothing is disturbed",
                Effect::Live => "changed while it runs",
                Effect::NextBoot => "waits for a cold start",
                Effect::Restart => "needs a cold start, and gets it",
                Effect::Recreate => "needs a new one",
                Effect::Destroy => "needs a new one, without the data",
            };
            push(&mut out, &format!("    {needs}: {}", row.how));
        }
        if let Some(origin) = &line.origin {
            push(&mut out, &format!("    wanted by: {origin}"));
        }
    }
    for step in plan.steps_of(change) {
        push(&mut out, &format!("  step {}: {}", step.id.0, step.action.verb()));
    }
    out
}

/// The first line: what is destroyed, what happens, what stays.
fn summary(plan: &Plan) -> String {
    let destroyed: Vec<String> = plan
        .changes
        .iter()
        .filter(|change| change.effect == Effect::Destroy)
        .map(|change| change.address.to_string())
        .collect();
    let mut parts = Vec::new();
    if !destroyed.is_empty() {
        parts.push(format!("DESTROYS THE DATA of {}", destroyed.join(", ")));
    }
    let counts = plan.summary.verbs.iter().filter(|(verb, _)| **verb != Verb::Destroy);
    parts.extend(counts.map(|(verb, n)| format!("{n} {}", counted(*verb))));
    if plan.changes.is_empty() {
        parts.push("nothing to do".to_owned());
    }
    parts.push(format!("{} unchanged", plan.summary.unchanged));
    if destroyed.is_empty() && !plan.changes.is_empty() {
        parts.push("nothing destroyed".to_owned());
    }
    let time = if plan.is_empty() { String::new() } else { format!(" ({})", duration(plan.summary.estimate_ms)) };
    format!("Plan: {}{time}", parts.join(", "))
}

fn resource(out: &mut String, plan: &Plan, change: &ResourceChange, width: usize, style: &Style) {
    let address = change.address.to_string();
    let head = format!("{} {address:width$}  {:8}", mark(change.verb), word(change.verb));
    let mut tail: Vec<String> = Vec::new();
    let ends = matches!(change.verb, Verb::Orphan | Verb::Remove | Verb::Stop) && change.effect == Effect::Restart;
    let disrupts = if ends { "stopped" } else { disruption(change.effect) };
    if !disrupts.is_empty() && disrupts != word(change.verb) {
        tail.push(disrupts.to_owned());
    }
    tail.extend(made(plan, change));
    tail.extend(change.why.clone());
    tail.extend(stops(plan, change));
    if change.estimate_ms >= 1000 {
        tail.push(duration(change.estimate_ms));
    }
    let line = format!("{}  {}", style.paint(&head, colour(change.verb)), tail.join("; "));
    push(out, line.trim_end());
    let path_width = change.fields.iter().map(|line| line.path.as_str().chars().count()).max().unwrap_or(0);
    for line in &change.fields {
        push(out, &field_line(line, change, path_width, style));
    }
    if let Some(at) = &change.declared_at {
        push(out, &style.faint(&format!("    declared at {at}")));
    }
}

/// What is made, where something is.
fn made(plan: &Plan, change: &ResourceChange) -> Option<String> {
    let spec = plan.steps_of(change).find_map(|step| match &step.action {
        Action::Create { spec, .. } if step.address == change.address => Some(spec),
        _ => None,
    })?;
    (change.verb == Verb::Create).then(|| describe(spec)).filter(|text| !text.is_empty())
}

/// How long the unit may take to stop, where it is stopped, and whether its power is cut then.
fn stops(plan: &Plan, change: &ResourceChange) -> Option<String> {
    let shutdown = plan.steps_of(change).find_map(|step| match &step.action {
        Action::Stop { shutdown } => Some(shutdown),
        _ => None,
    })?;
    let never = if shutdown.force { "" } else { ", never forced" };
    Some(format!("shutdown ≤ {}{never}", shutdown.timeout))
}

fn field_line(line: &FieldChange, change: &ResourceChange, width: usize, style: &Style) -> String {
    let values = field::change(&line.path, line.old.as_ref(), line.new.as_ref());
    let mut words: Vec<String> = Vec::new();
    if line.effect != change.effect && line.effect != Effect::None {
        words.push(disruption(line.effect).to_owned());
    }
    words.extend(cause(line, change).map(str::to_owned));
    words.extend(line.origin.as_ref().map(ToString::to_string));
    let words = if words.is_empty() { String::new() } else { format!("  ({})", words.join("; ")) };
    let path = format!("{:width$}", line.path.as_str());
    format!("    {path}  {values}{}", style.faint(&words))
}

fn cause(line: &FieldChange, change: &ResourceChange) -> Option<&'static str> {
    match line.cause {
        Cause::Changed if line.fate == Fate::Left && !change.steps.is_empty() => Some("left as it is"),
        Cause::Changed => None,
        Cause::Drift if line.fate == Fate::Left => Some("changed behind our back, left so"),
        Cause::Drift => Some("changed behind our back, will be set back"),
        Cause::Conflict => Some("changed behind our back too; the declaration wins"),
        Cause::Removed => Some("no longer declared"),
        Cause::Waiting if line.effect == Effect::NextBoot => Some("waits since an earlier apply"),
        Cause::Waiting => Some("waited since an earlier apply"),
    }
}

fn notes(out: &mut String, plan: &Plan, style: &Style) {
    if plan.notes.is_empty() {
        return;
    }
    out.push('\n');
    for note in &plan.notes {
        let about = note.about.as_ref().map(|about| format!("{about}: ")).unwrap_or_default();
        let at = note.at.as_ref().map(|at| format!(" ({at})")).unwrap_or_default();
        push(out, &format!("{} {about}{}{}", style.paint("note:", AnsiColors::Blue), note.text, style.faint(&at)));
    }
}

fn unmanaged(out: &mut String, plan: &Plan, style: &Style) {
    if plan.unmanaged.is_empty() {
        return;
    }
    let shown: Vec<String> = plan.unmanaged.iter().take(style.unmanaged).map(Address::to_string).collect();
    let rest = plan.unmanaged.len() - shown.len();
    let objects = |n: usize| if n == 1 { "1 object".to_owned() } else { format!("{n} objects") };
    let named = match (shown.is_empty(), rest) {
        (true, rest) => objects(rest),
        (false, 0) => shown.join(", "),
        (false, rest) => format!("{} and {rest} more", shown.join(", ")),
    };
    out.push('\n');
    push(out, &style.faint(&format!("? not managed, left alone: {named}")));
}

/// A rough length of time.
fn duration(ms: u64) -> String {
    match ms {
        0..1_000 => "under a second".to_owned(),
        1_000..100_000 => format!("about {} s", ms.div_ceil(1_000)),
        _ => format!("about {} min", ms.div_ceil(60_000)),
    }
}

fn push(out: &mut String, line: &str) {
    writeln!(out, "{line}").expect("writing to a string cannot fail");
}

#[cfg(test)]
mod tests;
