//! A tree of calls with the time spent in each itself.

use std::time::Instant;

use rustc_hash::FxHashMap;

use crate::ast::{CodeId, LambdaId};

/// Something that is called or computed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Site {
    /// The evaluation as a whole.
    Root,
    Function(LambdaId),
    Thunk(CodeId),
    Builtin(&'static str),
}

/// A call in its place below others.
struct Node {
    parent: u32,
    depth: u32,
    site: Site,
    nanoseconds: u64,
}

/// Deeper stacks count for the frame at this depth.
const DEEPEST: u32 = 200;

/// A call of something that is among so many frames above continues there: recursion does not deepen the tree.
const FOLDED: usize = 8;

/// A stack that takes less than this part of the whole counts for the frame above.
const SMALLEST_PART: u64 = 20_000;

/// The tree, and the call that is under way.
pub(crate) struct Profile {
    nodes: Vec<Node>,
    children: FxHashMap<(u32, Site), u32>,
    current: u32,
    since: Instant,
}

impl Profile {
    pub(super) fn new() -> Self {
        let root = Node { parent: 0, depth: 0, site: Site::Root, nanoseconds: 0 };
        Self { nodes: vec![root], children: FxHashMap::default(), current: 0, since: Instant::now() }
    }

    /// Enters a call; gives what to leave to.
    pub(super) fn enter(&mut self, site: Site) -> u32 {
        self.spend();
        let outer = self.current;
        self.current = match self.recursion(site) {
            Some(node) => node,
            None if self.nodes[outer as usize].depth >= DEEPEST => outer,
            None => self.child(site),
        };
        outer
    }

    pub(super) fn leave(&mut self, outer: u32) {
        self.spend();
        self.current = outer;
    }

    fn spend(&mut self) {
        let now = Instant::now();
        let spent = now.duration_since(self.since).as_nanos();
        self.nodes[self.current as usize].nanoseconds += u64::try_from(spent).unwrap_or(u64::MAX);
        self.since = now;
    }

    fn recursion(&self, site: Site) -> Option<u32> {
        let mut node = self.current;
        for _ in 0..FOLDED {
            if self.nodes[node as usize].site == site {
                return Some(node);
            }
            node = self.nodes[node as usize].parent;
        }
        None
    }

    fn child(&mut self, site: Site) -> u32 {
        let parent = self.current;
        if let Some(node) = self.children.get(&(parent, site)) {
            return *node;
        }
        let node = self.nodes.len() as u32;
        let depth = self.nodes[parent as usize].depth + 1;
        self.nodes.push(Node { parent, depth, site, nanoseconds: 0 });
        self.children.insert((parent, site), node);
        node
    }

    /// The stacks with their own times; small ones are part of the stack above.
    pub(super) fn stacks(mut self, name: impl Fn(Site) -> String) -> Vec<(String, u64)> {
        self.spend();
        let total: u64 = self.nodes.iter().map(|node| node.nanoseconds).sum();
        // A node comes after its parent, so from the end all of a node's children have been looked at.
        for index in (1..self.nodes.len()).rev() {
            let node = &mut self.nodes[index];
            if node.nanoseconds < total / SMALLEST_PART {
                let (parent, small) = (node.parent as usize, std::mem::take(&mut node.nanoseconds));
                self.nodes[parent].nanoseconds += small;
            }
        }
        let mut names: FxHashMap<Site, String> = FxHashMap::default();
        let mut stacks = Vec::new();
        for (index, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.nanoseconds > 0) {
            let frames: Vec<String> = self
                .path(index)
                .iter()
                .rev()
                .map(|site| names.entry(*site).or_insert_with(|| name(*site)).clone())
                .collect();
            stacks.push((frames.join(";"), node.nanoseconds));
        }
        stacks
    }

    /// The sites from a node to the root.
    fn path(&self, mut index: usize) -> Vec<Site> {
        let mut sites = vec![self.nodes[index].site];
        while index != 0 {
            index = self.nodes[index].parent as usize;
            sites.push(self.nodes[index].site);
        }
        sites
    }
}

#[cfg(test)]
mod tests {
    use super::{Profile, Site};

    fn stacks(profile: Profile) -> Vec<String> {
        let name = |site| match site {
            Site::Builtin(name) => name.to_owned(),
            _ => "root".to_owned(),
        };
        profile.stacks(name).into_iter().map(|(stack, _)| stack).collect()
    }

    #[test]
    fn recursion_continues_where_it_began_and_calls_nest_otherwise() {
        let mut profile = Profile::new();
        let outer = profile.enter(Site::Builtin("a"));
        let inner = profile.enter(Site::Builtin("b"));
        let again = profile.enter(Site::Builtin("a"));
        std::thread::sleep(std::time::Duration::from_millis(2));
        profile.leave(again);
        profile.leave(inner);
        profile.leave(outer);
        assert!(stacks(profile).contains(&"root;a".to_owned()));
    }
}
