//! What people and programs see of an error.

use expect_test::{Expect, expect};
use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, NamedSource, Report, SourceSpan};

use super::{Trace, Trouble, document::error_document};

#[derive(Debug, thiserror::Error, Diagnostic)]
#[error("unknown option `memroy`")]
#[diagnostic(code(config::unknown_option), help("did you mean `memory`?"))]
struct Mistake {
    #[source_code]
    text: NamedSource<String>,
    #[label("not an option")]
    at: SourceSpan,
}

fn mistake() -> Report {
    let text = "{\n  memroy = 1;\n}\n".to_owned();
    Report::new(Mistake { text: NamedSource::new("host.nix", text), at: (4, 6).into() })
}

#[track_caller]
fn check_text(report: &Report, expected: Expect) {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_width(80).with_links(false);
    let mut text = String::new();
    handler.render_report(&mut text, report.as_ref()).expect("a string takes every text");
    expected.assert_eq(&text);
}

#[test]
fn a_mistake_in_a_file_is_shown_with_its_line() {
    check_text(
        &mistake(),
        expect![[r#"
        config::unknown_option

          x unknown option `memroy`
           ,-[host.nix:2:3]
         1 | {
         2 |   memroy = 1;
           :   ^^^|^^
           :      `-- not an option
         3 | }
           `----
          help: did you mean `memory`?
    "#]],
    );
}

#[test]
fn an_own_error_says_what_to_do() {
    let trouble = Trouble::NobodyToAsk { question: "Apply this plan?".to_owned() };
    check_text(
        &Report::new(trouble),
        expect![[r#"
        hypernix::unattended

          x `Apply this plan?` needs an answer, but standard input is no terminal
          help: add --yes to go ahead without being asked
    "#]],
    );
}

#[test]
fn programs_get_the_place_and_every_further_mistake() {
    let document = error_document(&[mistake(), mistake()], Trace::Short);
    expect![[r#"
        {
          "error": {
            "code": "config::unknown_option",
            "message": "unknown option `memroy`",
            "labels": [
              {
                "text": "not an option",
                "file": "host.nix",
                "line": 2,
                "column": 3
              }
            ],
            "help": "did you mean `memory`?",
            "related": [
              {
                "code": "config::unknown_option",
                "message": "unknown option `memroy`",
                "labels": [
                  {
                    "text": "not an option",
                    "file": "host.nix",
                    "line": 2,
                    "column": 3
                  }
                ],
                "help": "did you mean `memory`?"
              }
            ]
          }
        }"#]]
    .assert_eq(&serde_json::to_string_pretty(&document).expect("it is JSON"));
}
