//! Nix's own language tests. `tests/nix-lang PATH` runs them, `PATH` being `tests/functional/lang` of Nix's sources.
//!
//! What is to succeed prints exactly what Nix prints; what is to fail fails, with Nix's message unless it is a text that
//! does not parse.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use nix_eval::{
    Arguments, EvalError, Evaluator, Extent, Form, Lint, PipeOperators, SearchPathEntry, Settings, TomlTimestamps,
    evaluate,
};

/// How messages begin that go on in our own words (docs/evaluator.md).
const OWN_WORDS: [&str; 3] =
    ["syntax error", "while parsing TOML: ", "experimental Nix feature 'pipe-operators' is disabled"];

/// We do not warn of `or` as a name.
const NO_WARNINGS: &str = "eval-okay-deprecate-cursed-or";

/// The folder of the tests, or nothing with a notice.
fn folder() -> Option<PathBuf> {
    let Some(folder) = std::env::var_os("NIX_LANG_TESTS") else {
        eprintln!("skipped: NIX_LANG_TESTS does not name Nix's tests/functional/lang (tests/nix-lang PATH does)");
        return None;
    };
    Some(std::fs::canonicalize(folder).expect("NIX_LANG_TESTS is a path that exists"))
}

/// Runs `check` on each test whose name begins so; it says what is wrong.
#[track_caller]
fn each(start: &str, check: impl Fn(&Case) -> Result<(), String>) {
    let Some(folder) = folder() else { return };
    let mut names: Vec<String> = std::fs::read_dir(&folder)
        .expect("the folder of the tests can be read")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.strip_suffix(".nix").map(str::to_owned))
        .filter(|name| name.starts_with(start) && !folder.join(format!("{name}.exp-disabled")).exists())
        .collect();
    names.sort();
    assert!(!names.is_empty(), "{} has no tests {start}*.nix", folder.display());
    let mut wrong = String::new();
    for name in &names {
        if let Err(complaint) = check(&Case { folder: &folder, name }) {
            writeln!(wrong, "{name}: {complaint}").expect("a String takes everything");
        }
    }
    let failed = wrong.lines().filter(|line| line.starts_with(start)).count();
    println!("{start}: {} tests, {failed} fail", names.len());
    assert!(wrong.is_empty(), "{wrong}");
}

/// One test.
struct Case<'c> {
    folder: &'c Path,
    name: &'c str,
}

/// What a test's `.flags` ask for.
struct Flags {
    settings: Settings,
    arguments: Vec<(String, String)>,
    texts: Vec<(String, String)>,
    attributes: Vec<String>,
}

