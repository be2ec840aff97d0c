//! Evaluation by walking the syntax tree.
//!
//! `eval` gives a value that is computed at its top; what is inside stays delayed. Calls, `if`, `let`, `with` and
//! `assert` in tail position loop instead of recursing natively, but calls still count towards the depth limit.

mod assertion;
mod attrs;
mod call;
mod force;
mod operators;
mod select;
mod strings;

use crate::arena::{Env, Kind, Word};
use crate::ast::{Assert, Binding, Dynamic, Expr, LambdaId, Lazy, Let, List, Op, Scope, With};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::large_stack;
use crate::source::Span;
use crate::value::{Ref, Value};

/// The last function entered by a tail call, for the trace.
type Calling = Option<(LambdaId, Span)>;

impl<'a> Evaluator<'a> {
    #[inline]
    pub(crate) fn eval(&mut self, expr: &'a Expr<'a>, env: Env<'a>) -> Res<Word<'a>> {
        match expr {
            Expr::Const(word, _) => Ok(*word),
            Expr::Local(slot, span) => self.force_word(env.own(*slot), *span),
            Expr::Variable { depth, slot, span } => self.force_word(env.slot(*depth, *slot), *span),
            Expr::Lambda(id, _) => Ok(Word::lambda(*id, env)),
            _ => self.eval_nested(expr, env),
        }
    }

    /// Evaluates to a value to be looked into.
    #[inline]
    pub(crate) fn eval_value(&mut self, expr: &'a Expr<'a>, env: Env<'a>) -> Res<Value<'a>> {
        let word = self.eval(expr, env)?;
        Ok(self.arena.value(word))
    }

    fn eval_nested(&mut self, expr: &'a Expr<'a>, env: Env<'a>) -> Res<Word<'a>> {
        self.check_stack(expr.span())?;
        let depth = self.depth;
        let mut calling = None;
        let result = self.run(expr, env, &mut calling);
        self.depth = depth;
        match (result, calling) {
            (Err(fault), Some((id, span))) => Err(self.calling_frame(fault, id, span)),
            (result, _) => result,
        }
    }

    #[inline]
    pub(crate) fn check_stack(&self, span: Span) -> Res<()> {
        if large_stack::here() < self.stack_floor {
            return Err(Self::stack_overflow(span));
        }
        Ok(())
    }

    #[cold]
    pub(crate) fn stack_overflow(span: Span) -> Box<Fault> {
        let help = "a function calls itself without end, or too deeply; --max-depth raises the limit".to_owned();
        Fault::new(ErrorKind::StackOverflow, "stack overflow; max-call-depth exceeded").at(span).help(Some(help))
    }

    fn run(&mut self, mut expr: &'a Expr<'a>, mut env: Env<'a>, calling: &mut Calling) -> Res<Word<'a>> {
        loop {
            match expr {
                Expr::Call(call) => match self.eval_call(call, env, calling)? {
                    call::Outcome::Value(word) => return Ok(word),
                    call::Outcome::Tail(body, frame) => (expr, env) = (body, frame),
                },
                Expr::Select(select) => return self.eval_select(select, env),
                Expr::If(branch) => {
                    expr = if self.eval_bool(branch.condition, env)? { branch.yes } else { branch.no };
                }
                Expr::Let(binding) => {
                    env = self.let_frame(binding, env);
                    expr = binding.body;
                }
                Expr::Binary(binary) => match binary.op {
                    Op::And if !self.eval_bool(binary.left, env)? => return Ok(Word::bool(false)),
                    Op::Or if self.eval_bool(binary.left, env)? => return Ok(Word::bool(true)),
                    Op::Implies if !self.eval_bool(binary.left, env)? => return Ok(Word::bool(true)),
                    Op::And | Op::Or | Op::Implies => return Ok(Word::bool(self.eval_bool(binary.right, env)?)),
                    _ => return self.eval_binary(binary, env),
                },
                Expr::Attrs(attrs) => return self.eval_attrs(attrs, env),
                Expr::List(list) => return Ok(self.eval_list(list, env)),
                Expr::HasAttr(has) => return self.eval_has_attr(has, env),
                Expr::Not(unary) => return Ok(Word::bool(!self.eval_bool(unary.operand, env)?)),
                Expr::With(with) => {
                    env = self.with_frame(with, env);
                    expr = with.body;
                }
                Expr::Assert(assert) => {
                    self.check_assert(assert, env)?;
                    expr = assert.body;
                }
                Expr::Interpolate(parts) => return self.eval_interpolate(parts, env),
                Expr::Dynamic(dynamic) => return self.eval_dynamic(dynamic, env),
                Expr::PathInterpolate(parts) => return self.eval_path(parts, env),
                Expr::Negate(unary) => return self.eval_negate(unary, env),
                Expr::CurPos(span) => {
                    let position = self.position_value(span.start);
                    return Ok(self.arena.word(position));
                }
                Expr::Const(..) | Expr::Local(..) | Expr::Variable { .. } | Expr::Lambda(..) => {
                    return self.eval(expr, env);
                }
            }
        }
    }

    /// The value of an expression that is needed only later, if at all.
    #[inline]
    pub(crate) fn delay(&self, lazy: &Lazy<'a>, env: Env<'a>) -> Word<'a> {
        match lazy.expr {
            Expr::Const(word, _) => *word,
            Expr::Lambda(id, _) => Word::lambda(*id, env),
            Expr::Local(slot, _) => share_word(env.own(*slot)),
            Expr::Variable { depth, slot, .. } => share_word(env.slot(*depth, *slot)),
            _ => Word::thunk(lazy.code, env),
        }
    }

    /// Like `delay`, for a value that goes into a frame whose own slots may not be filled yet.
    #[inline]
    fn delay_inside(&self, lazy: &Lazy<'a>, env: Env<'a>) -> Word<'a> {
        match lazy.expr {
            Expr::Local(..) => Word::thunk(lazy.code, env),
            _ => self.delay(lazy, env),
        }
    }

    /// A cell with the value of an expression that is needed only later; a variable's own cell where there is one.
    #[inline]
    pub(crate) fn delay_cell(&self, lazy: &Lazy<'a>, env: Env<'a>) -> Ref<'a> {
        let cell = match lazy.expr {
            Expr::Local(slot, _) => env.own(*slot),
            Expr::Variable { depth, slot, .. } => env.slot(*depth, *slot),
            _ => return self.arena.cell_of(self.delay(lazy, env)),
        };
        cell.target()
    }

    fn let_frame(&mut self, binding: &'a Let<'a>, env: Env<'a>) -> Env<'a> {
        let count = binding.bindings.len();
        let frame = self.arena.blank_frame(env, count + binding.sources.len());
        self.fill_frame(frame, binding.bindings, binding.sources, env);
        frame
    }

    /// Puts bindings, then sources, into the slots of a frame that they see themselves.
    fn fill_frame(&self, frame: Env<'a>, bindings: &'a [Binding<'a>], sources: &'a [Lazy<'a>], env: Env<'a>) {
        for (slot, binding) in (0..).zip(bindings) {
            frame.own(slot).put(match binding.scope {
                Scope::Outer => self.delay(&binding.value, env),
                Scope::Inner => self.delay_inside(&binding.value, frame),
            });
        }
        for (slot, source) in (bindings.len() as u32..).zip(sources) {
            frame.own(slot).put(self.delay_inside(source, frame));
        }
    }

    fn with_frame(&mut self, with: &'a With<'a>, env: Env<'a>) -> Env<'a> {
        let namespace = self.delay(&with.namespace, env);
        self.arena.frame(Some(env), 1, |_| namespace)
    }

    fn eval_list(&mut self, list: &'a List<'a>, env: Env<'a>) -> Word<'a> {
        if let Some(watcher) = &mut self.watcher {
            watcher.counts.lists += 1;
            watcher.counts.elements += list.items.len() as u64;
        }
        Word::list(self.arena.items_with(list.items.len(), |index| self.delay_cell(&list.items[index], env)))
    }

    #[inline(never)]
    fn eval_dynamic(&mut self, dynamic: &'a Dynamic<'a>, env: Env<'a>) -> Res<Word<'a>> {
        for depth in dynamic.depths {
            let namespace = self.force_at(env.slot(*depth, 0), dynamic.span)?;
            let Value::Attrs(set) = namespace else {
                let fault = self.type_fault("a set", namespace).at(dynamic.span);
                let frame = || "while evaluating the first subexpression of a with expression".to_owned();
                return Err(fault.frame(dynamic.span, frame));
            };
            if let Some(value) = set.value(dynamic.name) {
                return self.force_word(value, dynamic.span);
            }
        }
        let name = self.symbols.text(dynamic.name).into_owned();
        let message = format!("undefined variable '{name}'");
        let nearest = self.nearest_dynamic(dynamic, env, &name);
        let help = match &nearest {
            Some(nearest) => format!("Did you mean {nearest}?"),
            None => "no set of a `with` around it has this name".to_owned(),
        };
        Err(Fault::new(ErrorKind::UndefinedVariable { name, nearest }, message).at(dynamic.span).help(Some(help)))
    }

    /// The name most like `name` in the sets of the `with`s around it, which have been computed.
    #[cold]
    fn nearest_dynamic(&self, dynamic: &Dynamic<'a>, env: Env<'a>, name: &str) -> Option<String> {
        let sets = dynamic.depths.iter().filter_map(|depth| match env.slot(*depth, 0).get() {
            Value::Attrs(set) => Some(set.entries(self.arena)),
            _ => None,
        });
        crate::nearest::nearest(name, sets.flat_map(|entries| entries.iter()).map(|attr| self.symbols.text(attr.name)))
    }

    #[inline(never)]
    fn check_assert(&mut self, assert: &'a Assert<'a>, env: Env<'a>) -> Res<()> {
        if self.eval_bool(assert.condition, env)? {
            return Ok(());
        }
        let text = self.source_text(assert.condition.span());
        if let Expr::Binary(binary) = assert.condition
            && binary.op == Op::Equal
        {
            let (left, right) = (self.eval_value(binary.left, env)?, self.eval_value(binary.right, env)?);
            if let Err(fault) = self.explain_difference(left, right) {
                let frame = || format!("while evaluating the condition of the assertion '{text}'");
                return Err(fault.at(assert.span).frame(assert.span, frame));
            }
        }
        let help = self.explain_condition(assert.condition, env);
        Err(Fault::new(ErrorKind::Assert, format!("assertion '{text}' failed")).at(assert.condition.span()).help(help))
    }

    #[inline]
    pub(crate) fn eval_bool(&mut self, expr: &'a Expr<'a>, env: Env<'a>) -> Res<bool> {
        let word = self.eval(expr, env)?;
        match word.as_bool() {
            Some(value) => Ok(value),
            None => Err(self.type_fault("a Boolean", self.arena.value(word)).at(expr.span())),
        }
    }
}

/// The word of a cell to put elsewhere: itself once it is computed, else a link to it.
#[inline]
pub(crate) fn share_word<'a>(cell: Ref<'a>) -> Word<'a> {
    let word = cell.word();
    if matches!(word.kind(), Kind::Thunk | Kind::Apply | Kind::Blackhole) { Word::alias(cell) } else { word }
}

/// The value of a cell to put elsewhere: itself once it is computed, else a link to it.
#[inline]
pub(crate) fn share<'a>(cell: Ref<'a>) -> Value<'a> {
    match cell.get() {
        value @ (Value::Thunk(..) | Value::Apply(_) | Value::Blackhole | Value::Failed(_)) => {
            debug_assert!(!value.is_forced());
            Value::Alias(cell)
        }
        value => value,
    }
}
