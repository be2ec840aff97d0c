//! One form for values that can be written in several, and what an absent value stands for.

use std::collections::BTreeSet;

use model::Kind;
use serde_json::{Value, json};

use crate::matrix::matches;

/// The value in the one form in which it is compared.
pub(super) fn canonical(kind: Kind, segments: &[String], value: Value) -> Value {
    match value {
        Value::String(text) if holds(CPU_SETS, kind, segments) => Value::String(cpu_set(&text).unwrap_or(text)),
        Value::String(text) if holds(LOWER_CASE, kind, segments) => Value::String(text.to_ascii_lowercase()),
        Value::Array(items) if holds(UNORDERED, kind, segments) => sorted(items),
        other => other,
    }
}

/// What the backend means where it shows nothing: `false` for switches, and a few values of its own.
pub(super) fn meaning_of_absence(kind: Kind, segments: &[String]) -> Value {
    let known = DEFAULTS.iter().find(|(k, pattern, _)| *k == kind && matches(pattern, segments));
    match known {
        Some((_, _, Meaning::Word(word))) => json!(word),
        Some((_, _, Meaning::Yes)) => json!(true),
        Some((_, _, Meaning::Zero)) => json!(0),
        None => json!(false),
    }
}

enum Meaning {
    Word(&'static str),
    Yes,
    Zero,
}

type Patterns = &'static [(Kind, &'static str)];

const CPU_SETS: Patterns = &[(Kind::Domain, "cpuTune.pins.*"), (Kind::Container, "limits.cpuset")];
const LOWER_CASE: Patterns = &[(Kind::Domain, "interfaces.*.mac"), (Kind::Network, "ipv4.dhcpHosts.*.mac")];
const UNORDERED: Patterns = &[(Kind::Container, "extraHosts"), (Kind::Network, "dnsHosts.*")];
const DEFAULTS: &[(Kind, &str, Meaning)] = &[
    (Kind::Domain, "interfaces.*.linkUp", Meaning::Yes),
    (Kind::Domain, "disks.*.device", Meaning::Word("disk")),
    (Kind::Domain, "firmware", Meaning::Word("bios")),
    (Kind::Network, "forward", Meaning::Word("isolated")),
    (Kind::Container, "restart.name", Meaning::Word("no")),
    (Kind::Container, "restart.maxRetries", Meaning::Zero),
    (Kind::DockerNetwork, "driver", Meaning::Word("bridge")),
    (Kind::DockerVolume, "driver", Meaning::Word("local")),
];

fn holds(patterns: Patterns, kind: Kind, segments: &[String]) -> bool {
    patterns.iter().any(|(k, pattern)| *k == kind && matches(pattern, segments))
}

fn sorted(mut items: Vec<Value>) -> Value {
    items.sort_by_cached_key(Value::to_string);
    Value::Array(items)
}

/// `0,1-2` as `0-2`; `None` where it is no list of CPU numbers, or one too long to be meant.
fn cpu_set(text: &str) -> Option<String> {
    const MOST: u32 = 4096;
    let mut cpus = BTreeSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
        if last >= MOST {
            return None;
        }
        cpus.extend(first..=last);
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for cpu in cpus {
        match runs.last_mut() {
            Some((_, end)) if *end + 1 == cpu => *end = cpu,
            _ => runs.push((cpu, cpu)),
        }
    }
    let print = |(a, b): &(u32, u32)| if a == b { a.to_string() } else { format!("{a}-{b}") };
    Some(runs.iter().map(print).collect::<Vec<_>>().join(","))
}
