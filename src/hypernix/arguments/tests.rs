//! What command lines mean.

use clap::Parser;
use expect_test::{Expect, expect};

use super::Arguments;

#[test]
fn the_description_holds_together() {
    Arguments::description().debug_assert();
}

#[track_caller]
fn check(line: &str, expected: Expect) {
    let words = std::iter::once("hypernix").chain(line.split_whitespace());
    let said = match Arguments::try_parse_from(words) {
        Ok(arguments) => format!("{:#?}", arguments.command),
        Err(error) => error.render().to_string(),
    };
    expected.assert_eq(&said);
}

#[test]
fn plans_take_what_the_issue_names() {
    check(
        "plan host.nix --out p --detailed-exitcode --allow-destroy --prune --only domain/web --only container/db",
        expect![[r#"
            Plan(
                Plan {
                    file: File {
                        path: "host.nix",
                    },
                    out: Some(
                        "p",
                    ),
                    detailed_exitcode: true,
                    explain: None,
                    check: false,
                    scope: Scope {
                        allow_destroy: true,
                        prune: true,
                        allow_prune: None,
                        restart_pending: false,
                        only: [
                            "domain/web",
                            "container/db",
                        ],
                        partial: false,
                    },
                },
            )"#]],
    );
}

#[test]
fn a_misspelt_command_is_met_with_help() {
    check(
        "aply host.nix",
        expect![[r#"
        error: unrecognized subcommand 'aply'

          tip: a similar subcommand exists: 'apply'

        Usage: hypernix [OPTIONS] <COMMAND>

        For more information, try '--help'.
    "#]],
    );
    check(
        "stop",
        expect![[r#"
        error: the following required arguments were not provided:
          <NAME>...

        Usage: hypernix stop <NAME>...

        For more information, try '--help'.
    "#]],
    );
}
