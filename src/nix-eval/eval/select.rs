//! `set.name`, `set.name or default`, `set ? name`.

use crate::arena::{Env, Kind, Word};
use crate::ast::{HasAttr, Select, Step};
use crate::attrs::Attrs;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::nearest::nearest;
use crate::source::Span;
use crate::symbols::Symbol;
use crate::value::Value;

/// How many names a hint lists.
const MOST_NAMES: usize = 8;

impl<'a> Evaluator<'a> {
    #[inline]
    pub(super) fn eval_select(&mut self, select: &'a Select<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let mut word = self.eval(select.base, env)?;
        for (index, step) in select.path.iter().enumerate() {
            let (name, span) = self.step_name(step, env)?;
            let found = match word.kind() {
                Kind::Attrs if index == 0 && matches!(step, Step::Static(..)) => {
                    self.arena.attrs_of(word).value_again(name, &select.found)
                }
                Kind::Attrs => self.arena.attrs_of(word).value(name),
                _ => None,
            };
            let Some(cell) = found else {
                return match (select.default, self.arena.value(word)) {
                    (Some(default), _) => self.eval(default, env),
                    (None, Value::Attrs(set)) => Err(self.missing_attribute(set, name, span)),
                    (None, other) => Err(self
                        .type_fault("a set", other)
                        .at(span)
                        .frame(select.span, || format!("while selecting the attribute '{}'", self.symbols.text(name)))),
                };
            };
            let found = cell.word();
            word = if found.is_forced() {
                found
            } else {
                match self.force_word(cell, span) {
                    Ok(word) => word,
                    Err(fault) => {
                        return Err(self.attribute_frame(fault, select, index, self.arena.attrs_of(word), name));
                    }
                }
            };
        }
        Ok(word)
    }

    #[inline]
    fn step_name(&mut self, step: &'a Step<'a>, env: Env<'a>) -> Res<(Symbol, Span)> {
        match step {
            Step::Static(name, span) => Ok((*name, *span)),
            Step::Computed(expr, span) => {
                let name = self.eval_value(expr, env)?;
                Ok((self.attr_name(name, *span)?, *span))
            }
        }
    }

    #[cold]
    fn attribute_frame(
        &self,
        fault: Box<Fault>,
        select: &Select<'a>,
        index: usize,
        set: &'a Attrs<'a>,
        name: Symbol,
    ) -> Box<Fault> {
        let position = set.find(name).map_or(0, |attr| attr.position);
        fault.frame(Span::at(position), || {
            let names = select.path[..=index].iter().map(|step| match step {
                Step::Static(name, _) => self.symbols.text(*name).into_owned(),
                Step::Computed(_, span) => self.source_text(*span),
            });
            format!("while evaluating the attribute '{}'", names.collect::<Vec<_>>().join("."))
        })
    }

    #[cold]
    pub(crate) fn missing_attribute(&self, set: &'a Attrs<'a>, name: Symbol, span: Span) -> Box<Fault> {
        let text = self.symbols.text(name).into_owned();
        let names = set.entries(self.arena).iter().map(|attr| self.symbols.text(attr.name));
        let nearest = nearest(&text, names);
        let help = match &nearest {
            Some(nearest) => format!("Did you mean {nearest}?"),
            None => self.names_text(set),
        };
        let message = format!("attribute '{}' missing", self.name_text(name));
        Fault::new(ErrorKind::MissingAttribute { name: text, nearest }, message).at(span).help(Some(help))
    }

    /// What a set has, as a hint.
    fn names_text(&self, set: &'a Attrs<'a>) -> String {
        let mut names: Vec<_> =
            set.by_name(self.arena, &self.symbols).iter().map(|attr| self.symbols.text(attr.name)).collect();
        let more = names.len().saturating_sub(MOST_NAMES);
        names.truncate(MOST_NAMES);
        match (names.len(), more) {
            (0, _) => "the set is empty".to_owned(),
            (_, 0) => format!("the set has {}", names.join(", ")),
            _ => format!("the set has {} and {more} more", names.join(", ")),
        }
    }

    #[inline(never)]
    pub(super) fn eval_has_attr(&mut self, has: &'a HasAttr<'a>, env: Env<'a>) -> Res<Word<'a>> {
        let mut word = self.eval(has.base, env)?;
        let last = has.path.len().saturating_sub(1);
        for (index, step) in has.path.iter().enumerate() {
            let (name, span) = self.step_name(step, env)?;
            let found = match word.kind() {
                Kind::Attrs => self.arena.attrs_of(word).value(name),
                _ => None,
            };
            match found {
                None => return Ok(Word::bool(false)),
                Some(_) if index == last => break,
                Some(cell) => word = self.force_word(cell, span)?,
            }
        }
        Ok(Word::bool(true))
    }
}
