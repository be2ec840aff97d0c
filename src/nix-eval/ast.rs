//! The compact syntax tree that is evaluated: names are resolved, constants are values, everything lies in the arena.

use crate::arena::Word;
use crate::attrs::Found;
use crate::source::Span;
use crate::strings::Str;
use crate::symbols::Symbol;

/// Index of an expression that a thunk can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CodeId(pub(crate) u32);

/// Index of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct LambdaId(pub(crate) u32);

/// An expression that a thunk can hold, with the name it is bound to, if any.
#[derive(Clone, Copy)]
pub(crate) struct Code<'a> {
    pub(crate) expr: &'a Expr<'a>,
    pub(crate) name: Option<Symbol>,
}

/// An expression in a place where it is not evaluated at once.
#[derive(Clone, Copy)]
pub(crate) struct Lazy<'a> {
    pub(crate) expr: &'a Expr<'a>,
    pub(crate) code: CodeId,
}

/// An expression.
#[derive(Clone, Copy)]
pub(crate) enum Expr<'a> {
    Const(Word<'a>, Span),
    /// A variable of the innermost frame.
    Local(u32, Span),
    Variable {
        depth: u16,
        slot: u32,
        span: Span,
    },
    Dynamic(&'a Dynamic<'a>),
    Select(&'a Select<'a>),
    HasAttr(&'a HasAttr<'a>),
    Call(&'a Call<'a>),
    Lambda(LambdaId, Span),
    Let(&'a Let<'a>),
    Attrs(&'a AttrsExpr<'a>),
    List(&'a List<'a>),
    If(&'a If<'a>),
    Assert(&'a Assert<'a>),
    With(&'a With<'a>),
    Not(&'a Unary<'a>),
    Negate(&'a Unary<'a>),
    Binary(&'a Binary<'a>),
    /// A string with `${…}`.
    Interpolate(&'a Interpolate<'a>),
    /// A path with `${…}`.
    PathInterpolate(&'a Interpolate<'a>),
    CurPos(Span),
}

/// A name bound only by some `with`: the depths of their frames, innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Dynamic<'a> {
    pub(crate) name: Symbol,
    pub(crate) depths: &'a [u16],
    pub(crate) span: Span,
}

/// One step of an attribute path.
#[derive(Clone, Copy)]
pub(crate) enum Step<'a> {
    Static(Symbol, Span),
    Computed(&'a Expr<'a>, Span),
}

/// `base.path` or `base.path or default`.
pub(crate) struct Select<'a> {
    pub(crate) base: &'a Expr<'a>,
    pub(crate) path: &'a [Step<'a>],
    pub(crate) default: Option<&'a Expr<'a>>,
    pub(crate) span: Span,
    /// Where the first name of the path was found.
    pub(crate) found: Found,
}

/// `base ? path`.
#[derive(Clone, Copy)]
pub(crate) struct HasAttr<'a> {
    pub(crate) base: &'a Expr<'a>,
    pub(crate) path: &'a [Step<'a>],
    pub(crate) span: Span,
}

/// `function arg1 arg2 …`.
#[derive(Clone, Copy)]
pub(crate) struct Call<'a> {
    pub(crate) function: &'a Expr<'a>,
    pub(crate) args: &'a [Lazy<'a>],
    pub(crate) span: Span,
}

/// A function.
#[derive(Clone, Copy)]
pub(crate) struct Lambda<'a> {
    pub(crate) name: Option<Symbol>,
    /// The name of the whole argument. Its slot is 0; formals follow it.
    pub(crate) whole: Option<Symbol>,
    pub(crate) formals: Option<&'a Formals<'a>>,
    pub(crate) body: &'a Expr<'a>,
    pub(crate) span: Span,
}

/// `{ a, b ? default, ... }`, sorted by symbol.
#[derive(Clone, Copy)]
pub(crate) struct Formals<'a> {
    pub(crate) all: &'a [Formal<'a>],
    pub(crate) extra: Extra,
}

/// Whether a function takes attributes that it does not name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extra {
    Accepted,
    Refused,
}

/// One named attribute of a function's argument.
#[derive(Clone, Copy)]
pub(crate) struct Formal<'a> {
    pub(crate) name: Symbol,
    pub(crate) position: u32,
    pub(crate) default: Option<Lazy<'a>>,
}

