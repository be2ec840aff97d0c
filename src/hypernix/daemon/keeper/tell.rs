//! From what changed to what is written down of it. Pure.

use api::view::{Drift, State, Unit, UnitChange};
use jiff::Timestamp;
use model::DriftPolicy;
use serde_json::{Map, Value, json};
use store::{EventType, NewEvent, Severity};

/// The events of a change.
pub(super) fn events(change: &UnitChange, at: Timestamp) -> Vec<NewEvent> {
    let event = |kind, severity, message: String, metadata: Value| NewEvent {
        at,
        kind,
        severity,
        source: change.name.clone(),
        message,
        metadata: match metadata {
            Value::Object(metadata) => metadata,
            _ => Map::new(),
        },
    };
    let (before, after) = (change.before.as_deref(), change.after.as_deref());
    let name = &change.name;
    let mut events = Vec::new();
    match (before.and_then(there), after.and_then(there)) {
        (None, Some(state)) if before.is_none_or(|before| before.state != State::Unknown) => {
            let message = format!("{name} was made; it is {}", state.as_str());
            events.push(event(EventType::ComputeCreated, Severity::Info, message, json!({ "state": state })));
        }
        (Some(_), None) if after.is_none_or(|after| after.state != State::Unknown) => {
            let message = format!("{name} is no more");
            events.push(event(EventType::ComputeDeleted, Severity::Info, message, json!({})));
        }
        (Some(from), Some(to)) if from != to => {
            let severity = if to == State::Failed { Severity::Error } else { Severity::Info };
            let message = format!("{name} was {} and is {}", from.as_str(), to.as_str());
            events.push(event(EventType::ComputeStateChanged, severity, message, json!({ "from": from, "to": to })));
        }
        _ => {}
    }
    match (before.and_then(drift), after.and_then(drift)) {
        (None, Some(drift)) => {
            let message = format!("{name} is not as it is declared: {}", in_words(drift));
            events.push(event(EventType::ComputeUpdated, Severity::Warning, message, json!({ "drift": drift })));
        }
        (Some(_), None) if after.is_some_and(|after| after.state != State::Unknown) => {
            let message = format!("{name} is as it is declared again");
            events.push(event(EventType::ComputeUpdated, Severity::Info, message, json!({})));
        }
        _ => {}
    }
    events
}

/// The state of a unit that exists, where it can be seen.
fn there(unit: &Unit) -> Option<State> {
    (!matches!(unit.state, State::Pending | State::Creating | State::Unknown)).then_some(unit.state)
}

const fn drift(unit: &Unit) -> Option<&Drift> {
    unit.drift.as_ref()
}

/// What differs, and what becomes of it.
pub(super) fn in_words(drift: &Drift) -> String {
    let fields: Vec<_> = drift.fields.iter().map(|field| field.path.as_str()).collect();
    let verb = serde_json::to_value(drift.verb).ok().and_then(|verb| verb.as_str().map(str::to_owned));
    let what = match (&drift.why, fields.as_slice()) {
        (_, [_, ..]) => fields.join(", "),
        (Some(why), []) => why.clone(),
        (None, []) => verb.unwrap_or_default(),
    };
    let fate = match (drift.policy, drift.next_attempt) {
        (DriftPolicy::Revert, Some(_)) => "it is put right",
        (DriftPolicy::Revert, None) => "it cannot be put right by itself",
        (DriftPolicy::Report | DriftPolicy::Adopt, _) => "it is left so, as its policy says",
    };
    format!("{what}; {fate}")
}
