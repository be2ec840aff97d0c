//! The languages inside the language: the first byte chooses JSON, TOML, a regular expression, a version or a hash.
#![no_main]

use std::path::Path;

/// What reads the text, as a function of it.
const READERS: [&str; 6] = [
    "text: builtins.toJSON (builtins.fromJSON text)",
    "text: builtins.toXML (builtins.fromTOML text)",
    "text: builtins.match text \"aab-1.2 b\"",
    "text: builtins.split text \"aab-1.2 b\"",
    "text: [ (builtins.splitVersion text) (builtins.parseDrvName text) (builtins.compareVersions text \"1.2\") ]",
    "text: builtins.convertHash { hash = text; hashAlgo = \"sha256\"; toHashFormat = \"sri\"; }",
];

libfuzzer_sys::fuzz_target!(|input: (u8, String)| {
    let (choice, text) = input;
    let reader = READERS[usize::from(choice) % READERS.len()];
    nix_eval_fuzz::within_limits(|evaluator| {
        let function = evaluator.eval_str(reader, Path::new("/fuzz"))?;
        let argument = evaluator.value_from_json(&nix_eval_fuzz::json_text(&text));
        let value = evaluator.call(function, argument)?;
        evaluator.print(value).map(|_| ())
    });
});
