//! Making attribute sets.

use crate::arena::{Env, Word};
use crate::ast::{AttrsExpr, Recursion, Scope};
use crate::attrs::{Attr, Attrs, Entries};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{OVERRIDES, Symbol};
use crate::value::{Ref, Value};

impl<'a> Evaluator<'a> {
    #[inline(never)]
    pub(super) fn eval_attrs(&mut self, expr: &'a AttrsExpr<'a>, env: Env<'a>) -> Res<Word<'a>> {
        if let Some(watcher) = &mut self.watcher {
            watcher.counts.sets += 1;
            watcher.counts.attributes += (expr.bindings.len() + expr.computed.len()) as u64;
        }
        if expr.recursion != Recursion::None {
            return self.eval_recursive_attrs(expr, env);
        }
        let frame = if expr.sources.is_empty() { env } else { self.source_frame(expr, env) };
        let values = self.arena.items_with(expr.bindings.len(), |index| {
            let binding = &expr.bindings[index];
            let scope = if binding.scope == Scope::Inner { frame } else { env };
            self.delay_cell(&binding.value, scope)
        });
        let mut set = self.arena.set(Entries { names: expr.names, positions: expr.positions, values });
        if !expr.computed.is_empty() {
            set = self.add_computed(set, expr, env)?;
        }
        Ok(Word::attrs(set))
    }

    fn source_frame(&mut self, expr: &'a AttrsExpr<'a>, env: Env<'a>) -> Env<'a> {
        self.arena.frame(Some(env), expr.sources.len(), |index| self.delay(&expr.sources[index], env))
    }

    fn eval_recursive_attrs(&mut self, expr: &'a AttrsExpr<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let count = expr.bindings.len();
        let frame = self.arena.blank_frame(env, count + expr.sources.len());
        self.fill_frame(frame, expr.bindings, expr.sources, env);
        let values = self.arena.items_with(count, |index| frame.own(index as u32));
        let mut set = self.arena.set(Entries { names: expr.names, positions: expr.positions, values });
        if expr.recursion == Recursion::Overridden {
            set = self.override_attrs(set, expr, frame)?;
        }
        if !expr.computed.is_empty() {
            set = self.add_computed(set, expr, frame)?;
        }
        Ok(Word::attrs(set))
    }

    /// `__overrides` replaces attributes both in the set and in what the others see.
    fn override_attrs(&mut self, set: &'a Attrs<'a>, expr: &'a AttrsExpr<'a>, frame: Env<'a>) -> Res<&'a Attrs<'a>> {
        let Some(overrides) = set.value(OVERRIDES) else { return Ok(set) };
        let overrides = self.force(overrides)?;
        let Value::Attrs(overrides) = overrides else {
            let fault = self.type_fault("a set", overrides).at(expr.span);
            return Err(fault.frame(expr.span, || "while evaluating the `__overrides` attribute".to_owned()));
        };
        let updated = set.update(self.arena, overrides);
        for attr in overrides.entries(self.arena).iter() {
            if let Ok(slot) = expr.bindings.binary_search_by_key(&attr.name, |binding| binding.name) {
                frame.own(slot as u32).put(Word::alias(attr.value));
            }
        }
        Ok(updated)
    }

    fn add_computed(&mut self, set: &'a Attrs<'a>, expr: &'a AttrsExpr<'a>, env: Env<'a>) -> Res<&'a Attrs<'a>> {
        let mut entries: Vec<_> = set.entries(self.arena).iter().collect();
        for computed in expr.computed {
            let name = match self.eval_value(computed.name, env)? {
                Value::Null => continue,
                name => self.attr_name(name, computed.span)?,
            };
            if let Some(earlier) = entries.iter().find(|attr| attr.name == name) {
                return Err(self.duplicate_attr(name, computed.span, earlier.position));
            }
            let value = self.delay_cell(&computed.value, env);
            entries.push(Attr { name, position: computed.span.start, value });
        }
        Ok(Attrs::from_unsorted(self.arena, entries))
    }

    #[cold]
    fn duplicate_attr(&self, name: Symbol, span: Span, earlier: u32) -> Box<Fault> {
        let name = self.symbols.text(name);
        let message = match self.sources.position(Span::at(earlier)) {
            Some(position) => format!("dynamic attribute '{name}' already defined at {position}"),
            None => format!("dynamic attribute '{name}' already defined"),
        };
        Fault::new(ErrorKind::Value, message).at(span).note(Span::at(earlier), "first defined here")
    }

    /// The symbol of a computed attribute name.
    pub(crate) fn attr_name(&mut self, value: Value<'a>, span: Span) -> Res<Symbol> {
        match value {
            Value::Str(name) if name.context.is_none() => Ok(self.symbols.intern(self.arena, name.bytes)),
            Value::Str(name) => Err(self.context_forbidden(name).at(span)),
            other => Err(self.type_fault("a string", other).at(span)),
        }
    }

    /// `{ file, line, column }` of an offset into all sources, or null.
    pub(crate) fn position_value(&mut self, start: u32) -> Value<'a> {
        use crate::symbols::{COLUMN, FILE, LINE};
        let Some((source, offset)) = self.sources.locate(Span::at(start)) else { return Value::Null };
        if source.path.is_none() {
            return Value::Null;
        }
        let ((line, column), file) = (source.line_column(offset), source.name());
        let file = self.string(file.as_bytes());
        crate::attrs::Builder::new(self.arena)
            .with(FILE, file)
            .with(LINE, Value::Int(i64::from(line)))
            .with(COLUMN, Value::Int(i64::from(column)))
            .finish()
    }

    /// A list of cells as a value.
    pub(crate) fn list(&self, items: &[Ref<'a>]) -> Value<'a> {
        Value::List(self.arena.items(items))
    }
}
