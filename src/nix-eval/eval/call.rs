//! Calling functions, builtins and functors.

use crate::arena::{Env, Kind, Slots, Word};
use crate::ast::{Call, Expr, Extra, Formals, Lambda, LambdaId, Lazy};
use crate::attrs::Attrs;
use crate::builtins::Builtin;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{FUNCTOR, Symbol};
use crate::value::Value;
use crate::watch::Site;

use super::{Calling, share, share_word};

/// The most arguments a builtin has.
const MOST_ARGS: usize = 3;

/// What a call leads to.
pub(super) enum Outcome<'a> {
    Value(Word<'a>),
    /// A function's body, to be evaluated in place of the call.
    Tail(&'a Expr<'a>, Env<'a>),
}

impl<'a> Evaluator<'a> {
    #[inline]
    pub(super) fn eval_call(&mut self, call: &'a Call<'a>, env: Env<'a>, calling: &mut Calling) -> Res<Outcome<'a>> {
        let mut function = self.eval(call.function, env)?;
        let mut args = call.args;
        while let Some((first, rest)) = args.split_first() {
            if function.kind() == Kind::Lambda {
                let (id, closure) = self.arena.lambda_of(function);
                let lambda = self.lambdas[id.0 as usize];
                let arg = self.delay(first, env);
                self.tick(call.span)?;
                let frame = self.bind(lambda, arg, closure, call.span)?;
                args = rest;
                if rest.is_empty() && self.watcher.is_none() {
                    self.depth += 1;
                    *calling = Some((id, call.span));
                    return Ok(Outcome::Tail(lambda.body, frame));
                }
                function = self.enter(id, lambda, frame, call.span)?;
                continue;
            }
            if let Value::Builtin(builtin) = self.arena.value(function)
                && builtin.arity <= args.len()
            {
                let (given, rest) = args.split_at(builtin.arity);
                function = self.call_delayed(builtin, given, env, call.span)?;
                args = rest;
                continue;
            }
            let arg = self.delay(first, env);
            args = rest;
            function = self.call_word(function, arg, call.span)?;
        }
        Ok(Outcome::Value(function))
    }

    fn call_delayed(
        &mut self,
        builtin: &'static Builtin,
        args: &'a [Lazy<'a>],
        env: Env<'a>,
        span: Span,
    ) -> Res<Word<'a>> {
        let mut given = [Value::Null; MOST_ARGS];
        for (slot, arg) in given.iter_mut().zip(args) {
            *slot = self.arena.value(self.delay(arg, env));
        }
        let result = self.call_builtin(builtin, &given[..args.len()], span)?;
        Ok(self.arena.word(result))
    }

    /// Calls a function with several arguments, one after the other.
    pub(crate) fn call_all(&mut self, mut function: Value<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
        if !function.is_forced() {
            function = self.force_value(function)?;
        }
        for arg in args {
            function = self.call_one(function, *arg, span)?;
        }
        Ok(function)
    }

    /// Calls a computed value with one argument.
    pub(crate) fn call_one(&mut self, function: Value<'a>, arg: Value<'a>, span: Span) -> Res<Value<'a>> {
        if let Value::Lambda(id, closure) = function {
            let result = self.call_lambda(id, closure, self.arena.word(arg), span)?;
            return Ok(self.arena.value(result));
        }
        self.call_other(function, arg, span)
    }

    /// Calls a computed word with one argument.
    #[inline]
    pub(super) fn call_word(&mut self, function: Word<'a>, arg: Word<'a>, span: Span) -> Res<Word<'a>> {
        if function.kind() == Kind::Lambda {
            let (id, closure) = self.arena.lambda_of(function);
            return self.call_lambda(id, closure, arg, span);
        }
        let result = self.call_other(self.arena.value(function), self.arena.value(arg), span)?;
        Ok(self.arena.word(result))
    }

    #[inline]
    fn call_lambda(&mut self, id: LambdaId, closure: Env<'a>, arg: Word<'a>, span: Span) -> Res<Word<'a>> {
        let lambda = self.lambdas[id.0 as usize];
        self.tick(span)?;
        let frame = self.bind(lambda, arg, closure, span)?;
        self.enter(id, lambda, frame, span)
    }

    fn call_other(&mut self, function: Value<'a>, arg: Value<'a>, span: Span) -> Res<Value<'a>> {
        match function {
            Value::Builtin(builtin) if builtin.arity == 1 => self.call_builtin(builtin, &[arg], span),
            Value::Builtin(_) => {
                let arg = self.shared(arg);
                Ok(Value::Partial(self.arena.application(function, &[arg])))
            }
            Value::Partial(partial) => self.call_partial(partial, arg, span),
            Value::Attrs(set) => match set.value(FUNCTOR) {
                Some(functor) => self.call_functor(function, functor.get(), arg, span),
                None => Err(self.not_a_function(function, span)),
            },
            _ => Err(self.not_a_function(function, span)),
        }
    }

    fn call_functor(&mut self, set: Value<'a>, functor: Value<'a>, arg: Value<'a>, span: Span) -> Res<Value<'a>> {
        self.check_stack(span)?;
        self.tick(span)?;
        self.depth += 1;
        let result = self.call_all(functor, &[set, arg], span);
        self.depth -= 1;
        result
    }

    fn not_a_function(&self, value: Value<'a>, span: Span) -> Box<Fault> {
        let message = format!(
            "attempt to call something which is not a function but {}: {}",
            value.described(),
            self.brief(value)
        );
        let help = match value {
            Value::Str(_) | Value::Int(_) | Value::List(_) | Value::Path(_) => {
                "is a `;` or an operator missing, or do parentheses belong around what is passed on?"
            }
            Value::Attrs(_) => "a set can be called only where it has a `__functor`",
            _ => "only functions can be called",
        };
        Fault::new(ErrorKind::Type, message).at(span).help(Some(help.to_owned()))
    }

    /// Evaluates a function's body in its frame.
    fn enter(&mut self, id: LambdaId, lambda: &'a Lambda<'a>, frame: Env<'a>, span: Span) -> Res<Word<'a>> {
        self.depth += 1;
        let result = match self.watcher {
            None => self.eval(lambda.body, frame),
            Some(_) => self.watched(Site::Function(id), |this| this.eval(lambda.body, frame)),
        };
        self.depth -= 1;
        result.map_err(|fault| self.calling_frame(fault, id, span))
    }

    #[cold]
    pub(super) fn calling_frame(&self, fault: Box<Fault>, id: LambdaId, span: Span) -> Box<Fault> {
        match self.lambdas[id.0 as usize].name {
            Some(name) => fault.at(span).frame(span, || format!("while calling '{}'", self.symbols.text(name))),
            None => fault.at(span).detail(span, || "while calling an anonymous function".to_owned()),
        }
    }

    /// Calls a builtin with the last argument that it lacked, or keeps its arguments until the others come.
    fn call_partial(&mut self, partial: Slots<'a>, arg: Value<'a>, span: Span) -> Res<Value<'a>> {
        let Value::Builtin(builtin) = partial.function().get() else {
            return Err(self.not_a_function(partial.function().get(), span));
        };
        let mut given = [Value::Null; MOST_ARGS];
        let count = partial.args().len();
        for (value, slot) in given.iter_mut().zip(partial.args()) {
            *value = share(slot);
        }
        given[count] = arg;
        if count + 1 == builtin.arity {
            return self.call_builtin(builtin, &given[..=count], span);
        }
        given[count] = self.shared(arg);
        Ok(Value::Partial(self.arena.application(partial.function().get(), &given[..=count])))
    }

    /// Makes a delayed value safe to copy: all copies will share one computation.
    #[inline]
    pub(crate) fn shared(&self, value: Value<'a>) -> Value<'a> {
        match value {
            Value::Thunk(..) | Value::Apply(_) => Value::Alias(self.arena.cell(value)),
            value => value,
        }
    }

    #[inline]
    fn call_builtin(&mut self, builtin: &'static Builtin, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
        self.tick(span)?;
        self.check_stack(span)?;
        self.depth += 1;
        let result = match self.watcher {
            None => (builtin.run)(self, args, span),
            Some(_) => self.watched(Site::Builtin(builtin.name), |this| (builtin.run)(this, args, span)),
        };
        self.depth -= 1;
        result.map_err(|fault| builtin_frame(fault, builtin, span))
    }

    /// Counts a call against the limits.
    #[inline]
    pub(crate) fn tick(&mut self, span: Span) -> Res<()> {
        self.ticks += 1;
        if self.depth >= self.max_depth {
            return Err(Self::stack_overflow(span));
        }
        if self.ticks >= self.next_check { self.check_limits(span) } else { Ok(()) }
    }

    /// Makes the frame of a call.
    #[inline]
    fn bind(&mut self, lambda: &'a Lambda<'a>, arg: Word<'a>, up: Env<'a>, span: Span) -> Res<Env<'a>> {
        match lambda.formals {
            None => Ok(self.arena.frame(Some(up), 1, |_| arg)),
            Some(formals) => self.bind_formals(lambda, formals, arg, up, span),
        }
    }

    #[inline(never)]
    fn bind_formals(
        &mut self,
        lambda: &'a Lambda<'a>,
        formals: &'a Formals<'a>,
        arg: Word<'a>,
        up: Env<'a>,
        span: Span,
    ) -> Res<Env<'a>> {
        let whole = self.force_loose(arg)?;
        let Value::Attrs(set) = self.arena.value(whole) else {
            let fault = self.type_fault("a set", self.arena.value(whole)).at(span).at(lambda.span);
            let takes = format!("takes {}", self.formals_text(lambda));
            let name = self.lambda_name(lambda);
            return Err(fault.note(lambda.span, takes).frame(span, || format!("while calling {name}")));
        };
        let first = usize::from(lambda.whole.is_some());
        let frame = self.arena.blank_frame(up, first + formals.all.len());
        if lambda.whole.is_some() {
            frame.own(0).put(whole);
        }
        let mut used = 0;
        for (slot, formal) in (first as u32..).zip(formals.all) {
            let slot = frame.own(slot);
            match (set.value(formal.name), &formal.default) {
                (Some(value), _) => {
                    used += 1;
                    slot.put(share_word(value));
                }
                (None, Some(default)) => slot.put(self.delay_inside(default, frame)),
                (None, None) => return Err(self.missing_argument(lambda, formal.name, span)),
            }
        }
        if formals.extra == Extra::Refused && used != set.len() {
            return Err(self.extra_argument(lambda, formals, set, span));
        }
        Ok(frame)
    }

    fn lambda_name(&self, lambda: &Lambda<'_>) -> String {
        match lambda.name {
            Some(name) => format!("'{}'", self.symbols.text(name)),
            None => "'anonymous lambda'".to_owned(),
        }
    }

    /// The arguments of a function in the order of its text; those with `?` can be left out.
    #[cold]
    pub(crate) fn formals_text(&self, lambda: &Lambda<'_>) -> String {
        let Some(formals) = lambda.formals else { return "one argument".to_owned() };
        let mut all: Vec<_> = formals.all.iter().collect();
        all.sort_unstable_by_key(|formal| formal.position);
        let names = all.iter().map(|formal| {
            let optional = if formal.default.is_some() { " ?" } else { "" };
            format!("{}{optional}", self.symbols.text(formal.name))
        });
        let names: Vec<_> = names.chain((formals.extra == Extra::Accepted).then(|| "...".to_owned())).collect();
        if names.is_empty() { "an empty set".to_owned() } else { format!("{{ {} }}", names.join(", ")) }
    }

    #[cold]
    fn missing_argument(&self, lambda: &Lambda<'_>, name: Symbol, span: Span) -> Box<Fault> {
        let message = format!(
            "function {} called without required argument '{}'",
            self.lambda_name(lambda),
            self.symbols.text(name)
        );
        let required = self.formals_text(lambda);
        let formal = lambda.formals.and_then(|formals| formals.all.iter().find(|formal| formal.name == name));
        Fault::new(ErrorKind::Argument, message)
            .at(span)
            .at(lambda.span)
            .note(Span::at(formal.map_or(0, |formal| formal.position)), "required here")
            .help(Some(format!("the function takes {required}")))
    }

    #[cold]
    fn extra_argument(&self, lambda: &Lambda<'_>, formals: &Formals<'_>, set: &'a Attrs<'a>, span: Span) -> Box<Fault> {
        let known = |name: Symbol| formals.all.iter().any(|formal| formal.name == name);
        let entries = set.by_name(self.arena, &self.symbols);
        let attr = entries.iter().find(|attr| !known(attr.name));
        let extra = attr.map(|attr| self.symbols.text(attr.name)).unwrap_or_default();
        let message = format!("function {} called with unexpected argument '{extra}'", self.lambda_name(lambda));
        let names = formals.all.iter().map(|formal| self.symbols.text(formal.name));
        let help = match crate::nearest::nearest(&extra, names) {
            Some(nearest) => format!("Did you mean {nearest}?"),
            None => format!("the function takes {}", self.formals_text(lambda)),
        };
        Fault::new(ErrorKind::Argument, message)
            .at(Span::at(attr.map_or(0, |attr| attr.position)))
            .at(span)
            .at(lambda.span)
            .note(lambda.span, "the function")
            .help(Some(help))
            .frame(span, || "while calling the function".to_owned())
    }
}

#[cold]
fn builtin_frame(fault: Box<Fault>, builtin: &'static Builtin, span: Span) -> Box<Fault> {
    if builtin.name == "addErrorContext" {
        return fault.at(span);
    }
    fault.at(span).detail(span, || format!("while calling the '{}' builtin", builtin.name))
}
