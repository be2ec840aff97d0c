//! What a document comes to once every fragment stands where it is spread. Validation walks fragments anew at each
//! spread, so that a few hundred bytes of fragments spreading fragments can keep it busy for minutes: here each
//! fragment is counted once.

use std::collections::HashMap;

use async_graphql::{
    Name,
    parser::types::{ExecutableDocument, Selection, SelectionSet},
};

/// The most fields that a document may come to.
const MOST_FIELDS: u64 = 5_000;

/// Why the document is not validated; `None` where it may be.
pub(super) fn objection(document: &ExecutableDocument) -> Option<String> {
    let mut counter = Counter { document, counted: HashMap::new() };
    let mut total = 0_u64;
    for (_, operation) in document.operations.iter() {
        match counter.fields(&operation.node.selection_set.node) {
            Ok(fields) => total = total.saturating_add(fields),
            Err(cycle) => return Some(cycle),
        }
    }
    (total > MOST_FIELDS).then(|| format!("the document comes to more than {MOST_FIELDS} fields"))
}

struct Counter<'a> {
    document: &'a ExecutableDocument,
    /// Fields by fragment; `None` while it is being counted.
    counted: HashMap<&'a Name, Option<u64>>,
}

impl<'a> Counter<'a> {
    fn fields(&mut self, selections: &'a SelectionSet) -> Result<u64, String> {
        selections.items.iter().try_fold(0_u64, |total, selection| {
            let fields = match &selection.node {
                Selection::Field(field) => self.fields(&field.node.selection_set.node)?.saturating_add(1),
                Selection::InlineFragment(inline) => self.fields(&inline.node.selection_set.node)?,
                Selection::FragmentSpread(spread) => self.fragment(&spread.node.fragment_name.node)?,
            };
            Ok(total.saturating_add(fields))
        })
    }

    fn fragment(&mut self, name: &'a Name) -> Result<u64, String> {
        match self.counted.get(name) {
            Some(Some(fields)) => return Ok(*fields),
            Some(None) => return Err(format!("the fragment `{name}` spreads itself")),
            None => {}
        }
        // One that does not exist is for validation to name.
        let Some(fragment) = self.document.fragments.get(name) else { return Ok(0) };
        self.counted.insert(name, None);
        let fields = self.fields(&fragment.node.selection_set.node)?;
        self.counted.insert(name, Some(fields));
        Ok(fields)
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use async_graphql::parser::parse_query;

    use super::objection;

    #[test]
    fn a_bomb_of_fragments_is_seen_at_once() {
        let levels = (0..60).map(|n| format!("fragment f{n} on Query {{ ...f{} ...f{} }}", n + 1, n + 1));
        let levels: Vec<_> = levels.collect();
        let text = format!("{{ ...f0 }} {} fragment f60 on Query {{ __typename }}", levels.join(" "));
        let document = parse_query(text).expect("it is well formed");
        let began = Instant::now();
        assert_eq!(objection(&document).as_deref(), Some("the document comes to more than 5000 fields"));
        assert!(began.elapsed() < Duration::from_secs(1));
    }

    #[test]
    fn a_fragment_that_spreads_itself_is_named() {
        let text = "{ ...a } fragment a on Query { ...b } fragment b on Query { x ...a }";
        let document = parse_query(text).expect("it is well formed");
        assert_eq!(objection(&document).as_deref(), Some("the fragment `a` spreads itself"));
    }

    #[test]
    fn what_people_write_passes() {
        let text = "query A { ...a units { ...a } } fragment a on Query { x { y z } ... { q } }";
        assert_eq!(objection(&parse_query(text).expect("it is well formed")), None);
    }
}
