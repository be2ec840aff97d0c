//! Evaluates a file or an expression and prints it as JSON, or with `--print` as `nix-instantiate --strict` does.
//!
//! `cargo run -p nix-eval --example eval -- [--print] [-I name=path] (FILE | --expr EXPRESSION)`

use std::path::Path;
use std::process::ExitCode;

use nix_eval::{EvalError, PipeOperators, SearchPathEntry, Settings, evaluate};

fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    let mut settings = Settings { env: std::env::vars().collect(), ..Settings::default() };
    settings.home = std::env::var_os("HOME").map(Into::into);
    let (mut expr, mut file, mut print) = (None, None, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--expr" => expr = args.next(),
            "--print" => print = true,
            "--pipes" => settings.pipe_operators = PipeOperators::Accepted,
            "-I" => settings.search_path.extend(args.next().map(|entry| SearchPathEntry::parse(&entry))),
            _ => file = Some(arg),
        }
    }
    let outcome = evaluate(settings, |evaluator| -> Result<String, EvalError> {
        let value = match (&expr, &file) {
            (Some(expr), _) => evaluator.eval_str(expr, Path::new("."))?,
            (None, Some(file)) => evaluator.eval_file(Path::new(file))?,
            (None, None) => evaluator.eval_str("null", Path::new("."))?,
        };
        if print { evaluator.print(value) } else { evaluator.to_json(value).map(|json| json.to_string()) }
    });
    match outcome {
        Ok(text) => {
            println!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{}", error.report());
            ExitCode::FAILURE
        }
    }
}
