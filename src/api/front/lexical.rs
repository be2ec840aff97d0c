//! A look at a document before it is parsed: the parser goes as deep as the text does, on the native stack, and takes
//! memory for every word.

/// The deepest nesting of braces, brackets and parentheses.
const DEEPEST: usize = 100;
/// The most names, numbers, strings and signs.
const MOST_TOKENS: usize = 20_000;

/// Why the document is not parsed; `None` where it may be.
pub(super) fn objection(document: &str) -> Option<String> {
    let bytes = document.as_bytes();
    let (mut at, mut depth, mut tokens) = (0_usize, 0_usize, 0_usize);
    while let Some(&byte) = bytes.get(at) {
        let length = match byte {
            b'#' => length_until(&bytes[at..], |byte| byte == b'\n' || byte == b'\r'),
            b'"' => string_length(&bytes[at..]),
            byte if is_of_name(byte) => length_until(&bytes[at..], |byte| !is_of_name(byte)),
            _ => 1,
        };
        match byte {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Some(format!("the document is nested more than {DEEPEST} levels deep"));
        }
        tokens += usize::from(!byte.is_ascii_whitespace() && !matches!(byte, b',' | b'#'));
        if tokens > MOST_TOKENS {
            return Some(format!("the document has more than {MOST_TOKENS} words and signs"));
        }
        at += length.max(1);
    }
    None
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn length_until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| ends(byte)).unwrap_or(bytes.len())
}

/// The length of the string that `bytes` begins with, to the end of the text where it has none.
fn string_length(bytes: &[u8]) -> usize {
    let quotes: &[u8] = if bytes.starts_with(b"\"\"\"") { b"\"\"\"" } else { b"\"" };
    let mut at = quotes.len();
    while at < bytes.len() {
        if bytes[at] == b'\\' {
            at += 2;
        } else if bytes[at..].starts_with(quotes) {
            return at + quotes.len();
        } else if quotes.len() == 1 && bytes[at] == b'\n' {
            return at;
        } else {
            at += 1;
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::objection;

    #[test]
    fn depth_and_length_are_seen_before_the_parser_sees_them() {
        assert_eq!(objection("{ a(x: [1, 2]) { b } } # {{{{"), None);
        assert!(objection(&"{a".repeat(60_000)).is_some_and(|why| why.contains("levels deep")));
        assert!(objection(&format!("{{ {} }}", "a ".repeat(30_000))).is_some_and(|why| why.contains("words")));
    }

    #[test]
    fn what_stands_in_strings_and_comments_does_not_count() {
        let braces = "{".repeat(500);
        for document in [
            format!("{{ a(x: \"{braces}\") }}"),
            format!("{{ a(x: \"\\\"{braces}\") }}"),
            format!("{{ a(x: \"\"\"{braces} \" {braces}\"\"\") }}"),
            format!("# {braces}\n{{ a }}"),
        ] {
            assert_eq!(objection(&document), None, "{document}");
        }
        assert!(objection(&format!("{{ a(x: \"\") {braces}")).is_some());
    }
}
