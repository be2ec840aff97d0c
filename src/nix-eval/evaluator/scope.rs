//! Variables that grow from one text to the next, as in a REPL.

mod completion;

use std::path::Path;

use super::{Evaluated, Evaluator};
use crate::arena::Env;
use crate::error::EvalError;
use crate::error::fault::Res;
use crate::eval::share_word;
use crate::symbols::Symbol;
use crate::value::{Ref, Value};

pub use completion::Completions;

/// Variables and their values, some of them not computed yet.
#[derive(Default)]
pub struct Scope<'a> {
    names: Vec<Symbol>,
    cells: Vec<Ref<'a>>,
}

impl<'a> Scope<'a> {
    fn put(&mut self, name: Symbol, cell: Ref<'a>) {
        match self.names.iter().position(|known| *known == name) {
            Some(at) => self.cells[at] = cell,
            None => {
                self.names.push(name);
                self.cells.push(cell);
            }
        }
    }
}

impl<'a> Evaluator<'a> {
    /// Evaluates a text that sees the variables of a scope.
    ///
    /// # Errors
    /// When the text cannot be parsed or its evaluation fails.
    pub fn eval_in(&mut self, scope: &Scope<'a>, text: &str, base: &Path) -> Result<Evaluated<'a>, EvalError> {
        self.rearm();
        let value = self.delayed_in(scope, text, base).and_then(|value| self.force_value(value));
        self.finish(value).map(Evaluated)
    }

    /// Adds a variable, or replaces one, whose value is computed when it is needed. The text sees the scope as it was.
    ///
    /// # Errors
    /// When the text cannot be parsed.
    pub fn define(&mut self, scope: &mut Scope<'a>, name: &str, text: &str, base: &Path) -> Result<(), EvalError> {
        let value = self.delayed_in(scope, text, base);
        let value = self.finish(value)?;
        self.bind_value(scope, name, value);
        Ok(())
    }

    /// Adds a variable with a value, or replaces one.
    pub fn set_variable(&mut self, scope: &mut Scope<'a>, name: &str, value: Evaluated<'a>) {
        self.bind_value(scope, name, value.0);
    }

    /// Adds a set's attributes as variables; gives their number.
    ///
    /// # Errors
    /// When the value is no set.
    pub fn add_attrs(&mut self, scope: &mut Scope<'a>, set: Evaluated<'a>) -> Result<usize, EvalError> {
        let Value::Attrs(attrs) = set.0 else {
            let fault = Err(self.type_fault("a set", set.0));
            return self.finish(fault);
        };
        let entries = attrs.entries(self.arena);
        entries.iter().for_each(|attr| scope.put(attr.name, attr.value));
        Ok(entries.len())
    }

    fn bind_value(&mut self, scope: &mut Scope<'a>, name: &str, value: Value<'a>) {
        let name = self.symbols.intern(self.arena, name.as_bytes());
        let cell = match value {
            Value::Alias(cell) => cell,
            value => self.arena.cell(value),
        };
        scope.put(name, cell);
    }

    fn delayed_in(&mut self, scope: &Scope<'a>, text: &str, base: &Path) -> Res<Value<'a>> {
        let expr = self.lower_source(text, base, scope.names.clone())?;
        let code = crate::ast::CodeId(self.codes.len() as u32);
        self.codes.push(crate::ast::Code { expr, name: None });
        Ok(self.shared(Value::Thunk(code, self.scope_env(scope))))
    }

    fn scope_env(&self, scope: &Scope<'a>) -> Env<'a> {
        if scope.cells.is_empty() {
            return self.no_env;
        }
        self.arena.frame(None, scope.cells.len(), |index| share_word(scope.cells[index]))
    }

    /// Counts fuel from nothing again.
    fn rearm(&mut self) {
        self.ticks = 0;
        self.next_check = 0;
    }
}
