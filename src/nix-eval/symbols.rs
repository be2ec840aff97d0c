//! Interned attribute and variable names.

use std::cmp::Ordering;

use rustc_hash::FxHashMap;

use crate::arena::Arena;
use crate::strings::Str;

/// An interned name; equal names have equal symbols.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Symbol(pub(crate) u32);

macro_rules! known {
    ($($constant:ident = $text:literal),* $(,)?) => {
        known!(@number 0u32; $($constant = $text),*);
        const KNOWN: &[&str] = &[$($text),*];
    };
    (@number $n:expr; $constant:ident = $text:literal $(, $rest:ident = $rtext:literal)*) => {
        pub(crate) const $constant: Symbol = Symbol($n);
        known!(@number $n + 1; $($rest = $rtext),*);
    };
    (@number $n:expr;) => {};
}

known! {
    TYPE = "type", OUT_PATH = "outPath", DRV_PATH = "drvPath", FUNCTOR = "__functor", TO_STRING = "__toString",
    OVERRIDES = "__overrides", NAME = "name", VALUE = "value", SUCCESS = "success", FILE = "file", LINE = "line",
    COLUMN = "column", RIGHT = "right", WRONG = "wrong", START_SET = "startSet", OPERATOR = "operator", KEY = "key",
    VERSION = "version", PATH = "path", PREFIX = "prefix", BODY = "body",
    ALL_OUTPUTS = "allOutputs", OUTPUTS = "outputs", HASH = "hash", HASH_ALGO = "hashAlgo",
    TO_HASH_FORMAT = "toHashFormat", NIX_PATH = "__nixPath", FIND_FILE = "__findFile",
    SUB = "__sub", MUL = "__mul", DIV = "__div", LESS_THAN = "__lessThan",
    ALL = "all", DRV_ATTRS = "drvAttrs", OUTPUT_NAME = "outputName", IGNORE_NULLS = "__ignoreNulls",
    STRUCTURED_ATTRS = "__structuredAttrs",
}

/// The table of all names of one evaluation.
pub(crate) struct Symbols<'a> {
    by_name: FxHashMap<&'a [u8], Symbol>,
    names: Vec<&'a Str<'a>>,
    prefixes: Vec<u64>,
}

impl<'a> Symbols<'a> {
    pub(crate) fn new(arena: &'a Arena) -> Self {
        let mut symbols = Self { by_name: FxHashMap::default(), names: Vec::new(), prefixes: Vec::new() };
        for name in KNOWN {
            symbols.intern(arena, name.as_bytes());
        }
        symbols
    }

    pub(crate) fn intern(&mut self, arena: &'a Arena, name: &[u8]) -> Symbol {
        if let Some(symbol) = self.by_name.get(name) {
            return *symbol;
        }
        let symbol = Symbol(self.names.len() as u32);
        let bytes = arena.slice(name);
        self.names.push(arena.alloc(Str { bytes, context: None }));
        self.prefixes.push(prefix(bytes));
        self.by_name.insert(bytes, symbol);
        symbol
    }

    /// The symbol of a name that has been interned before; a name nobody interned is in no set.
    pub(crate) fn known(&self, name: &[u8]) -> Option<Symbol> {
        self.by_name.get(name).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }

    pub(crate) fn string(&self, symbol: Symbol) -> &'a Str<'a> {
        self.names[symbol.0 as usize]
    }

    pub(crate) fn bytes(&self, symbol: Symbol) -> &'a [u8] {
        self.names[symbol.0 as usize].bytes
    }

    pub(crate) fn text(&self, symbol: Symbol) -> std::borrow::Cow<'a, str> {
        String::from_utf8_lossy(self.bytes(symbol))
    }

    /// Orders two symbols by the bytes of their names.
    pub(crate) fn compare(&self, a: Symbol, b: Symbol) -> Ordering {
        let (x, y) = (self.prefixes[a.0 as usize], self.prefixes[b.0 as usize]);
        x.cmp(&y).then_with(|| if a == b { Ordering::Equal } else { self.bytes(a).cmp(self.bytes(b)) })
    }
}

/// The first eight bytes, so that most comparisons need no look at the name.
fn prefix(name: &[u8]) -> u64 {
    let mut first = [0; 8];
    let len = name.len().min(8);
    first[..len].copy_from_slice(&name[..len]);
    u64::from_be_bytes(first)
}
