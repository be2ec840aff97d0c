//! What was probably meant by a name that does not exist.

/// The known name most like `name`, where one is like it at all.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let allowed = (name.chars().count() / 3).max(1);
    let distance = |other: &str| strsim::damerau_levenshtein(&name.to_lowercase(), &other.to_lowercase());
    let close = known.into_iter().map(|other| (distance(other), other)).filter(|(far, _)| *far <= allowed);
    close.min().map(|(_, other)| other)
}

/// What to do about an unknown name: the nearest one, else what there is, else `declare`.
pub(crate) fn cure<'a>(name: &str, known: impl IntoIterator<Item = &'a str>, declare: &str) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    match (nearest(name, known.iter().copied()), known.as_slice()) {
        (Some(other), _) => format!("did you mean `{other}`? Otherwise {declare}"),
        (None, []) => format!("there is none; {declare}"),
        (None, few) if few.len() <= 12 => format!("there are {}; or {declare}", quoted(few)),
        (None, _) => declare.to_owned(),
    }
}

/// The names in backticks, separated by commas.
pub(crate) fn quoted<S: AsRef<str>>(names: &[S]) -> String {
    names.iter().map(|name| format!("`{}`", name.as_ref())).collect::<Vec<_>>().join(", ")
}

/// The first few names in backticks, and how many more there are.
pub(crate) fn quoted_few<S: AsRef<str>>(names: &[S]) -> String {
    const FEW: usize = 6;
    match names.len().checked_sub(FEW) {
        Some(more) if more > 1 => format!("{} and {more} more", quoted(&names[..FEW])),
        _ => quoted(names),
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_of_the_finger_is_recognised_and_another_word_is_not() {
        let tags = ["production", "public-facing", "web"];
        assert_eq!(nearest("prodction", tags), Some("production"));
        assert_eq!(nearest("Web", tags), Some("web"));
        assert_eq!(nearest("database", tags), None);
    }
}
