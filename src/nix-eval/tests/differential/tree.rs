//! A generated expression: text with expressions in it.

use std::fmt;

use super::types::Type;

/// An expression of a type.
#[derive(Clone)]
pub struct Tree {
    pub of: Type,
    pub pieces: Vec<Piece>,
}

#[derive(Clone)]
pub enum Piece {
    Text(String),
    Inner(Tree),
}

impl From<&str> for Piece {
    fn from(text: &str) -> Self {
        Piece::Text(text.to_owned())
    }
}

impl From<String> for Piece {
    fn from(text: String) -> Self {
        Piece::Text(text)
    }
}

impl From<Tree> for Piece {
    fn from(tree: Tree) -> Self {
        Piece::Inner(tree)
    }
}

/// Makes a tree of a type from texts and trees.
#[macro_export]
macro_rules! tree {
    ($of:expr; $($piece:expr),* $(,)?) => {
        $crate::tree::Tree { of: $of, pieces: vec![$($crate::tree::Piece::from($piece)),*] }
    };
}

impl fmt::Display for Tree {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pieces.iter().try_for_each(|piece| match piece {
            Piece::Text(text) => f.write_str(text),
            Piece::Inner(tree) => tree.fmt(f),
        })
    }
}

impl Tree {
    #[must_use]
    pub fn simplest(of: &Type) -> Self {
        tree!(of.clone(); of.simplest())
    }

    /// Looks for a smaller tree of which `holds` is true, within some steps.
    #[must_use]
    pub fn shrunk(&self, mut steps: usize, holds: impl Fn(&Tree) -> bool) -> Tree {
        let mut smallest = self.clone();
        'again: loop {
            let size = smallest.to_string().len();
            for candidate in smallest.smaller() {
                if candidate.to_string().len() >= size {
                    continue;
                }
                if steps == 0 {
                    return smallest;
                }
                steps -= 1;
                if holds(&candidate) {
                    smallest = candidate;
                    continue 'again;
                }
            }
            return smallest;
        }
    }

    /// The tree with one of its parts, or itself, replaced by something simpler.
    fn smaller(&self) -> Vec<Tree> {
        let mut all: Vec<Tree> = self.inner().into_iter().cloned().collect();
        all.push(Tree::simplest(&self.of));
        for (index, piece) in self.pieces.iter().enumerate() {
            let Piece::Inner(inner) = piece else { continue };
            for smaller in inner.smaller() {
                let mut tree = self.clone();
                tree.pieces[index] = Piece::Inner(smaller);
                all.push(tree);
            }
        }
        all
    }

    fn inner(&self) -> Vec<&Tree> {
        self.pieces.iter().filter_map(|piece| if let Piece::Inner(tree) = piece { Some(tree) } else { None }).collect()
    }
}
