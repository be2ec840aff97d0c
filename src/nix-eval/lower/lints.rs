//! Literals that Nix discourages when it is asked to.

use super::Lowering;
use super::draft::line_column;
use crate::error::ErrorKind;
use crate::error::fault::{Fault, Res};
use crate::settings::Lint;
use crate::source::Span;

impl Lowering<'_, '_, '_> {
    pub(super) fn lint_url(&self, url: &str, span: Span) -> Res<()> {
        let lint = self.unit.lints.urls;
        let state = if lint == Lint::Refused { "disallowed" } else { "discouraged" };
        self.lint(lint, span, || {
            let cure = format!("Consider using a string literal \"{url}\" instead (lint-url-literals)");
            format!("URL literals are {state}. {cure}")
        })
    }

    pub(super) fn lint_path(&self, path: &str, span: Span) -> Res<()> {
        let lints = self.unit.lints;
        let kind = match path.as_bytes().first() {
            Some(b'.') | None => return Ok(()),
            Some(b'/') => "absolute",
            Some(b'~') => "home",
            Some(_) => {
                return self.lint(lints.short_paths, span, || {
                    format!(
                        "relative path literal '{path}' should be prefixed with '.' for clarity: './{path}' \
                         (lint-short-path-literals)"
                    )
                });
            }
        };
        self.lint(lints.absolute_paths, span, || {
            format!(
                "{kind} path literals are not portable. Consider replacing path literal '{path}' by a string, relative \
                 path, or parameter (lint-absolute-path-literals)"
            )
        })
    }

    fn lint(&self, lint: Lint, span: Span, message: impl FnOnce() -> String) -> Res<()> {
        match lint {
            Lint::Accepted => Ok(()),
            Lint::Refused => Err(Fault::new(ErrorKind::Parse, message()).at(span)),
            Lint::Warned => {
                let (line, column) = line_column(self.unit.text, (span.start - self.unit.base) as usize);
                (self.tables.trace)(&format!("warning: {}\n  at {}:{line}:{column}", message(), self.unit.name));
                Ok(())
            }
        }
    }
}
