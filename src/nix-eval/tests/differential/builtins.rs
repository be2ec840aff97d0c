//! Expressions of one type: literals, operators and builtins.

use super::generator::Generator;
use super::tree;
use super::tree::{Piece, Tree};
use super::types::{FIELDS, Type};

/// An expression with the types of its holes, each written `#`.
type Template = (&'static str, &'static [Hole]);

/// The type of a hole.
#[derive(Clone, Copy)]
enum Hole {
    Int,
    Float,
    Bool,
    Text,
    Texts,
    Ints,
    /// Anything that can be shown.
    Data,
    AnyList,
    AnySet,
    IntToBool,
    Pair,
}

use Hole::{AnyList, AnySet, Bool, Data, Float, Int, IntToBool, Ints, Pair, Text, Texts};

const INTS: &[Template] = &[
    ("0", &[]),
    ("7", &[]),
    ("(-3)", &[]),
    ("9223372036854775807", &[]),
    ("(# + #)", &[Int, Int]),
    ("(# - #)", &[Int, Int]),
    ("(# * #)", &[Int, Int]),
    ("(# / #)", &[Int, Int]),
    ("(-#)", &[Int]),
    ("(builtins.length #)", &[AnyList]),
    ("(builtins.stringLength #)", &[Text]),
    ("(builtins.bitAnd # #)", &[Int, Int]),
    ("(builtins.bitOr # #)", &[Int, Int]),
    ("(builtins.bitXor # #)", &[Int, Int]),
    ("(builtins.ceil #)", &[Float]),
    ("(builtins.floor #)", &[Float]),
    ("(builtins.compareVersions # #)", &[Text, Text]),
    ("(builtins.add # #)", &[Int, Int]),
    ("(builtins.sub # #)", &[Int, Int]),
    ("(builtins.foldl' builtins.mul 1 #)", &[Ints]),
    ("(builtins.length (builtins.attrNames #))", &[AnySet]),
];

const FLOATS: &[Template] = &[
    ("0.0", &[]),
    ("2.5", &[]),
    ("(-1.0e-3)", &[]),
    ("1.0e10", &[]),
    ("(# + #)", &[Float, Float]),
    ("(# - #)", &[Int, Float]),
    ("(# * #)", &[Float, Int]),
    ("(# / #)", &[Float, Float]),
    ("(builtins.mul # #)", &[Float, Float]),
    ("(-#)", &[Float]),
];

const BOOLS: &[Template] = &[
    ("true", &[]),
    ("false", &[]),
    ("(# && #)", &[Bool, Bool]),
    ("(# || #)", &[Bool, Bool]),
    ("(# -> #)", &[Bool, Bool]),
    ("(!#)", &[Bool]),
    ("(# == #)", &[Data, Data]),
    ("(# != #)", &[Int, Float]),
    ("(# == #)", &[AnySet, AnySet]),
    ("(# == #)", &[AnyList, AnyList]),
    ("(# < #)", &[Int, Int]),
    ("(# <= #)", &[Float, Int]),
    ("(# > #)", &[Text, Text]),
    ("(# >= #)", &[Ints, Ints]),
    ("(# < #)", &[Data, Data]),
    ("(# ? a)", &[AnySet]),
    ("(# ? b.c)", &[AnySet]),
    ("(# ? ${#})", &[AnySet, Text]),
    ("(builtins.hasAttr # #)", &[Text, AnySet]),
    ("(builtins.elem # #)", &[Int, Ints]),
    ("(builtins.any # #)", &[IntToBool, Ints]),
    ("(builtins.all # #)", &[IntToBool, Ints]),
    ("(builtins.isInt #)", &[Data]),
    ("(builtins.isString #)", &[Data]),
    ("(builtins.isAttrs #)", &[Data]),
    ("(builtins.lessThan # #)", &[Texts, Texts]),
    ("(builtins.tryEval #).success", &[Data]),
    ("(builtins.match \"(a|b)*.?\" # == null)", &[Text]),
];

