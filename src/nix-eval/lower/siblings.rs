//! The commonest cause of an undefined variable: an attribute of the same set, which sees it only in `rec`.

use rnix::ast::{self, Attr, HasEntry};
use rowan::ast::AstNode;

use super::shape;
use crate::error::ErrorKind;
use crate::error::fault::Fault;

/// Adds a hint to an undefined variable whose name a set around it defines.
#[cold]
pub(super) fn explain(fault: Box<Fault>, text: &str, base: u32) -> Box<Fault> {
    let ErrorKind::UndefinedVariable { name, .. } = &fault.kind else { return fault };
    if shape::check(text, base).is_err() || !is_defined_around(fault.span.start.saturating_sub(base), name, text) {
        return fault;
    }
    let help = format!("the set around it defines `{name}`, but its attributes see each other only in `rec {{ … }}`");
    fault.help(Some(help))
}

/// Whether a set around an offset defines a name.
fn is_defined_around(offset: u32, name: &str, text: &str) -> bool {
    if offset as usize >= text.len() {
        return false;
    }
    let root = rnix::Root::parse(text).syntax();
    let token = root.token_at_offset(offset.into()).right_biased();
    let mut sets = token.into_iter().flat_map(|token| token.parent_ancestors()).filter_map(ast::AttrSet::cast);
    sets.any(|set| defines(&set, name))
}

fn defines(set: &ast::AttrSet, name: &str) -> bool {
    set.attrpath_values().any(|binding| {
        let first = binding.attrpath().and_then(|path| path.attrs().next());
        matches!(first, Some(Attr::Ident(ident)) if ident.ident_token().is_some_and(|token| token.text() == name))
    })
}
