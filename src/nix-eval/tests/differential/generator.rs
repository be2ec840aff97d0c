//! Makes programs that mostly make sense: expressions of wanted types over names in scope.

use super::random::Random;
use super::tree;
use super::tree::{Piece, Tree};
use super::types::{FIELDS, Type};

/// Names of variables; few, so that they hide each other.
const NAMES: [&str; 7] = ["v", "w", "f", "a", "b", "or'", "x-1"];

/// How deep expressions go.
const DEPTH: usize = 5;

/// A name that is bound around the current expression.
struct Binding {
    name: &'static str,
    of: Type,
    /// By `with`: any other binding hides it.
    is_weak: bool,
}

/// The state of one program.
pub struct Generator {
    pub(super) random: Random,
    scope: Vec<Binding>,
}

impl Generator {
    #[must_use]
    pub fn new(random: Random) -> Self {
        Self { random, scope: Vec::new() }
    }

    #[must_use]
    pub fn program(&mut self) -> Tree {
        let of = Type::random(&mut self.random, 2);
        self.expr(&of, DEPTH)
    }

    /// An expression that can stand anywhere.
    pub(super) fn expr(&mut self, of: &Type, depth: usize) -> Tree {
        if self.random.chance(2) {
            let other = Type::random(&mut self.random, 1);
            let wrong = self.of_type(&other, depth.min(1));
            return Tree { of: of.clone(), pieces: wrong.pieces };
        }
        if self.random.chance(1) {
            return tree!(of.clone(); *self.random.pick(&["(throw \"t\")", "(abort \"a\")", "(assert false; 1)"]));
        }
        if self.random.chance(30)
            && let Some(name) = self.variable(of)
        {
            return tree!(of.clone(); name);
        }
        if depth == 0 {
            return Tree::simplest(of);
        }
        if self.random.chance(45) { self.of_any_type(of, depth - 1) } else { self.of_type(of, depth - 1) }
    }