/// `let … in body`: a frame with a slot a binding, then one a source of `inherit (source)`.
#[derive(Clone, Copy)]
pub(crate) struct Let<'a> {
    pub(crate) bindings: &'a [Binding<'a>],
    pub(crate) sources: &'a [Lazy<'a>],
    pub(crate) body: &'a Expr<'a>,
    pub(crate) span: Span,
}

/// `{ … }` or `rec { … }`.
#[derive(Clone, Copy)]
pub(crate) struct AttrsExpr<'a> {
    pub(crate) recursion: Recursion,
    /// Sorted by symbol. In a recursive set the slot is the index.
    pub(crate) bindings: &'a [Binding<'a>],
    /// The bindings' names and positions, as the sets share them.
    pub(crate) names: &'a [Symbol],
    pub(crate) positions: &'a [u32],
    pub(crate) computed: &'a [ComputedBinding<'a>],
    pub(crate) sources: &'a [Lazy<'a>],
    pub(crate) span: Span,
}

/// Whether a set's attributes see each other.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Recursion {
    None,
    Rec,
    /// With an `__overrides` attribute.
    Overridden,
}

/// `name = value;`
#[derive(Clone, Copy)]
pub(crate) struct Binding<'a> {
    pub(crate) name: Symbol,
    pub(crate) position: u32,
    pub(crate) value: Lazy<'a>,
    pub(crate) scope: Scope,
}

/// Which environment a binding's value sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    /// The one around the set.
    Outer,
    /// The set's own frame.
    Inner,
}

/// `${name} = value;`
#[derive(Clone, Copy)]
pub(crate) struct ComputedBinding<'a> {
    pub(crate) name: &'a Expr<'a>,
    pub(crate) span: Span,
    pub(crate) value: Lazy<'a>,
}

#[derive(Clone, Copy)]
pub(crate) struct List<'a> {
    pub(crate) items: &'a [Lazy<'a>],
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct If<'a> {
    pub(crate) condition: &'a Expr<'a>,
    pub(crate) yes: &'a Expr<'a>,
    pub(crate) no: &'a Expr<'a>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Assert<'a> {
    pub(crate) condition: &'a Expr<'a>,
    pub(crate) body: &'a Expr<'a>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct With<'a> {
    pub(crate) namespace: Lazy<'a>,
    pub(crate) body: &'a Expr<'a>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Unary<'a> {
    pub(crate) operand: &'a Expr<'a>,
    pub(crate) span: Span,
}

#[derive(Clone, Copy)]
pub(crate) struct Binary<'a> {
    pub(crate) op: Op,
    pub(crate) left: &'a Expr<'a>,
    pub(crate) right: &'a Expr<'a>,
    pub(crate) span: Span,
}

/// A binary operator.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    Add,
    Sub,
    Mul,
    Div,
    And,
    Or,
    Implies,
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Concat,
    Update,
}

#[derive(Clone, Copy)]
pub(crate) struct Interpolate<'a> {
    pub(crate) parts: &'a [Part<'a>],
    pub(crate) span: Span,
}

/// A piece of a string.
#[derive(Clone, Copy)]
pub(crate) enum Part<'a> {
    Text(&'a Str<'a>),
    Expr(&'a Expr<'a>, Span),
}

impl Expr<'_> {
    /// Where the expression stands.
    pub(crate) fn span(&self) -> Span {
        match self {
            Expr::Const(_, span)
            | Expr::Local(_, span)
            | Expr::Variable { span, .. }
            | Expr::Lambda(_, span)
            | Expr::CurPos(span) => *span,
            Expr::Dynamic(e) => e.span,
            Expr::Select(e) => e.span,
            Expr::HasAttr(e) => e.span,
            Expr::Call(e) => e.span,
            Expr::Let(e) => e.span,
            Expr::Attrs(e) => e.span,
            Expr::List(e) => e.span,
            Expr::If(e) => e.span,
            Expr::Assert(e) => e.span,
            Expr::With(e) => e.span,
            Expr::Not(e) | Expr::Negate(e) => e.span,
            Expr::Binary(e) => e.span,
            Expr::Interpolate(e) | Expr::PathInterpolate(e) => e.span,
        }
    }
}
