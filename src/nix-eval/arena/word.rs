//! A value in eight bytes, which is how it is stored and handed about.
//!
//! ```text
//! bits 32–63                            │ 4–31                            │ 0–3
//! a distance from the arena's base      │ a code's number or a length     │ kind
//! an integer of up to 60 bits, or the address of a builtin                │ kind
//! ```
//! Larger integers and floats lie elsewhere in the arena.

use std::marker::PhantomData;
use std::ptr::NonNull;

use super::{Arena, Attrs, Env, Items, Slot, Slots, UNIT, units};
use crate::ast::{CodeId, LambdaId};
use crate::builtins::Builtin;
use crate::strings::Str;
use crate::value::{Ref, Value};

/// A value in the form in which slots hold it. It means something only to the arena that it came from.
#[derive(Clone, Copy)]
pub(crate) struct Word<'a> {
    bits: u64,
    owner: PhantomData<Ref<'a>>,
}

/// What a word is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[repr(u8)]
pub(crate) enum Kind {
    Null,
    Bool,
    Int,
    LargeInt,
    Float,
    Str,
    Path,
    List,
    Attrs,
    Lambda,
    Builtin,
    Partial,
    Thunk,
    Apply,
    Alias,
    /// Under evaluation, or failed.
    Blackhole,
}

const KIND_BITS: u32 = 4;
const KIND_MASK: u64 = (1 << KIND_BITS) - 1;
const HIGHEST: u32 = u32::MAX >> KIND_BITS;

impl<'a> Word<'a> {
    /// Fresh memory of an arena, which is zero, reads as this.
    pub(crate) const NULL: Self = Self::small(Kind::Null, 0);
    pub(crate) const BLACKHOLE: Self = Word::small(Kind::Blackhole, 0);

    /// What remains of a thunk that failed: the number of its error.
    pub(crate) fn failed(number: u32) -> Self {
        Self::small(Kind::Blackhole, u64::from(number) + 1)
    }

    /// The number of the error that the word stands for, if it does.
    pub(crate) fn failure(self) -> Option<u32> {
        let number = (self.bits >> KIND_BITS).checked_sub(1).filter(|_| self.kind() == Kind::Blackhole);
        number.map(|number| number as u32)
    }

    #[inline]
    const fn small(kind: Kind, number: u64) -> Self {
        Word { bits: number << KIND_BITS | kind as u64, owner: PhantomData }
    }

    #[inline]
    fn placed(kind: Kind, high: u32, units: u32) -> Self {
        debug_assert!(high <= HIGHEST);
        Word { bits: u64::from(units) << 32 | u64::from(high) << KIND_BITS | kind as u64, owner: PhantomData }
    }

    #[inline]
    pub(super) fn from_bits(bits: u64) -> Self {
        Word { bits, owner: PhantomData }
    }

    #[inline]
    pub(super) fn bits(self) -> u64 {
        self.bits
    }

    #[inline]
    pub(crate) fn bool(b: bool) -> Self {
        Self::small(Kind::Bool, b.into())
    }

    #[inline]
    pub(crate) fn str(text: &'a Str<'a>) -> Self {
        Self::placed(Kind::Str, 0, units(text))
    }

    #[inline]
    pub(crate) fn list(items: Items<'a>) -> Self {
        Self::placed(Kind::List, items.len() as u32, items.units())
    }

    #[inline]
    pub(crate) fn attrs(set: &'a Attrs<'a>) -> Self {
        Self::placed(Kind::Attrs, 0, units(set))
    }

    #[inline]
    pub(crate) fn lambda(id: LambdaId, env: Env<'a>) -> Self {
        Self::placed(Kind::Lambda, id.0, env.units())
    }

    #[inline]
    pub(crate) fn thunk(code: CodeId, env: Env<'a>) -> Self {
        Self::placed(Kind::Thunk, code.0, env.units())
    }

    #[inline]
    pub(crate) fn alias(cell: Ref<'a>) -> Self {
        Self::placed(Kind::Alias, 0, units(cell))
    }

    #[inline]
    pub(crate) fn kind(self) -> Kind {
        // SAFETY: there is a kind for each of the sixteen numbers of four bits.
        unsafe { std::mem::transmute::<u8, Kind>((self.bits & KIND_MASK) as u8) }
    }

    /// Whether the value is computed.
    #[inline]
    pub(crate) fn is_forced(self) -> bool {
        self.bits & KIND_MASK < Kind::Thunk as u64
    }

    /// The Boolean that it is, if it is one.
    #[inline]
    pub(crate) fn as_bool(self) -> Option<bool> {
        (self.kind() == Kind::Bool).then_some(self.bits >> KIND_BITS != 0)
    }

    /// The integer that it is, if it is one of up to 60 bits.
    #[inline]
    pub(crate) fn as_int(self) -> Option<i64> {
        (self.kind() == Kind::Int).then_some(self.bits as i64 >> KIND_BITS)
    }

    /// An integer, if it has no more than 60 bits.
    #[inline]
    pub(crate) fn int(n: i64) -> Option<Self> {
        ((n << KIND_BITS) >> KIND_BITS == n).then_some(Self::small(Kind::Int, n as u64))
    }

    /// A lambda's or code's number, or a length.
    #[inline]
    fn high(self) -> u32 {
        self.bits as u32 >> KIND_BITS
    }

    #[inline]
    pub(super) fn distance(self) -> u32 {
        (self.bits >> 32) as u32
    }
}