const TEXTS: &[Template] = &[
    ("\"\"", &[]),
    ("\"a\"", &[]),
    ("\"1.2-b\"", &[]),
    ("\"q\\\"\\\\\\n$ä\\t\\${x}\"", &[]),
    ("\"<#>\"", &[]),
    ("\"a${#}b${#}\"", &[Text, Text]),
    ("''\n  x ${#}\n    y''${z}\n''", &[Text]),
    ("(# + #)", &[Text, Text]),
    ("(toString #)", &[Data]),
    ("\"${toString #}\"", &[Int]),
    ("(builtins.substring # # #)", &[Int, Int, Text]),
    ("(builtins.replaceStrings [ \"a\" # ] [ # \"b\" ] #)", &[Text, Text, Text]),
    ("(builtins.concatStringsSep # #)", &[Text, Texts]),
    ("(builtins.typeOf #)", &[Data]),
    ("(builtins.toJSON #)", &[Data]),
    ("(builtins.toXML #)", &[Data]),
    ("(builtins.hashString \"sha1\" #)", &[Text]),
    ("(baseNameOf #)", &[Text]),
    ("(dirOf #)", &[Text]),
    ("(builtins.parseDrvName #).version", &[Text]),
    ("(builtins.unsafeDiscardStringContext #)", &[Text]),
    ("{ outPath = #; }.outPath", &[Text]),
    ("\"${{ __toString = self: #; }}\"", &[Text]),
    ("(builtins.concatStringsSep \",\" (builtins.attrNames #))", &[AnySet]),
];

/// Lists of text and of integers have builtins of their own.
const TEXT_LISTS: &[Template] = &[
    ("(builtins.attrNames #)", &[AnySet]),
    ("(builtins.splitVersion #)", &[Text]),
    ("(builtins.filter builtins.isString (builtins.split \"[.-]\" #))", &[Text]),
    ("(builtins.sort builtins.lessThan #)", &[Texts]),
    ("(map (v: v + #) #)", &[Text, Texts]),
    ("(builtins.catAttrs \"a\" [ { a = #; } { } { a = #; } ])", &[Text, Text]),
];

const INT_LISTS: &[Template] = &[
    ("[ 3 1 2 ]", &[]),
    ("(builtins.genList (v: v * #) 4)", &[Int]),
    ("(builtins.sort (v: w: v > w) #)", &[Ints]),
    ("(builtins.filter # #)", &[IntToBool, Ints]),
    ("(map (v: v - #) #)", &[Int, Ints]),
    ("(builtins.partition # #).wrong", &[IntToBool, Ints]),
    ("(builtins.concatMap (v: [ v # ]) #)", &[Int, Ints]),
    (
        "(map (v: v.key) (builtins.genericClosure { startSet = [ { key = #; } ]; operator = v: if v.key > 3 || v.key < 0 then [ ] else [ { key = v.key + 1; } ]; }))",
        &[Int],
    ),
    ("(builtins.attrValues { a = #; c = #; b = 2; })", &[Int, Int]),
];

impl Hole {
    fn of(self, generator: &mut Generator) -> Type {
        match self {
            Int => Type::Int,
            Float => Type::Float,
            Bool => Type::Bool,
            Text => Type::Text,
            Texts => Type::list(Type::Text),
            Ints => Type::list(Type::Int),
            IntToBool => Type::function(Type::Int, Type::Bool),
            Pair => Type::Set(vec![("a", Type::Text), ("b", Type::Int)]),
            Data => loop {
                let of = Type::random(&mut generator.random, 2);
                if of.is_data() {
                    break of;
                }
            },
            AnyList => Type::list(Type::random(&mut generator.random, 1)),
            AnySet => {
                let len = generator.random.below(3);
                let field = |name| (name, Type::random(&mut generator.random, 1));
                Type::Set(FIELDS[..len].iter().copied().map(field).collect())
            }
        }
    }
}

impl Generator {
    /// An expression that only this type has.
    pub(super) fn of_type(&mut self, of: &Type, depth: usize) -> Tree {
        match of {
            Type::Int => self.of_templates(of, INTS, depth),
            Type::Float => self.of_templates(of, FLOATS, depth),
            Type::Bool => self.of_templates(of, BOOLS, depth),
            Type::Text => self.of_templates(of, TEXTS, depth),
            Type::Null => tree!(Type::Null; "null"),
            Type::List(item) => match **item {
                Type::Text if self.random.chance(50) => self.of_templates(of, TEXT_LISTS, depth),
                Type::Int if self.random.chance(50) => self.of_templates(of, INT_LISTS, depth),
                _ => self.list(of, item, depth),
            },
            Type::Set(fields) => self.set(of, fields, depth),
            Type::Function(from, to) => self.lambda(from, to, depth),
        }
    }

