//! What a person sees when an evaluation fails.

use std::path::Path;

use expect_test::{Expect, expect};
use miette::Diagnostic;
use nix_eval::{ErrorKind, EvalError, Settings, evaluate};

fn failure(source: &str) -> EvalError {
    evaluate(Settings::default(), |evaluator| -> Result<_, EvalError> {
        let value = evaluator.eval_str(source, Path::new("/"))?;
        evaluator.to_json(value)
    })
    .expect_err("the source is wrong")
}

#[track_caller]
fn check(source: &str, expected: Expect) {
    expected.assert_eq(&failure(source).report().to_string());
}

/// The text that is underlined.
fn culprit(source: &str) -> String {
    let error = failure(source);
    let label = error.labels().and_then(|mut labels| labels.next()).expect("the error has a position");
    source[label.offset()..label.offset() + label.len()].to_owned()
}

#[test]
fn a_missing_attribute_is_underlined_and_the_nearest_name_is_given() {
    let source = "let unit = { memory = 1; cores = 2; }; in unit.memroy";
    check(
        source,
        expect![[r#"
        error: attribute 'memroy' missing
          at «string»:1:48
          Did you mean memory?"#]],
    );
    assert_eq!(culprit(source), "memroy");
    let kind = ErrorKind::MissingAttribute { name: "memroy".into(), nearest: Some("memory".into()) };
    assert_eq!(*failure(source).kind(), kind);
}

#[test]
fn an_undefined_variable_is_found_before_anything_is_evaluated() {
    let source = "let counter = 1; in if true then 1 else conter";
    check(
        source,
        expect![[r#"
        error: undefined variable 'conter'
          at «string»:1:41
          Did you mean counter?"#]],
    );
    assert_eq!(culprit(source), "conter");
}

#[test]
fn an_infinite_recursion_shows_its_cycle() {
    check(
        "let a = b + 1; b = c; c = a; in a",
        expect![[r#"
            error: infinite recursion encountered
              at «string»:1:27
              needs 'a' at «string»:1:9
              needs 'b' at «string»:1:20
              needs 'c' at «string»:1:27
              needs 'a' at «string»:1:9
              give one of them a value that does not need the others"#]],
    );
}

#[test]
fn the_trace_tells_what_was_being_evaluated() {
    let source = r#"
      let
        check = size: if size < 1 then throw "size ${toString size} is too small" else size;
        unit = { memory = builtins.addErrorContext "while checking the unit 'web'" (check 0); };
      in unit.memory + 1
    "#;
    check(
        source,
        expect![[r#"
            error: size 0 is too small
              at «string»:3:40
              … while calling the 'throw' builtin at «string»:3:40
              … while calling 'check' at «string»:4:85
              … while checking the unit 'web' at «string»:4:27
              … while evaluating the attribute 'memory' at «string»:4:18"#]],
    );
}

#[test]
fn a_wrong_type_says_what_was_found() {
    check(
        "builtins.length { a = 1; }",
        expect![[r#"
        error: expected a list but found a set: { a = 1; }
          at «string»:1:1
          … while calling the 'length' builtin at «string»:1:1"#]],
    );
}

#[test]
fn a_syntax_error_says_what_was_expected() {
    let source = "{ a = 1 b = 2; }";
    check(
        source,
        expect![[r#"
            error: syntax error, unexpected '=', expecting ';'
              at «string»:1:11
              put a `;` there"#]],
    );
    assert_eq!(culprit(source), "=");
}

#[test]
fn a_wrong_argument_names_the_function_and_the_nearest_argument() {
    check(
        "let vm = { memory, cores ? 1 }: memory; in vm { memory = 1; cors = 2; }",
        expect![[r#"
            error: function 'vm' called with unexpected argument 'cors'
              at «string»:1:61
              Did you mean cores?
              … while calling the function at «string»:1:44"#]],
    );
}

#[test]
fn miette_draws_the_excerpt() {
    let error = failure("{\n  cores = 1 + \"x\";\n}");
    let mut drawn = String::new();
    miette::NarratableReportHandler::new().render_report(&mut drawn, &error).expect("a String takes everything");
    expect![[r#"
        cannot add a string to an integer
            Diagnostic severity: error
        Begin snippet for «string» starting at line 1, column 1

        snippet line 1: {
        snippet line 2:   cores = 1 + "x";
            label at line 2, column 11: this is an integer
            label at line 2, columns 15 to 17: here
        snippet line 3: }
        diagnostic help: make strings of both (`toString 1`), or numbers
        diagnostic code: nix::type

        Warning: while evaluating attribute 'cores' («string»:2:3)
            Diagnostic severity: warning

        diagnostic code: nix::trace
    "#]]
    .assert_eq(&drawn);
}