impl Arena {
    /// The word of a value.
    #[inline]
    pub(crate) fn word<'a>(&'a self, value: Value<'a>) -> Word<'a> {
        match value {
            Value::Null => Word::NULL,
            Value::Bool(b) => Word::bool(b),
            Value::Int(n) => Word::int(n).unwrap_or_else(|| Word::placed(Kind::LargeInt, 0, units(self.alloc(n)))),
            Value::Float(n) => Word::placed(Kind::Float, 0, units(self.alloc(n))),
            Value::Str(text) => Word::str(text),
            Value::Path(text) => Word::placed(Kind::Path, 0, units(text)),
            Value::List(items) => Word::list(items),
            Value::Attrs(set) => Word::attrs(set),
            Value::Lambda(id, env) => Word::lambda(id, env),
            Value::Builtin(builtin) => {
                Word::small(Kind::Builtin, std::ptr::from_ref(builtin).expose_provenance() as u64)
            }
            Value::Partial(slots) => Word::placed(Kind::Partial, slots.len() as u32, slots.units()),
            Value::Thunk(code, env) => Word::thunk(code, env),
            Value::Apply(slots) => Word::placed(Kind::Apply, slots.len() as u32, slots.units()),
            Value::Alias(cell) => Word::alias(cell),
            Value::Blackhole => Word::BLACKHOLE,
            Value::Failed(number) => Word::failed(number),
        }
    }

    /// The value of a word.
    #[inline]
    pub(crate) fn value<'a>(&'a self, word: Word<'a>) -> Value<'a> {
        decode(self.base(), word)
    }

    /// The set that a word is; the caller has looked at its kind.
    #[inline]
    pub(crate) fn attrs_of<'a>(&'a self, word: Word<'a>) -> &'a Attrs<'a> {
        assert!(word.kind() == Kind::Attrs);
        // SAFETY: a word of this kind was made of a set in this arena.
        unsafe { place(self.base(), word.distance()).as_ref() }
    }

    /// The cell that a link leads to; the caller has looked at its kind.
    #[inline]
    pub(crate) fn linked<'a>(&'a self, word: Word<'a>) -> Ref<'a> {
        assert!(word.kind() == Kind::Alias);
        // SAFETY: a word of this kind was made of a slot in this arena.
        unsafe { place(self.base(), word.distance()).as_ref() }
    }

    /// The function and environment that a word is; the caller has looked at its kind.
    #[inline]
    pub(crate) fn lambda_of<'a>(&'a self, word: Word<'a>) -> (LambdaId, Env<'a>) {
        assert!(word.kind() == Kind::Lambda);
        // SAFETY: a word of this kind was made of an environment in this arena.
        (LambdaId(word.high()), unsafe { Env::new(place(self.base(), word.distance())) })
    }

    /// The code and environment of a thunk; the caller has looked at its kind.
    #[inline]
    pub(crate) fn thunk_of<'a>(&'a self, word: Word<'a>) -> (CodeId, Env<'a>) {
        assert!(word.kind() == Kind::Thunk);
        // SAFETY: a word of this kind was made of an environment in this arena.
        (CodeId(word.high()), unsafe { Env::new(place(self.base(), word.distance())) })
    }
}

#[inline]
fn place<T>(base: usize, units: u32) -> NonNull<T> {
    let place = std::ptr::with_exposed_provenance_mut(base + units as usize * UNIT);
    // SAFETY: no arena begins at address zero, since nothing is ever mapped there.
    unsafe { NonNull::new_unchecked(place) }
}

/// The value of a word of the arena at `base`.
#[inline]
pub(super) fn decode<'a>(base: usize, word: Word<'a>) -> Value<'a> {
    let (high, units) = (word.high(), word.distance());
    // SAFETY: the kind says what `Arena::word` took the distance or address of; words do not leave their arena.
    unsafe {
        match word.kind() {
            Kind::Null => Value::Null,
            Kind::Bool => Value::Bool(word.bits >> KIND_BITS != 0),
            Kind::Int => Value::Int(word.bits as i64 >> KIND_BITS),
            Kind::LargeInt => Value::Int(place::<i64>(base, units).read()),
            Kind::Float => Value::Float(place::<f64>(base, units).read()),
            Kind::Str => Value::Str(place(base, units).as_ref()),
            Kind::Path => Value::Path(place(base, units).as_ref()),
            Kind::List => Value::List(Items::new(place(base, units), high)),
            Kind::Attrs => Value::Attrs(place(base, units).as_ref()),
            Kind::Lambda => Value::Lambda(LambdaId(high), Env::new(place(base, units))),
            Kind::Builtin => Value::Builtin(builtin((word.bits >> KIND_BITS) as usize)),
            Kind::Partial => Value::Partial(Slots::new(place(base, units), high)),
            Kind::Thunk => Value::Thunk(CodeId(high), Env::new(place(base, units))),
            Kind::Apply => Value::Apply(Slots::new(place(base, units), high)),
            Kind::Alias => Value::Alias(place::<Slot<'a>>(base, units).as_ref()),
            Kind::Blackhole => word.failure().map_or(Value::Blackhole, Value::Failed),
        }
    }
}

/// # Safety
/// The address must be one that `Arena::word` took of a builtin.
#[inline]
unsafe fn builtin(address: usize) -> &'static Builtin {
    // SAFETY: the caller promises it; `Arena::word` exposed the provenance, and the builtin is static.
    unsafe { &*std::ptr::with_exposed_provenance(address) }
}
