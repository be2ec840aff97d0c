//! `hypernix show`

use std::fmt::Write;

use clap::Args;
use clap_complete::ArgValueCandidates;
use jiff::Timestamp;
use model::{Address, AppliedRow, Bytes, FieldPath, Kind, Observed, ObservedResource, Seen};
use serde_json::{Value, json};

use crate::{
    completion,
    failure::{Exit, Failure},
    inventory::{Managed, Row, Scope, UnitRow, moment, power_word, units},
    session::Session,
    target,
    world::{Sighted, World},
};

/// Shows everything known about a unit or another object.
#[derive(Debug, Args)]
pub struct Show {
    /// The object's name, or its address (KIND/NAME).
    #[arg(value_name = "NAME", add = ArgValueCandidates::new(completion::addresses))]
    name: String,
}

impl Show {
    /// Shows.
    ///
    /// # Errors
    /// When there is no such object.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let Sighted { observed, applied } = world.look().await?;
        let (address, resource) = target::object(&self.name, &observed)?;
        let unit = see(&world, address, &observed).await;
        let row = applied.rows.get(address);
        let sight = Shown { address, resource, unit: unit.as_ref(), row };
        session.output.answer(&sight.document(), || sight.text())?;
        Ok(Exit::Done)
    }
}

async fn see(world: &World, address: &Address, observed: &Observed) -> Option<UnitRow> {
    let mut row = units(observed, Scope::Everything).into_iter().find(|row| row.address == *address)?;
    world.see(std::slice::from_mut(&mut row)).await;
    Some(row)
}

/// Everything known about an object.
struct Shown<'a> {
    address: &'a Address,
    resource: &'a ObservedResource,
    unit: Option<&'a UnitRow>,
    row: Option<&'a AppliedRow>,
}

impl Shown<'_> {
    fn document(&self) -> Value {
        let applied = self.row.map(|row| {
            json!({ "generation": row.generation, "policy": row.policy, "specHash": row.spec_hash,
                    "orphanedSince": row.orphaned_since })
        });
        json!({
            "address": self.address,
            "managed": Managed::from(&self.resource.ownership),
            "observed": self.resource,
            "unit": self.unit,
            "applied": applied,
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        self.head(&mut text).expect("a string takes every text");
        if let Seen::Parsed { config, live } = &self.resource.seen {
            let now = live.as_ref().unwrap_or(config).fields();
            let next = config.fields();
            text.push_str("\nconfiguration\n");
            for (path, value) in now.iter().filter(|(_, value)| **value != json!({})) {
                text.push_str(&format!(
                    "  {path} = {}{}\n",
                    readable(path, value),
                    staged(path, next.get(path), value)
                ));
            }
            for (path, value) in next.iter().filter(|(path, _)| !now.contains_key(path)) {
                text.push_str(&format!("  {path} = {}   (from the next start)\n", readable(path, value)));
            }
        }
        text
    }

    fn head(&self, text: &mut String) -> std::fmt::Result {
        writeln!(text, "{}", self.address)?;
        if self.address.kind.is_unit() || matches!(self.address.kind, Kind::Network | Kind::Pool) {
            writeln!(text, "  state      {}", power_word(self.resource.power))?;
        }
        match Managed::from(&self.resource.ownership) {
            Managed::Nix => writeln!(text, "  managed    by this installation")?,
            Managed::Other => writeln!(text, "  managed    by another installation")?,
            Managed::No => writeln!(text, "  managed    no")?,
        }
        if let Some(unit) = self.unit {
            for (label, cell) in UnitRow::TITLES.iter().zip(unit.cells(Timestamp::now())).skip(3) {
                let (value, _) = cell;
                if !value.is_empty() && *label != "MANAGED" {
                    writeln!(text, "  {:<10} {value}", label.to_lowercase())?;
                }
            }
        }
        if let Some(health) = self.unit.and_then(|unit| unit.health) {
            writeln!(text, "  health     {health}")?;
        }
        if let Some(unit) = self.unit.filter(|unit| !unit.pending.is_empty()) {
            let fields: Vec<&str> = unit.pending.iter().map(FieldPath::as_str).collect();
            writeln!(text, "  pending    restart, for {}", fields.join(", "))?;
        }
        if let Some(row) = self.row {
            writeln!(text, "  generation {}", row.generation)?;
            if let Some(since) = row.orphaned_since {
                writeln!(text, "  orphaned   since {}", moment(since))?;
            }
        }
        if let Some(domain) = &self.resource.domain {
            if domain.managed_save {
                writeln!(
                    text,
                    "  saved      its memory is restored at the next start, with the configuration of then"
                )?;
            }
            if domain.snapshots > 0 {
                writeln!(text, "  snapshots  {}", domain.snapshots)?;
            }
            for (disk, overlay) in &domain.overlays {
                writeln!(text, "  overlay    {disk}: {overlay}")?;
            }
        }
        Ok(())
    }
}

/// What the next start makes of a value that differs from it. What only the running object shows is its backend's.
fn staged(path: &FieldPath, next: Option<&Value>, now: &Value) -> String {
    match next {
        Some(next) if next != now => format!("   (from the next start: {})", readable(path, next)),
        _ => String::new(),
    }
}

/// The value, sizes with their unit.
fn readable(path: &FieldPath, value: &Value) -> String {
    const SIZES: [&str; 9] = [
        "memory.current",
        "memory.maximum",
        "memory.hugepages",
        "limits.memory",
        "limits.memorySwap",
        "limits.memoryReservation",
        "capacity",
        "throughput",
        "bandwidth",
    ];
    let is_size = SIZES.iter().any(|end| path.as_str() == *end || path.as_str().ends_with(&format!(".{end}")));
    match value.as_u64() {
        Some(count) if is_size => Bytes::new(count).to_string(),
        _ => value.to_string(),
    }
}
