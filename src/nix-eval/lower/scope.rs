//! Which frame and slot a name is in.

use rustc_hash::FxHashMap;

use super::Lowering;
use super::tree::Node;
use crate::ast::{Dynamic, Expr};
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::source::Span;
use crate::symbols::Symbol;

/// What the module system passes to a module that is a function.
const MODULE_ARGUMENTS: [&str; 4] = ["lib", "config", "pkgs", "options"];

/// The frames around the expression that is being lowered, innermost last.
pub(super) struct Scopes {
    frames: Vec<Frame>,
}

/// The names of one environment frame.
pub(super) enum Frame {
    One(Symbol),
    /// In the order of their slots.
    Few(Vec<Symbol>),
    Many(FxHashMap<Symbol, u32>),
    With,
}

/// Up to this many names are looked through one by one.
const FEW: usize = 12;

impl Frame {
    fn new(names: Vec<Symbol>) -> Self {
        if names.len() <= FEW {
            return Frame::Few(names);
        }
        Frame::Many(names.iter().enumerate().map(|(slot, name)| (*name, slot as u32)).collect())
    }

    fn slot(&self, name: Symbol) -> Option<u32> {
        match self {
            Frame::One(only) => (*only == name).then_some(0),
            Frame::Few(names) => names.iter().position(|other| *other == name).map(|slot| slot as u32),
            Frame::Many(names) => names.get(&name).copied(),
            Frame::With => None,
        }
    }

    fn names(&self) -> Vec<Symbol> {
        match self {
            Frame::One(only) => vec![*only],
            Frame::Few(names) => names.clone(),
            Frame::Many(names) => names.keys().copied().collect(),
            Frame::With => Vec::new(),
        }
    }
}

/// Where a name was found.
pub(super) enum Found {
    Slot {
        depth: u16,
        slot: u32,
    },
    /// In some `with`, whose frames are at these depths.
    With(Vec<u16>),
    Nowhere,
}

impl Scopes {
    pub(super) fn new(outer: &[Symbol]) -> Self {
        let frames = if outer.is_empty() { Vec::new() } else { vec![Frame::new(outer.to_vec())] };
        Self { frames }
    }

    pub(super) fn enter(&mut self, names: Vec<Symbol>) {
        self.frames.push(Frame::new(names));
    }

    pub(super) fn enter_one(&mut self, name: Symbol) {
        self.frames.push(Frame::One(name));
    }

    pub(super) fn enter_with(&mut self) {
        self.frames.push(Frame::With);
    }

    pub(super) fn leave(&mut self) {
        self.frames.pop();
    }

    /// Takes the innermost frame away for a while.
    pub(super) fn hide(&mut self) -> Option<Frame> {
        self.frames.pop()
    }

    /// Puts a hidden frame back.
    pub(super) fn show(&mut self, frame: Option<Frame>) {
        self.frames.extend(frame);
    }

    pub(super) fn find(&self, name: Symbol) -> Found {
        let mut withs = Vec::new();
        for (depth, frame) in self.frames.iter().rev().enumerate() {
            if let Some(slot) = frame.slot(name) {
                return Found::Slot { depth: depth as u16, slot };
            }
            if matches!(frame, Frame::With) {
                withs.push(depth as u16);
            }
        }
        if withs.is_empty() { Found::Nowhere } else { Found::With(withs) }
    }

    /// Whether a frame, not only some `with`, binds a name.
    pub(super) fn binds(&self, name: Symbol) -> bool {
        self.frames.iter().any(|frame| frame.slot(name).is_some())
    }

    pub(super) fn depth(&self) -> usize {
        self.frames.len()
    }

    fn names(&self) -> impl Iterator<Item = Symbol> + '_ {
        self.frames.iter().flat_map(Frame::names)
    }
}

impl<'a> Lowering<'_, '_, 'a> {
    pub(super) fn variable(&mut self, ident: Node<'_>) -> Res<Expr<'a>> {
        let name = ident.symbol();
        self.resolve(name, ident.span())
    }

    /// The expression that a name stands for.
    pub(super) fn resolve(&mut self, name: Symbol, span: Span) -> Res<Expr<'a>> {
        if self.scopes.depth() >= usize::from(u16::MAX) {
            return Err(Fault::new(ErrorKind::Parse, "expression is nested too deeply").at(span));
        }
        match self.scopes.find(name) {
            Found::Slot { depth: 0, slot } => Ok(Expr::Local(slot, span)),
            Found::Slot { depth, slot } => Ok(Expr::Variable { depth, slot, span }),
            found => {
                if let Some(value) = self.tables.globals.get(&name) {
                    return Ok(self.constant(*value, span));
                }
                let Found::With(depths) = found else { return Err(self.undefined(name, span)) };
                let depths = self.tables.arena.slice(&depths);
                Ok(Expr::Dynamic(self.tables.arena.alloc(Dynamic { name, depths, span })))
            }
        }
    }

    #[cold]
    fn undefined(&self, name: Symbol, span: Span) -> Box<Fault> {
        let symbols = &self.tables.symbols;
        let text = symbols.text(name).into_owned();
        let visible = self.scopes.names().chain(self.tables.globals.keys().copied());
        let nearest = crate::nearest::nearest(&text, visible.map(|symbol| symbols.text(symbol)));
        let help = match &nearest {
            _ if MODULE_ARGUMENTS.contains(&text.as_str()) => {
                format!("a module gets it as an argument: begin the file with `{{ {text}, ... }}:`")
            }
            Some(nearest) => format!("Did you mean {nearest}?"),
            None => "nothing around it binds this name, and it is no builtin".to_owned(),
        };
        let message = format!("undefined variable '{text}'");
        Fault::new(ErrorKind::UndefinedVariable { name: text, nearest }, message).at(span).help(Some(help))
    }

    /// Whether looking the expression up again costs next to nothing, so that it needs no slot of its own.
    pub(super) fn is_cheap(expr: &Expr<'_>) -> bool {
        match expr {
            Expr::Const(..) | Expr::Local(..) | Expr::Variable { .. } => true,
            Expr::Select(select) => {
                select.default.is_none()
                    && Self::is_cheap(select.base)
                    && select.path.iter().all(|step| matches!(step, crate::ast::Step::Static(..)))
            }
            _ => false,
        }
    }
}