    fn of_templates(&mut self, of: &Type, templates: &[Template], depth: usize) -> Tree {
        let (text, holes) = *self.random.pick(templates);
        let mut texts = text.split('#');
        let mut pieces: Vec<Piece> = texts.next().map(Piece::from).into_iter().collect();
        for (hole, text) in holes.iter().zip(texts) {
            let of = hole.of(self);
            pieces.push(self.expr(&of, depth).into());
            pieces.push(text.into());
        }
        Tree { of: of.clone(), pieces }
    }

    fn list(&mut self, of: &Type, item: &Type, depth: usize) -> Tree {
        match self.random.below(6) {
            0 => tree!(of.clone(); "(", self.expr(of, depth), " ++ ", self.expr(of, depth), ")"),
            1 => {
                let from = Type::random(&mut self.random, 1);
                let function = self.expr(&Type::function(from.clone(), item.clone()), depth);
                tree!(of.clone(); "(map ", function, " ", self.expr(&Type::list(from), depth), ")")
            }
            2 => tree!(of.clone(); "(builtins.tail ", self.expr(of, depth), ")"),
            3 => tree!(of.clone(); "(builtins.concatLists [ ", self.expr(of, depth), " ", self.expr(of, depth), " ])"),
            _ => {
                let mut pieces: Vec<Piece> = vec!["[ ".into()];
                for _ in 0..self.random.below(4) {
                    pieces.extend([self.expr(item, depth).into(), " ".into()]);
                }
                pieces.push("]".into());
                Tree { of: of.clone(), pieces }
            }
        }
    }

    fn set(&mut self, of: &Type, fields: &[(&'static str, Type)], depth: usize) -> Tree {
        match self.random.below(8) {
            0 => {
                let extra = AnySet.of(self);
                tree!(of.clone(); "(", self.expr(&extra, depth), " // ", self.expr(of, depth), ")")
            }
            1 => tree!(of.clone(); "(removeAttrs ", self.expr(of, depth), " [ ", self.expr(&Type::Text, depth), " ])"),
            2 => {
                let keys: String = fields.iter().map(|(name, _)| format!("\"{name}\" = 1; ")).collect();
                tree!(of.clone(); format!("(builtins.intersectAttrs {{ {keys}}} "), self.expr(of, depth), ")")
            }
            3 => {
                let pair = Pair.of(self);
                tree!(of.clone(); "(builtins.listToAttrs (map (v: { name = v.a; value = v.b; }) [ ",
                    self.expr(&pair, depth), " ]) // ", self.expr(of, depth), ")")
            }
            4 => tree!(of.clone(); "(builtins.mapAttrs (v: w: w) ", self.expr(of, depth), ")"),
            _ => self.set_literal(of, fields, depth),
        }
    }

    fn set_literal(&mut self, of: &Type, fields: &[(&'static str, Type)], depth: usize) -> Tree {
        let is_recursive = self.random.chance(30);
        let mut pieces: Vec<Piece> = vec![if is_recursive { "(rec { " } else { "{ " }.into()];
        for (name, of) in fields {
            let name = match self.random.below(4) {
                0 => format!("${{\"{name}\"}}"),
                1 if !name.contains(' ') => (*name).to_owned(),
                2 => format!("${{\"{name}\" + \"\"}}"),
                _ => format!("\"{name}\""),
            };
            pieces.extend([format!("{name} = ").into(), self.expr(of, depth).into(), "; ".into()]);
        }
        if self.random.chance(20) {
            pieces.extend(["n.m = ".into(), self.expr(&Type::Int, depth).into(), "; n.k = 1; ".into()]);
        }
        if self.random.chance(10) {
            pieces.extend([
                "inherit (".into(),
                self.expr(&Type::Set(vec![("z", Type::Int)]), 0).into(),
                ") z; ".into(),
            ]);
        }
        pieces.push(if is_recursive { "})" } else { "}" }.into());
        Tree { of: of.clone(), pieces }
    }
}
