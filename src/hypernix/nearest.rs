//! The known name that a mistaken one most likely meant.

/// The name among `known` nearest to `wanted`, where it is near enough to be meant: one slip in three characters.
pub fn nearest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let distances = known.into_iter().map(|name| (strsim::damerau_levenshtein(wanted, name), name));
    let (slips, name) = distances.min()?;
    (slips <= wanted.chars().count().div_ceil(3)).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name_and_nonsense_finds_none() {
        let known = ["web", "web-2", "database", "proxy"];
        assert_eq!(nearest("wbe", known), Some("web"));
        assert_eq!(nearest("databse", known), Some("database"));
        assert_eq!(nearest("zzz", known), None);
    }
}
