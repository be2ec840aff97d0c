//! `genericClosure`: everything reachable from a start.

use std::collections::VecDeque;

use rustc_hash::FxHashSet;

use super::{Builtin, prefixed};
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::source::Span;
use crate::symbols::{KEY, OPERATOR, START_SET};
use crate::value::{Ref, Value};

pub(super) const TABLE: &[Builtin] = &[prefixed("genericClosure", 1, generic_closure)];

/// The keys met so far.
#[derive(Default)]
struct Keys<'a> {
    ints: FxHashSet<i64>,
    strings: FxHashSet<&'a [u8]>,
    /// Keys of other types, and all keys once types are mixed, in order.
    others: Vec<Value<'a>>,
    sample: Option<Value<'a>>,
}

impl<'a> Keys<'a> {
    /// Adds a key; says whether it is new.
    fn add(&mut self, e: &mut Evaluator<'a>, key: Value<'a>) -> Res<bool> {
        let is_first = self.sample.is_none();
        let sample = *self.sample.get_or_insert(key);
        match (sample, key) {
            (Value::Int(_), Value::Int(n)) if self.others.is_empty() => Ok(self.ints.insert(n)),
            (Value::Str(_), Value::Str(text)) => Ok(self.strings.insert(text.bytes)),
            _ if is_first => {
                self.others.push(key);
                Ok(true)
            }
            _ => {
                // Comparing with any earlier key says whether the types go together.
                e.less(key, sample)?;
                self.others.extend(self.ints.drain().map(Value::Int));
                self.others.sort_by_key(|key| if let Value::Int(n) = key { *n } else { 0 });
                self.insert(e, key)
            }
        }
    }

    fn insert(&mut self, e: &mut Evaluator<'a>, key: Value<'a>) -> Res<bool> {
        let (mut low, mut high) = (0, self.others.len());
        while low < high {
            let middle = (low + high) / 2;
            if e.less(self.others[middle], key)? { low = middle + 1 } else { high = middle }
        }
        if let Some(found) = self.others.get(low)
            && !e.less(key, *found)?
        {
            return Ok(false);
        }
        self.others.insert(low, key);
        Ok(true)
    }
}

fn generic_closure<'a>(e: &mut Evaluator<'a>, args: &[Value<'a>], span: Span) -> Res<Value<'a>> {
    let set = e.attrs_arg(args[0])?;
    let start = e.required(set, START_SET)?;
    let start = e.list_arg(Value::Alias(start))?;
    let mut queue: VecDeque<Ref<'a>> = start.iter().collect();
    if queue.is_empty() {
        return Ok(e.list(&[]));
    }
    let operator = e.required(set, OPERATOR)?;
    let operator = e.function_arg(Value::Alias(operator))?;
    let (mut keys, mut reached) = (Keys::default(), Vec::new());
    while let Some(item) = queue.pop_front() {
        let set = e.attrs_arg(Value::Alias(item))?;
        let key = e.required(set, KEY)?;
        let key = e.force(key)?;
        if !keys.add(e, key)? {
            continue;
        }
        reached.push(item);
        e.check_size(reached.len() * 8, span)?;
        let next = e.call_one(operator, Value::Attrs(set), span)?;
        queue.extend(e.list_arg(next)?.iter());
    }
    Ok(e.list(&reached))
}
