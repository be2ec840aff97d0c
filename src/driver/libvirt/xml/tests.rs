use expect_test::{Expect, expect};

use super::Element;

#[track_caller]
fn check(text: &str, expected: Expect) {
    expected.assert_eq(&match Element::parse(text) {
        Ok(element) => element.to_string(),
        Err(error) => error.to_string(),
    });
}

#[test]
fn what_is_read_is_written_again_with_prefixes_comments_and_foreign_attributes() {
    check(
        "<?xml version='1.0'?>\n<a xmlns:x='urn:x'><x:b x:c='1 &lt; 2' d='&#10;'>t &amp; u</x:b><!-- n --><e/></a>",
        expect![[r#"<a xmlns:x="urn:x"><x:b x:c="1 &lt; 2" d="&#10;">t &amp; u</x:b><!-- n --><e/></a>"#]],
    );
}

#[test]
fn broken_documents_are_errors() {
    check("<a><b></a>", expect!["the XML is not well formed at byte 6"]);
    check("<a>", expect!["the XML ends too early"]);
    check("<a>&nbsp;</a>", expect!["the XML uses the entity `&nbsp;`, which is not defined"]);
}

#[test]
fn an_element_is_found_by_its_namespace_whatever_its_prefix() {
    let document = Element::parse("<m><hv:k xmlns:hv='urn:other'/><zz:k xmlns:zz='urn:ours' v='1'/></m>").unwrap();
    assert_eq!(document.find_in("urn:ours", "k", &[]).and_then(|e| e.attr("v")), Some("1"));
    assert_eq!(document.find_in("urn:none", "k", &[]), None);
}