    /// A variable of the type that is not hidden.
    fn variable(&mut self, of: &Type) -> Option<&'static str> {
        let visible: Vec<&'static str> = NAMES
            .iter()
            .filter(|name| {
                let mut bindings = self.scope.iter().rev().filter(|binding| binding.name == **name);
                let strong = bindings.clone().find(|binding| !binding.is_weak);
                strong.or_else(|| bindings.next()).is_some_and(|binding| binding.of == *of)
            })
            .copied()
            .collect();
        if visible.is_empty() { None } else { Some(*self.random.pick(&visible)) }
    }

    fn bound<T>(&mut self, bindings: Vec<(&'static str, Type)>, is_weak: bool, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = self.scope.len();
        self.scope.extend(bindings.into_iter().map(|(name, of)| Binding { name, of, is_weak }));
        let result = work(self);
        self.scope.truncate(before);
        result
    }

    fn names(&mut self, count: usize) -> Vec<&'static str> {
        let start = self.random.below(NAMES.len());
        (0..count).map(|index| NAMES[(start + index) % NAMES.len()]).collect()
    }

    /// Expressions that exist for every type.
    fn of_any_type(&mut self, of: &Type, depth: usize) -> Tree {
        match self.random.below(20) {
            0..=2 => self.let_in(of, depth),
            3 => {
                let (condition, yes, no) = (self.expr(&Type::Bool, depth), self.expr(of, depth), self.expr(of, depth));
                tree!(of.clone(); "(if ", condition, " then ", yes, " else ", no, ")")
            }
            4 => {
                let (condition, body) = (self.expr(&Type::Bool, depth), self.expr(of, depth));
                tree!(of.clone(); "(assert true || ", condition, "; ", body, ")")
            }
            5 => self.with(of, depth),
            6 | 7 => self.call(of, depth),
            8 => self.call_with_formals(of, depth),
            9 => self.functor(of, depth),
            10..=12 => self.selection(of, depth),
            13 => {
                let (first, rest) = (self.expr(of, depth), self.expr(&Type::list(of.clone()), depth));
                tree!(of.clone(); "(builtins.head ([ ", first, " ] ++ ", rest, "))")
            }
            14 => {
                let (tried, default) = (self.expr(of, depth), self.expr(of, depth));
                tree!(of.clone(); "(let t = builtins.tryEval ", tried, "; in if t.success then t.value else ", default, ")")
            }
            15 => {
                let other = Type::random(&mut self.random, 1);
                let (first, then) = (self.expr(&other, depth), self.expr(of, depth));
                let how = *self.random.pick(&["seq", "deepSeq", "trace"]);
                tree!(of.clone(); format!("(builtins.{how} "), first, " ", then, ")")
            }
            16 => self.fold(of, depth),
            17 if of.is_data() => {
                let inner = self.expr(of, depth);
                tree!(of.clone(); "(builtins.fromJSON (builtins.toJSON ", inner, "))")
            }
            18 => {
                let item = self.expr(of, depth);
                let index = self.random.below(3);
                tree!(of.clone(); "(builtins.elemAt (builtins.genList (i: ", item, format!(") 3) {index})"))
            }
            _ => {
                let inner = self.expr(of, depth);
                tree!(of.clone(); "((x: x) ", inner, ")")
            }
        }
    }

    /// Bindings see each other; the value of one may need itself, which is an error of both evaluators.
    fn let_in(&mut self, of: &Type, depth: usize) -> Tree {
        let count = 1 + self.random.below(3);
        let names = self.names(count);
        let bindings: Vec<_> = names.into_iter().map(|name| (name, Type::random(&mut self.random, 1))).collect();
        let is_inherited = self.random.chance(20);
        let from = is_inherited.then(|| self.expr(&Type::Set(vec![("a", bindings[0].1.clone())]), depth));
        self.bound(bindings.clone(), false, |this| {
            let mut pieces: Vec<Piece> = vec!["(let ".into()];
            let mut bindings = bindings.into_iter();
            if let Some(from) = from
                && let Some((name, _)) = bindings.next()
            {
                pieces.extend(["inherit (".into(), from.into(), ") a; ".into()]);
                pieces.extend(if name == "a" { None } else { Some(format!("{name} = a; ").into()) });
                bindings = bindings.filter(|(name, _)| *name != "a").collect::<Vec<_>>().into_iter();
            }
            for (name, of) in bindings {
                let depth = if this.random.chance(30) { 0 } else { depth };
                pieces.extend([format!("{name} = ").into(), this.expr(&of, depth).into(), "; ".into()]);
            }
            pieces.extend(["in ".into(), this.expr(of, depth).into(), ")".into()]);
            Tree { of: of.clone(), pieces }
        })
    }

    fn with(&mut self, of: &Type, depth: usize) -> Tree {
        let fields = vec![("a", Type::random(&mut self.random, 1)), ("b", of.clone())];
        let set = self.expr(&Type::Set(fields.clone()), depth);
        self.bound(fields, true, |this| tree!(of.clone(); "(with ", set, "; ", this.expr(of, depth), ")"))
    }

    fn call(&mut self, of: &Type, depth: usize) -> Tree {
        let from = Type::random(&mut self.random, 1);
        let function = self.expr(&Type::function(from.clone(), of.clone()), depth);
        let arg = self.expr(&from, depth);
        tree!(of.clone(); "(", function, " ", arg, ")")
    }

    fn call_with_formals(&mut self, of: &Type, depth: usize) -> Tree {
        let (a, b) = (Type::random(&mut self.random, 1), Type::random(&mut self.random, 1));
        let default = self.bound(vec![("a", a.clone())], false, |this| this.expr(&b, depth));
        let extra = *self.random.pick(&["", ", ..."]);
        let (before, after) = *self.random.pick(&[("", ""), ("w@", ""), ("", "@w")]);
        let mut names = vec![("a", a.clone()), ("b", b.clone())];
        if !(before.is_empty() && after.is_empty()) {
            names.push(("w", Type::Set(vec![("a", a.clone())])));
        }
        let body = self.bound(names, false, |this| this.expr(of, depth));
        let arg = self.expr(&a, depth);
        let more = match self.random.below(4) {
            0 => tree!(b.clone(); " b = ", self.expr(&b, depth), ";"),
            1 => tree!(b; " c = 1;"),
            _ => tree!(b; ""),
        };
        tree!(of.clone();
            format!("(({before}{{ a, b ? "), default, format!("{extra} }}{after}: "), body, ") { a = ", arg, ";", more, " })")
    }

    fn functor(&mut self, of: &Type, depth: usize) -> Tree {
        let from = Type::random(&mut self.random, 1);
        let body = self.bound(vec![("v", from.clone())], false, |this| this.expr(of, depth));
        let arg = self.expr(&from, depth);
        tree!(of.clone(); "({ __functor = self: v: ", body, "; } ", arg, ")")
    }

    fn selection(&mut self, of: &Type, depth: usize) -> Tree {
        let field = *self.random.pick(&FIELDS);
        let set = self.expr(&Type::Set(vec![(field, of.clone())]), depth);
        match self.random.below(5) {
            0 => tree!(of.clone(); "(builtins.getAttr ", format!("\"{field}\" "), set, ")"),
            1 => {
                let default = self.expr(of, depth);
                let other = *self.random.pick(&FIELDS);
                tree!(of.clone(); "(", set, format!(".\"{other}\" or "), default, ")")
            }
            2 => tree!(of.clone(); "(", set, format!(").${{\"{field}\" + \"\"}}")),
            3 => tree!(of.clone(); "(rec { v = ", set, format!("; w = v.\"{field}\"; }}).w")),
            _ => tree!(of.clone(); "(", set, format!(").\"{field}\"")),
        }
    }

    fn fold(&mut self, of: &Type, depth: usize) -> Tree {
        let item = Type::random(&mut self.random, 1);
        let (start, list) = (self.expr(of, depth), self.expr(&Type::list(item.clone()), depth));
        let body = self.bound(vec![("v", of.clone()), ("w", item)], false, |this| this.expr(of, depth));
        tree!(of.clone(); "(builtins.foldl' (v: w: ", body, ") ", start, " ", list, ")")
    }

    /// A function literal.
    pub(super) fn lambda(&mut self, from: &Type, to: &Type, depth: usize) -> Tree {
        let of = Type::function(from.clone(), to.clone());
        if let Type::Set(fields) = from
            && self.random.chance(50)
            && fields.iter().all(|(name, _)| !name.contains(' '))
        {
            let names: Vec<&str> = fields.iter().map(|(name, _)| *name).collect();
            let comma = if names.is_empty() { "" } else { ", " };
            let pattern = format!("({{ {}{comma}... }}: ", names.join(", "));
            let body = self.bound(fields.clone(), false, |this| this.expr(to, depth));
            return tree!(of; pattern, body, ")");
        }
        let name = self.names(1)[0];
        let body = self.bound(vec![(name, from.clone())], false, |this| this.expr(to, depth));
        tree!(of; format!("({name}: "), body, ")")
    }
}
