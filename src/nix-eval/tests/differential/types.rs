//! The types that the generator tells apart.

use super::random::Random;

/// The names that attributes have; few, so that sets overlap.
pub const FIELDS: [&str; 6] = ["a", "b", "c", "key", "x-y", "with space"];

/// A type of expressions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Type {
    Int,
    Float,
    Bool,
    Text,
    Null,
    List(Box<Type>),
    /// With these fields and perhaps others.
    Set(Vec<(&'static str, Type)>),
    Function(Box<Type>, Box<Type>),
}

impl Type {
    pub fn random(random: &mut Random, depth: usize) -> Self {
        match random.below(if depth == 0 { 8 } else { 14 }) {
            0..=2 => Type::Int,
            3 => Type::Float,
            4 => Type::Bool,
            5 | 6 => Type::Text,
            7 => Type::Null,
            8..=10 => Type::list(Type::random(random, depth - 1)),
            11 | 12 => {
                let len = random.below(4);
                Type::Set(FIELDS[..len].iter().map(|name| (*name, Type::random(random, depth - 1))).collect())
            }
            _ => Type::function(Type::random(random, depth - 1), Type::random(random, depth - 1)),
        }
    }

    #[must_use]
    pub fn list(of: Type) -> Self {
        Type::List(Box::new(of))
    }

    #[must_use]
    pub fn function(from: Type, to: Type) -> Self {
        Type::Function(Box::new(from), Box::new(to))
    }

    /// Whether values of the type can be written as JSON and read again.
    #[must_use]
    pub fn is_data(&self) -> bool {
        match self {
            Type::Function(..) => false,
            Type::List(of) => of.is_data(),
            Type::Set(fields) => fields.iter().all(|(_, of)| of.is_data()),
            _ => true,
        }
    }

    /// Something of the type that needs nothing else.
    #[must_use]
    pub fn simplest(&self) -> String {
        match self {
            Type::Int => "1".to_owned(),
            Type::Float => "1.5".to_owned(),
            Type::Bool => "true".to_owned(),
            Type::Text => "\"t\"".to_owned(),
            Type::Null => "null".to_owned(),
            Type::List(_) => "[ ]".to_owned(),
            Type::Set(fields) => {
                let fields: String =
                    fields.iter().map(|(name, of)| format!("\"{name}\" = {}; ", of.simplest())).collect();
                format!("{{ {fields}}}")
            }
            Type::Function(_, to) => format!("(_: {})", to.simplest()),
        }
    }
}
