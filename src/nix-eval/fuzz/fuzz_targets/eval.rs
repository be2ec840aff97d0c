//! Any text is evaluated to the end, or stopped by an error or a limit; its value is printed and written as JSON.
#![no_main]

use std::path::Path;

libfuzzer_sys::fuzz_target!(|text: &str| {
    nix_eval_fuzz::within_limits(|evaluator| {
        let value = evaluator.eval_str(text, Path::new("/fuzz"))?;
        evaluator.print(value)?;
        evaluator.to_json(value).map(|_| ())
    });
});
