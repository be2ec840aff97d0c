//! Hostile input gives an error: no crash, no hang, no unbounded memory.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use nix_eval::{ErrorKind, EvalError, Settings, evaluate};

fn settings() -> Settings {
    Settings { memory: Some(64 << 20), trace: Arc::new(|_| ()), ..Settings::default() }
}

fn kind_of(source: &str, settings: Settings) -> Option<ErrorKind> {
    let outcome = evaluate(settings, |evaluator| -> Result<_, EvalError> {
        let value = evaluator.eval_str(source, Path::new("/"))?;
        evaluator.to_json(value)
    });
    outcome.err().map(|error| error.kind().clone())
}

#[track_caller]
fn check(sources: &[(&str, String)], expected: &ErrorKind) {
    for (name, source) in sources {
        assert_eq!(kind_of(source, settings()).as_ref(), Some(expected), "{name}");
    }
}

#[test]
fn endless_nesting_is_a_value_or_an_error() {
    const DEEP: usize = 100_000;
    let around = |open: &str, inner: &str, close: &str| open.repeat(DEEP) + inner + &close.repeat(DEEP);
    let overflow = Some(ErrorKind::StackOverflow);
    let sources = [
        ("lists", around("[", "", "]"), overflow.clone()),
        ("parentheses", around("(", "1", ")"), None),
        ("sets", around("{a=", "1", ";}"), overflow),
        ("interpolations", around("\"${", "\"\"", "}\""), None),
        ("operators", around("1 + ", "1", ""), None),
        ("operators without spaces", around("1+", "1", ""), Some(ErrorKind::Parse)),
        ("negations", around("!", "true", ""), None),
        ("conditions", around("if true then ", "1", " else 2"), None),
        ("lets", around("let a = 1; in ", "a", ""), Some(ErrorKind::Parse)),
        ("attribute paths", format!("{{ {} = 1; }}", around("a.", "a", "")), Some(ErrorKind::Parse)),
        ("calls", format!("x: x {}", around("x ", "", "")), Some(ErrorKind::Type)),
        ("brackets that nobody closes", "[".repeat(10 * DEEP), Some(ErrorKind::Parse)),
    ];
    for (name, source, expected) in sources {
        assert_eq!(kind_of(&source, settings()), expected, "{name}");
    }
}

#[test]
fn recursion_without_end_is_a_stack_overflow_error() {
    let sources = [
        ("a call", "let f = n: 1 + f (n + 1); in f 0"),
        ("a tail call", "let f = n: f (n + 1); in f 0"),
        ("a functor that is itself", "let x = { __functor = self: self; }; in x 1"),
        ("a string that is itself", "let x = { __toString = self: self; }; in toString x"),
        ("a path that is itself", "let x = { outPath = x; }; in \"${x}\""),
        ("a list in itself as a string", "let x = [ x ]; in toString x"),
        ("JSON of a cycle", "let x = { a = x; }; in builtins.toJSON x"),
        ("a cycle for the host", "let x = { a = x; }; in x"),
        ("XML without end", "let f = n: { a = f (n + 1); }; in builtins.toXML (f 0)"),
        ("deepSeq without end", "let f = n: { a = f (n + 1); }; in builtins.deepSeq (f 0) 1"),
        ("equality of cycles", "let x = { a = x; }; y = { a = y; }; in x == y"),
        ("order of endless lists", "let f = n: [ (f (n + 1)) ]; in f 0 < f 0"),
        ("JSON text", "builtins.fromJSON (builtins.concatStringsSep \"\" (builtins.genList (x: \"[\") 100000))"),
    ];
    for (name, source) in sources {
        let settings = Settings { memory: None, ..settings() };
        assert_eq!(kind_of(source, settings), Some(ErrorKind::StackOverflow), "{name}");
    }
}

