//! Says where two unequal values differ, for `assert a == b`.

use crate::attrs::Attrs;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{OUT_PATH, Symbol};
use crate::value::{Items, Ref, Value};

impl<'a> Evaluator<'a> {
    /// Fails with the first difference of two computed values; goes the way of `equal`.
    pub(crate) fn explain_difference(&mut self, a: Value<'a>, b: Value<'a>) -> Res<()> {
        let message = match (a, b) {
            (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
                if self.equal(a, b)? {
                    return Ok(());
                }
                let (x, y) = (a.described(), b.described());
                format!("{x} with value '{}' is not equal to {y} with value '{}'", self.brief(a), self.brief(b))
            }
            (Value::List(x), Value::List(y)) => return self.explain_lists(x, y, a, b),
            (Value::Attrs(x), Value::Attrs(y)) => return self.explain_sets(x, y, a, b),
            _ if a.is_function() && b.is_function() => {
                "distinct functions and immediate comparisons of identical functions compare as unequal".to_owned()
            }
            _ if a.type_of() != b.type_of() => {
                let (x, y) = (a.described(), b.described());
                format!("{x} of value '{}' is not equal to {y} of value '{}'", self.brief(a), self.brief(b))
            }
            _ if self.equal(a, b)? => return Ok(()),
            _ => {
                let kind = if matches!(a, Value::Bool(_)) { "boolean" } else { a.type_of() };
                format!("{kind} '{}' is not equal to {kind} '{}'", self.brief(a), self.brief(b))
            }
        };
        Err(Fault::new(ErrorKind::Assert, message))
    }

    fn explain_cells(&mut self, a: Ref<'a>, b: Ref<'a>) -> Res<()> {
        if std::ptr::eq(a, b) {
            return Ok(());
        }
        let (x, y) = (self.force(a)?, self.force(b)?);
        self.deeper(|this| this.explain_difference(x, y))
    }

    fn explain_lists(&mut self, x: Items<'a>, y: Items<'a>, a: Value<'a>, b: Value<'a>) -> Res<()> {
        if x.len() != y.len() {
            let message = format!(
                "list of size '{}' is not equal to list of size '{}', left hand side is '{}', right hand side is '{}'",
                x.len(),
                y.len(),
                self.brief(a),
                self.brief(b)
            );
            return Err(Fault::new(ErrorKind::Assert, message));
        }
        for (index, (left, right)) in x.iter().zip(y.iter()).enumerate() {
            let frame = || format!("while comparing list element {index}");
            self.explain_cells(left, right).map_err(|fault| fault.frame(Span::NONE, frame))?;
        }
        Ok(())
    }

    fn explain_sets(&mut self, x: &'a Attrs<'a>, y: &'a Attrs<'a>, a: Value<'a>, b: Value<'a>) -> Res<()> {
        if self.is_derivation(x)?
            && self.is_derivation(y)?
            && let (Some(left), Some(right)) = (x.value(OUT_PATH), y.value(OUT_PATH))
        {
            return self.explain_cells(left, right);
        }
        let (xs, ys) = (x.by_name(self.arena, &self.symbols), y.by_name(self.arena, &self.symbols));
        if xs.len() != ys.len() {
            let message = format!(
                "attribute names of attribute set '{}' differs from attribute set '{}'",
                self.brief(a),
                self.brief(b)
            );
            return Err(Fault::new(ErrorKind::Assert, message));
        }
        for (left, right) in xs.iter().zip(&ys) {
            if left.name != right.name {
                return Err(self.different_names(left.name, right.name, a, b));
            }
            self.explain_cells(left.value, right.value).map_err(|fault| {
                fault.frame(Span::at(left.position), || {
                    format!("while comparing attribute '{}'", self.symbols.text(left.name))
                })
            })?;
        }
        Ok(())
    }

    /// The first names that two sets of the same size do not share.
    fn different_names(&self, left: Symbol, right: Symbol, a: Value<'a>, b: Value<'a>) -> Box<Fault> {
        let (x, y) = (self.brief(a), self.brief(b));
        let is_in_both = matches!(b, Value::Attrs(set) if set.value(left).is_some());
        let message = if is_in_both {
            format!("attribute name '{}' is missing in '{x}', but is contained in '{y}'", self.symbols.text(right))
        } else {
            format!("attribute name '{}' is contained in '{x}', but not in '{y}'", self.symbols.text(left))
        };
        Fault::new(ErrorKind::Assert, message)
    }
}
