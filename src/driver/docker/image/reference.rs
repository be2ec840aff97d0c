//! References to images: `[REGISTRY/]NAME[:TAG][@DIGEST]`.

/// A reference as the engine lists it: with a tag, without Docker Hub's own prefixes.
pub(crate) fn canonical(reference: &str) -> String {
    let short = reference.strip_prefix("docker.io/").unwrap_or(reference);
    let short = short.strip_prefix("library/").unwrap_or(short);
    if short.contains('@') || tag_of(short).is_some() || short.starts_with("sha256:") {
        short.to_owned()
    } else {
        format!("{short}:latest")
    }
}

/// A reference without its tag, and the tag; `latest` where none is written.
pub(crate) fn repository_and_tag(reference: &str) -> (String, String) {
    match tag_of(reference) {
        Some((repository, tag)) => (repository.to_owned(), tag.to_owned()),
        None => (reference.to_owned(), "latest".to_owned()),
    }
}

/// The colon of a registry's port comes before a slash, that of a tag after the last one.
fn tag_of(reference: &str) -> Option<(&str, &str)> {
    reference.rsplit_once(':').filter(|(_, tag)| !tag.contains('/'))
}

#[cfg(test)]
mod tests {
    use super::{canonical, repository_and_tag};

    #[test]
    fn references_take_the_form_of_the_engines_list() {
        let cases = [
            ("nginx", "nginx:latest"),
            ("docker.io/library/nginx:1.25", "nginx:1.25"),
            ("library/nginx", "nginx:latest"),
            ("ghcr.io/a/b:2", "ghcr.io/a/b:2"),
            ("localhost:5000/tiny", "localhost:5000/tiny:latest"),
            ("nginx@sha256:00", "nginx@sha256:00"),
        ];
        for (written, listed) in cases {
            assert_eq!(canonical(written), listed, "{written}");
        }
    }

    #[test]
    fn a_port_is_not_a_tag() {
        assert_eq!(repository_and_tag("localhost:5000/tiny"), ("localhost:5000/tiny".to_owned(), "latest".to_owned()));
        assert_eq!(repository_and_tag("localhost:5000/tiny:1"), ("localhost:5000/tiny".to_owned(), "1".to_owned()));
    }
}