#[test]
fn what_needs_more_memory_than_allowed_is_a_limit_error() {
    let doubled = |start: &str, op: &str| {
        format!("builtins.length [ (builtins.foldl' (a: b: {op}) {start} (builtins.genList (x: x) 60)) ]")
            .replace("builtins.length [", "builtins.seq (")
            .replace(" ]", ") 1")
    };
    let sources = [
        ("a list without room", "builtins.genList (x: x) 1000000000000".to_owned()),
        ("strings", doubled("\"x\"", "a + a")),
        ("lists", "builtins.seq (builtins.foldl' (a: b: a ++ a) [ 1 ] (builtins.genList (x: x) 60)) 1".to_owned()),
        (
            "a closure",
            "builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }"
                .to_owned(),
        ),
    ];
    check(&sources, &ErrorKind::Limit);
}

#[test]
fn fuel_bounds_the_number_of_calls() {
    let source = "builtins.foldl' (a: b: a + b) 0 (builtins.genList (x: x) 100000)";
    assert_eq!(kind_of(source, Settings { fuel: Some(1000), ..settings() }), Some(ErrorKind::Limit));
    assert_eq!(kind_of(source, Settings { fuel: Some(1_000_000), ..settings() }), None);
}

/// Loops that neither call functions nor take memory, each repeated until the fuel is spent.
#[test]
fn fuel_bounds_the_work_of_builtins() {
    let repeated = |setup: &str, work: &str| {
        format!("let {setup} in builtins.foldl' (a: _: builtins.seq ({work}) a) 0 (builtins.genList (x: x) 60000)")
    };
    let numbers = "l = builtins.genList (x: x) 50000; m = builtins.genList (x: x) 50000;";
    let text = "s = builtins.concatStringsSep \"\" (builtins.genList (x: \"1.\") 50000);";
    let sources = [
        ("elem", repeated(numbers, "builtins.elem (-1) l")),
        ("equality", repeated(numbers, "l == m")),
        ("order", repeated(numbers, "l < m")),
        ("deepSeq", repeated(numbers, "builtins.deepSeq l 1")),
        ("sort", repeated(numbers, "builtins.sort builtins.lessThan l")),
        ("hashString", repeated(text, "builtins.hashString \"sha512\" s")),
        ("compareVersions", repeated(text, "builtins.compareVersions s s")),
        ("replaceStrings", repeated(text, "builtins.replaceStrings [ \"a\" \"b\" \"1..\" ] [ 1 2 3 ] s")),
        ("match", repeated(text, "builtins.match \"(1|2|(1*[.])*)*x\" s")),
        ("split", repeated(text, "builtins.split \"x\" s")),
    ];
    for (name, source) in sources {
        let settings = Settings { fuel: Some(50_000), memory: Some(512 << 20), ..settings() };
        assert_eq!(kind_of(&source, settings), Some(ErrorKind::Limit), "{name}");
    }
}

/// Each choice looks at all repetitions around it, so with many of them a step is not a few nanoseconds.
#[test]
fn repetitions_of_repetitions_are_given_up_within_seconds() {
    let (begun, plus) = (Instant::now(), "+".repeat(40));
    let source = format!("builtins.split \"a{plus}*{plus}b\" \"aaaaaaaaaaaaaaaa\"");
    assert_eq!(kind_of(&source, settings()), Some(ErrorKind::Limit));
    assert!(begun.elapsed() < Duration::from_secs(5), "it took {:?}", begun.elapsed());
}

#[test]
fn an_ordinary_thread_gets_the_error_earlier_but_never_overflows() {
    let arena = nix_eval::Arena::new();
    let mut evaluator = nix_eval::Evaluator::new(&arena, settings());
    let chain: String = (0..20_000).map(|n| format!("a{n} = a{}; ", n + 1)).collect();
    let sources = [
        "let f = n: 1 + f (n + 1); in f 0".to_owned(),
        "[".repeat(5000) + &"]".repeat(5000),
        format!("let {chain} a20000 = 1; in a0"),
        "(builtins.foldl' (a: b: { x = a.x + b; }) { x = 0; } (builtins.genList (x: x) 100000)).x".to_owned(),
    ];
    for source in sources {
        let outcome = evaluator.eval_str(&source, Path::new("/"));
        let kind = outcome.err().map(|error| error.kind().clone());
        assert!(matches!(kind, Some(ErrorKind::StackOverflow | ErrorKind::Parse)), "{kind:?}");
    }
}
