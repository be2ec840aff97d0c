//! The inputs of a flake and theirs, as nodes: from what is declared, what is locked, and what is overridden.

mod build;

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Map, Value as Json};

use super::InputOverride;
use crate::error::fault::Res;
use crate::evaluator::Evaluator;
use crate::store::tree::Tree;

/// A flake with everything it is made of; the first node is the flake itself.
pub(super) struct Graph {
    pub(super) nodes: Vec<Node>,
}

/// A flake or a plain tree.
pub(crate) struct Node {
    /// The names that lead to it, joined with slashes; `.` for the flake itself.
    pub(super) name: String,
    pub(super) origin: Origin,
    pub(super) is_flake: bool,
    pub(super) inputs: BTreeMap<String, Link>,
}

/// What an input's name leads to.
#[derive(Clone, Debug)]
pub(super) enum Link {
    Node(usize),
    /// To where a path of names leads from a node.
    Follows {
        from: usize,
        path: Vec<String>,
    },
}

/// Where a node's files are.
#[derive(Clone)]
pub(crate) enum Origin {
    /// In a folder that was named, with what is known of it.
    Tree { tree: Tree, attributes: Map<String, Json> },
    /// Wherever a locked version is found.
    Locked { attributes: Map<String, Json> },
    /// In the tree of another node, below its folder.
    Within { parent: usize, path: String },
    /// Nobody knows: the reference has no locked version.
    Missing { reference: String },
}

/// Longer chains of inputs that follow each other go in circles.
const LONGEST_CHAIN: usize = 1000;

impl Graph {
    /// Reads the flake in a folder and, as far as they are needed for that, its inputs.
    pub(super) fn build(e: &mut Evaluator<'_>, folder: &Path, overrides: &[InputOverride]) -> Res<Self> {
        build::build(e, folder, overrides)
    }

    /// The node that a link leads to.
    pub(super) fn target(&self, link: &Link) -> Option<usize> {
        target(&self.nodes, link)
    }
}

pub(super) fn target(nodes: &[Node], link: &Link) -> Option<usize> {
    target_within(nodes, link, &mut LONGEST_CHAIN.clone())
}

fn target_within(nodes: &[Node], link: &Link, left: &mut usize) -> Option<usize> {
    match link {
        Link::Node(number) => Some(*number),
        Link::Follows { from, path } => {
            let mut at = *from;
            for name in path {
                *left = left.checked_sub(1)?;
                at = target_within(nodes, nodes[at].inputs.get(name)?, left)?;
            }
            Some(at)
        }
    }
}
