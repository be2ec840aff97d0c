//! Forcing: computing what was delayed, once.

use super::share_word;
use crate::arena::{Kind, Slots, Word};
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::value::{Ref, Value};
use crate::watch::Site;

impl<'a> Evaluator<'a> {
    #[inline]
    pub(crate) fn force(&mut self, cell: Ref<'a>) -> Res<Value<'a>> {
        self.force_at(cell, Span::NONE)
    }

    #[inline]
    pub(crate) fn force_at(&mut self, cell: Ref<'a>, span: Span) -> Res<Value<'a>> {
        let word = self.force_word(cell, span)?;
        Ok(self.arena.value(word))
    }

    #[inline]
    pub(crate) fn force_word(&mut self, cell: Ref<'a>, span: Span) -> Res<Word<'a>> {
        let word = cell.word();
        if word.is_forced() { Ok(word) } else { self.force_delayed(cell, span) }
    }

    /// Like `force_value`, for a word.
    #[inline]
    pub(crate) fn force_loose(&mut self, word: Word<'a>) -> Res<Word<'a>> {
        match word.kind() {
            Kind::Alias => self.force_word(self.arena.linked(word), Span::NONE),
            Kind::Thunk => {
                let (code, env) = self.arena.thunk_of(word);
                self.eval(self.codes[code.0 as usize].expr, env)
            }
            Kind::Apply => {
                let value = self.force_value(self.arena.value(word))?;
                Ok(self.arena.word(value))
            }
            _ => Ok(word),
        }
    }

    /// Computes a value that lies in no cell, so that nobody else sees the result.
    #[inline]
    pub(crate) fn force_value(&mut self, value: Value<'a>) -> Res<Value<'a>> {
        match value {
            Value::Thunk(code, env) => self.eval_value(self.codes[code.0 as usize].expr, env),
            Value::Alias(cell) => self.force(cell),
            Value::Apply(apply) => {
                let word = self.apply(apply)?;
                Ok(self.arena.value(word))
            }
            value => Ok(value),
        }
    }

    #[inline(never)]
    fn force_delayed(&mut self, cell: Ref<'a>, span: Span) -> Res<Word<'a>> {
        self.check_stack(span)?;
        let word = cell.word();
        match word.kind() {
            Kind::Thunk => self.force_thunk(cell, word),
            Kind::Alias => {
                cell.put(Word::BLACKHOLE);
                let result = self.force_word(self.arena.linked(word), span);
                self.settle(cell, word, result)
            }
            Kind::Apply => {
                cell.put(Word::BLACKHOLE);
                let result = match self.arena.value(word) {
                    Value::Apply(apply) => self.apply(apply),
                    _ => Ok(word),
                };
                self.settle(cell, word, result)
            }
            Kind::Blackhole => match word.failure() {
                Some(number) => Err(Box::new(self.failures[number as usize].clone())),
                None => Err(Fault::recursion(address(cell)).at(span)),
            },
            _ => Ok(word),
        }
    }

    #[inline]
    fn force_thunk(&mut self, cell: Ref<'a>, thunk: Word<'a>) -> Res<Word<'a>> {
        if self.watcher.is_some() {
            let (code, _) = self.arena.thunk_of(thunk);
            return self.watched(Site::Thunk(code), |this| this.force_code(cell, thunk));
        }
        self.force_code(cell, thunk)
    }

    #[inline]
    fn force_code(&mut self, cell: Ref<'a>, thunk: Word<'a>) -> Res<Word<'a>> {
        let (code, env) = self.arena.thunk_of(thunk);
        cell.put(Word::BLACKHOLE);
        match self.eval(self.codes[code.0 as usize].expr, env) {
            Ok(word) => {
                cell.put(word);
                Ok(word)
            }
            Err(fault) => {
                let fault = self.remembered(fault, cell, thunk);
                Err(self.forcing_frame(fault, cell, code))
            }
        }
    }

    fn settle(&mut self, cell: Ref<'a>, delayed: Word<'a>, result: Res<Word<'a>>) -> Res<Word<'a>> {
        match result {
            Ok(word) => {
                cell.put(word);
                Ok(word)
            }
            Err(fault) => Err(self.remembered(fault, cell, delayed).forcing(address(cell), || None)),
        }
    }

    /// Makes a cell fail in the same way when it is forced again, if a program can get that far: behind `tryEval`.
    #[cold]
    fn remembered(&mut self, mut fault: Box<Fault>, cell: Ref<'a>, delayed: Word<'a>) -> Box<Fault> {
        if !fault.is_catchable() {
            cell.put(delayed);
            return fault;
        }
        let number = match fault.number {
            Some(number) => number,
            None => {
                let number = self.failures.len() as u32;
                fault.number = Some(number);
                self.failures.push((*fault).clone());
                number
            }
        };
        cell.put(Word::failed(number));
        fault
    }

    #[cold]
    fn forcing_frame(&self, fault: Box<Fault>, cell: Ref<'a>, code: crate::ast::CodeId) -> Box<Fault> {
        let code = self.codes[code.0 as usize];
        fault.forcing(address(cell), || {
            let name = code.name.map(|name| format!("'{}'", self.symbols.text(name)));
            Some((code.expr.span(), name.unwrap_or_else(|| "a value".to_owned())))
        })
    }

    fn apply(&mut self, apply: Slots<'a>) -> Res<Word<'a>> {
        let mut function = self.force_word(apply.function(), Span::NONE)?;
        for arg in apply.args() {
            function = self.call_word(function, share_word(arg), Span::NONE)?;
        }
        Ok(function)
    }
}

fn address(cell: Ref<'_>) -> usize {
    std::ptr::from_ref(cell).addr()
}
