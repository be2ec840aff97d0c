//! Hashes in each notation, good and bad.

use expect_test::{Expect, expect};

use super::{Algorithm, Format, Hash};

#[track_caller]
fn check(text: &str, given: Option<Algorithm>, expected: Expect) {
    let said = match Hash::parse(text.as_bytes(), given) {
        Ok(hash) => format!("{}:{}", hash.algorithm.name(), Format::Base16.write(&hash)),
        Err(fault) => fault.message,
    };
    expected.assert_eq(&said);
}

#[test]
fn every_notation_gives_the_same_digest() {
    let md5 = Some(Algorithm::Md5);
    for text in [
        "d41d8cd98f00b204e9800998ecf8427e",
        "3y8bwfr609h3lh9ch0izcqq7fl",
        "1B2M2Y8AsgTpgAmY7PhCfg==",
        "md5-1B2M2Y8AsgTpgAmY7PhCfg==",
        "md5-1B2M2Y8AsgTpgAmY7PhCfg",
        "md5:3y8bwfr609h3lh9ch0izcqq7fl",
    ] {
        check(text, md5, expect!["md5:d41d8cd98f00b204e9800998ecf8427e"]);
    }
}

#[test]
fn a_bad_hash_is_refused_as_nix_does() {
    let sha1 = Some(Algorithm::Sha1);
    check("abc", sha1, expect!["hash 'abc' has wrong length for hash algorithm 'sha1'"]);
    check("md5-1B2M2Y8AsgTpgAmY7PhCfg==", sha1, expect!["hash 'md5-1B2M2Y8AsgTpgAmY7PhCfg==' should have type 'sha1'"]);
    check("abc", None, expect!["hash 'abc' does not include a type, nor is the type otherwise known from context"]);
    check("sha256-abcd", None, expect!["invalid SRI hash 'abcd', length 3 != expected length 32"]);
    check(
        "md5:3y8bwfr609h3lh9ch0izcqq7fe",
        None,
        expect!["invalid nix32 hash '3y8bwfr609h3lh9ch0izcqq7fe', length 0 != expected length 16"],
    );
    check(
        "sha3-abcd",
        None,
        expect!["unknown hash algorithm 'sha3', expect 'blake3', 'md5', 'sha1', 'sha256', or 'sha512'"],
    );
}