impl Case<'_> {
    fn file(&self) -> PathBuf {
        self.folder.join(format!("{}.nix", self.name))
    }

    /// A file beside the test; folders in it are named as Nix's tests name them.
    fn beside(&self, extension: &str) -> Option<String> {
        let bytes = std::fs::read(self.folder.join(format!("{}.{extension}", self.name))).ok()?;
        Some(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The folder that the tests are started in.
    fn start(&self) -> &Path {
        self.folder.parent().unwrap_or(self.folder)
    }

    fn flags(&self) -> Flags {
        let env = [("TEST_VAR", "foo"), ("HOME", "/fake-home"), ("NIX_STORE_DIR", "/nix/store")];
        let mut flags = Flags {
            settings: Settings {
                env: env.map(|(name, value)| (name.to_owned(), value.to_owned())).into_iter().collect(),
                home: Some("/fake-home".into()),
                trace: Arc::new(|_| ()),
                ..Settings::default()
            },
            arguments: Vec::new(),
            texts: Vec::new(),
            attributes: Vec::new(),
        };
        let text = self.beside("flags").unwrap_or_default();
        let mut words = text.lines().flat_map(|line| line.split('#').next()).flat_map(str::split_whitespace);
        let mut next = || words.next().map(str::to_owned);
        while let Some(flag) = next() {
            let mut value = || next().expect("the flag has a value");
            match flag.as_str() {
                "-I" => flags.settings.search_path.push(self.entry(&value())),
                "-A" => flags.attributes.push(value()),
                "--arg" => flags.arguments.push((value(), value())),
                "--argstr" => flags.texts.push((value(), value())),
                "--max-call-depth" => flags.settings.max_call_depth = value().parse().expect("a number"),
                "--extra-experimental-features" => match value().as_str() {
                    "pipe-operators" => flags.settings.pipe_operators = PipeOperators::Accepted,
                    "parse-toml-timestamps" => flags.settings.toml_timestamps = TomlTimestamps::Accepted,
                    _ => {}
                },
                "--lint-url-literals" => flags.settings.lints.urls = lint(&value()),
                "--lint-absolute-path-literals" => flags.settings.lints.absolute_paths = lint(&value()),
                "--lint-short-path-literals" => flags.settings.lints.short_paths = lint(&value()),
                _ => {}
            }
        }
        flags.settings.search_path.extend(["lang/dir3", "lang/dir4"].map(|entry| self.entry(entry)));
        flags
    }

    fn entry(&self, text: &str) -> SearchPathEntry {
        let entry = SearchPathEntry::parse(text);
        SearchPathEntry { path: self.start().join(entry.path), ..entry }
    }

    /// What the test prints, and what it traces.
    fn run(&self, form: Form) -> (Result<String, EvalError>, String) {
        let Flags { mut settings, arguments, texts, attributes } = self.flags();
        let traced = Arc::new(Mutex::new(String::new()));
        let sink = traced.clone();
        settings.trace = Arc::new(move |text| {
            if let Ok(mut all) = sink.lock() {
                all.push_str(text);
                all.push('\n');
            }
        });
        let printed = evaluate(settings, |evaluator| {
            let mut given = Arguments::default();
            for (name, expression) in &arguments {
                evaluator.add_argument(&mut given, name, expression, self.start())?;
            }
            for (name, text) in &texts {
                evaluator.add_text_argument(&mut given, name, text);
            }
            self.print(evaluator, &given, &attributes, form)
        });
        let traced = traced.lock().map(|all| all.clone()).unwrap_or_default();
        (printed.map(|text| self.placed(&text)), self.placed(&traced))
    }

    fn print<'a>(
        &self,
        evaluator: &mut Evaluator<'a>,
        arguments: &Arguments<'a>,
        attributes: &[String],
        form: Form,
    ) -> Result<String, EvalError> {
        let whole = evaluator.eval_file(&self.file())?;
        let value = match attributes {
            [] => evaluator.auto_call(whole, arguments)?,
            [path, ..] => evaluator.select_along(whole, path, arguments)?,
        };
        let bytes = evaluator.write(value, form, Extent::Whole)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn placed(&self, text: &str) -> String {
        text.replace(&*self.start().to_string_lossy(), "/pwd")
    }

    fn check_text(&self) -> Result<(), EvalError> {
        let bytes = std::fs::read(self.file()).expect("the test can be read");
        let text = String::from_utf8_lossy(&bytes).into_owned();
        evaluate(self.flags().settings, |evaluator| evaluator.check_str(&text, self.start()))
    }
}

fn lint(level: &str) -> Lint {
    match level {
        "fatal" => Lint::Refused,
        "warn" => Lint::Warned,
        _ => Lint::Accepted,
    }
}

/// The last message of a trace.
fn message(trace: &str) -> &str {
    let mut messages = trace.lines().filter_map(|line| line.trim_start().strip_prefix("error: "));
    messages.next_back().unwrap_or_default()
}

#[test]
fn what_nix_parses_is_parsed() {
    each("parse-okay-", |case| case.check_text().map_err(|error| error.message().to_owned()));
}

#[test]
fn what_nix_does_not_parse_is_refused() {
    each("parse-fail-", |case| case.check_text().err().map(|_| ()).ok_or_else(|| "is accepted".to_owned()));
}

#[test]
fn what_nix_evaluates_has_the_same_value() {
    each("eval-okay-", |case| {
        let xml = case.beside("exp.xml");
        let form = if xml.is_some() { Form::Xml } else { Form::Nix };
        let expected = xml.or_else(|| case.beside("exp")).expect("the test says what it prints");
        let (printed, traced) = case.run(form);
        let printed = printed.map_err(|error| error.message().to_owned())?;
        if printed.trim_end() != expected.trim_end() {
            return Err(format!("\n  ours {printed}\n  Nix  {expected}"));
        }
        let expected = case.beside("err.exp").unwrap_or_default();
        let traces = |text: &str| -> Vec<String> {
            let is_message = |line: &&str| line.starts_with("trace: ") || line.starts_with("warning: ");
            text.lines().filter(is_message).map(str::to_owned).collect()
        };
        if traces(&traced) != traces(&expected) && case.name != NO_WARNINGS {
            return Err(format!("\n  ours {traced}\n  Nix  {expected}"));
        }
        Ok(())
    });
}

#[test]
fn what_nix_refuses_fails_with_the_same_message() {
    each("eval-fail-", |case| {
        let (printed, _) = case.run(Form::Nix);
        let Err(error) = printed else { return Err("succeeds".to_owned()) };
        let trace = case.beside("err.exp").unwrap_or_default();
        let (own, nix) = (case.placed(error.message().lines().next().unwrap_or_default()), message(&trace));
        if own == nix || OWN_WORDS.iter().any(|start| own.starts_with(start) && nix.starts_with(start)) {
            return Ok(());
        }
        Err(format!("\n  ours {own}\n  Nix  {nix}"))
    });
}
