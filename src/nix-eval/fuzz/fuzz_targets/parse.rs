//! Any text is parsed and lowered, or refused.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|text: &str| {
    nix_eval_fuzz::within_limits(|evaluator| evaluator.check_str(text, Path::new("/fuzz")));
});
