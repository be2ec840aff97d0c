//! `explain`: where the values of a unit came from, and what they overrode.

use std::{collections::BTreeSet, fmt};

use model::{FieldPath, Origin};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Composition, Guest, ResolvedUnit};
use crate::{manifest::Positions, nearest, tree};

/// Where the values of a unit came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Explanation {
    /// The unit.
    pub unit: String,
    /// Its tags, in the order in which they were collected.
    pub tags: Vec<String>,
    /// One entry a leaf of its settings, sorted by path.
    pub fields: Vec<FieldExplanation>,
}

/// Where one value came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldExplanation {
    /// The option's path.
    pub field: FieldPath,
    /// The value that holds.
    pub value: Value,
    /// Everybody that said something about it; the first one won.
    pub candidates: Vec<Candidate>,
}

/// What one source says about a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Candidate {
    /// The source.
    pub origin: Origin,
    /// Its value.
    pub value: Value,
}

/// A question that has no answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum ExplainError {
    /// There is no such unit.
    #[error("there is no unit `{unit}`")]
    #[diagnostic(code(explain::unknown_unit), help("{cure}"))]
    Unit {
        /// The unit.
        unit: String,
        /// What there is.
        cure: String,
    },
    /// The unit has no such field.
    #[error("the unit `{unit}` has no field `{field}`")]
    #[diagnostic(code(explain::unknown_field), help("{cure}"))]
    Field {
        /// The unit.
        unit: String,
        /// The field.
        field: String,
        /// What there is.
        cure: String,
    },
}

impl Composition {
    /// Explains the field of a unit, every field below it, or, without a field, all that is not an option's default.
    ///
    /// # Errors
    /// When there is no such unit, or it has no such field.
    pub(crate) fn explain(
        &self,
        unit: &str,
        field: Option<&str>,
        positions: &Positions,
    ) -> Result<Explanation, ExplainError> {
        let Some(resolved) = self.units.get(unit) else {
            let cure = nearest::cure(unit, self.units.keys().map(String::as_str), "declare it");
            return Err(ExplainError::Unit { unit: unit.to_owned(), cure });
        };
        let merged = resolved.layers.merged();
        let mut fields = Vec::new();
        tree::leaves(&merged, &mut |path, value| {
            if !is_filler(resolved, path, value, positions) || field.is_some_and(|wanted| is_at(path, wanted)) {
                fields.push(explain_field(resolved, path, value, positions));
            }
        });
        fields.extend(guest_fields(&resolved.guest));
        fields.sort_by(|a, b| a.field.cmp(&b.field));
        match field.map(|field| field.trim_end_matches('.')) {
            None => fields.retain(|field| field.candidates.first().is_none_or(|c| c.origin != Origin::OptionDefault)),
            Some(wanted) => {
                let all: BTreeSet<FieldPath> = fields.iter().map(|field| field.field.clone()).collect();
                fields = fields.into_iter().filter_map(|field| within(resolved, field, wanted, positions)).collect();
                if fields.is_empty() {
                    let cure = nearest::cure(wanted, all.iter().map(FieldPath::as_str), "ask without a field");
                    return Err(ExplainError::Field { unit: unit.to_owned(), field: wanted.to_owned(), cure });
                }
            }
        }
        Ok(Explanation { unit: unit.to_owned(), tags: resolved.tags.clone(), fields })
    }
}

/// Whether a value is a null that nobody wrote: one that fills up a set, such as `image.hash` of `image = "/a.qcow2"`,
/// and stands against nothing.
fn is_filler(unit: &ResolvedUnit, path: &[String], value: &Value, positions: &Positions) -> bool {
    let mut candidates = unit.layers.candidates(path);
    value.is_null()
        && candidates.next().is_some_and(|(layer, _)| !layer.writes(path, positions))
        && candidates.all(|(_, value)| value.is_null())
}

fn is_at(path: &[String], wanted: &str) -> bool {
    FieldPath::from_segments(path.iter().map(String::as_str)).as_str() == wanted.trim_end_matches('.')
}

/// The field, where it is `wanted` or below it; or `wanted` alone, where that is an element of the field's list.
fn within(
    unit: &ResolvedUnit,
    field: FieldExplanation,
    wanted: &str,
    positions: &Positions,
) -> Option<FieldExplanation> {
    if field.field.is_within(wanted) {
        return Some(field);
    }
    let path = FieldPath::from(wanted);
    if !path.is_within(field.field.as_str()) {
        return None;
    }
    let (segments, list) = (path.segments(), field.field.segments());
    let inside: Vec<&str> = segments[list.len()..].iter().map(String::as_str).collect();
    let value = tree::at(&field.value, &inside)?.clone();
    let candidates = unit.layers.candidates(&list).filter_map(|(layer, value)| {
        let value = tree::at(value, &inside)?.clone();
        Some(Candidate { origin: layer.origin(&list, &inside, positions), value })
    });
    let candidates = candidates.collect();
    Some(FieldExplanation { field: path, value, candidates })
}

fn explain_field(unit: &ResolvedUnit, path: &[String], value: &Value, positions: &Positions) -> FieldExplanation {
    let candidates = unit
        .layers
        .candidates(path)
        .map(|(layer, value)| Candidate { origin: layer.origin(path, &[], positions), value: value.clone() })
        .collect();
    let field = FieldPath::from_segments(path.iter().map(String::as_str));
    FieldExplanation { field, value: value.clone(), candidates }
}

fn guest_fields(guest: &Guest) -> Vec<FieldExplanation> {
    guest
        .traced()
        .into_iter()
        .map(|(path, value, origin)| FieldExplanation {
            field: FieldPath::from_segments(path.iter().map(String::as_str)),
            value: value.clone(),
            candidates: vec![Candidate { origin, value }],
        })
        .collect()
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.unit)?;
        if !self.tags.is_empty() {
            write!(f, "  tags: {}", self.tags.join(", "))?;
        }
        writeln!(f)?;
        for field in &self.fields {
            write!(f, "{field}")?;
        }
        Ok(())
    }
}

impl fmt::Display for FieldExplanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  {} = {}", self.field, self.value)?;
        for (place, candidate) in self.candidates.iter().enumerate() {
            match place {
                0 => writeln!(f, "      {}", candidate.origin)?,
                _ => writeln!(f, "      overrides {} ({})", candidate.value, candidate.origin)?,
            }
        }
        Ok(())
    }
}
