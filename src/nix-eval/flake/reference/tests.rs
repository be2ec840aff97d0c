//! References written and read.

use expect_test::{Expect, expect};
use serde_json::Value as Json;

use super::{parse, shown};

#[track_caller]
fn check(url: &str, expected: Expect) {
    let attributes = parse(url);
    let kind = attributes.get("type").and_then(Json::as_str).expect("every reference has a type").to_owned();
    expected.assert_eq(&format!("{} = {}", Json::Object(attributes.clone()), shown(&kind, &attributes)));
}

#[test]
fn every_kind_of_reference_is_read_and_shown() {
    check("path:./sub", expect![[r#"{"type":"path","path":"./sub"} = path:./sub"#]]);
    check("/srv/x", expect![[r#"{"type":"path","path":"/srv/x"} = path:/srv/x"#]]);
    check(
        "github:NixOS/nixpkgs/nixos-26.05",
        expect![[
            r#"{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"} = github:NixOS/nixpkgs/nixos-26.05"#
        ]],
    );
    check("nixpkgs", expect![[r#"{"type":"indirect","id":"nixpkgs"} = flake:nixpkgs"#]]);
    check(
        "git+https://example.org/x.git?ref=main",
        expect![[
            r#"{"ref":"main","type":"git","url":"https://example.org/x.git"} = git+https://example.org/x.git?ref=main"#
        ]],
    );
    check(
        "https://example.org/x.tar.gz",
        expect![[r#"{"type":"tarball","url":"https://example.org/x.tar.gz"} = https://example.org/x.tar.gz"#]],
    );
}
