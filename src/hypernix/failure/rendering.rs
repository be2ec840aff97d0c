//! Diagnostics as text for people: miette's drawing of the mistake, then the steps that led to it, one a line.

use std::{
    error::Error,
    fmt::{self, Write},
    io::{self, IsTerminal},
};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use nix_eval::TRACE_CODE;
use owo_colors::OwoColorize;

/// How much of the steps that led to an error is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trace {
    /// Those that matter most.
    Short,
    /// All: `--show-trace`.
    Whole,
}

/// So many hidden steps are not worth a word: the builtin that failed, and the file that was named.
const FEW: usize = 3;

/// What draws: Unicode and colours on a terminal, plain characters elsewhere.
pub struct Drawing {
    handler: GraphicalReportHandler,
    trace: Trace,
    is_coloured: bool,
}

impl Drawing {
    /// Draws for standard error as it is.
    pub fn new(trace: Trace) -> Self {
        let is_coloured = io::stderr().is_terminal();
        let handler = if is_coloured {
            let unicode = GraphicalReportHandler::new_themed(GraphicalTheme::unicode());
            unicode.with_width(terminal_width()).with_break_words(false)
        } else {
            GraphicalReportHandler::new_themed(GraphicalTheme::none()).with_wrap_lines(false)
        };
        Self { handler: handler.with_links(false), trace, is_coloured }
    }

    /// Draws one mistake.
    pub fn draw(&self, diagnostic: &dyn Diagnostic) -> String {
        let mut text = String::new();
        if self.handler.render_report(&mut text, &Alone(diagnostic)).is_err() {
            return format!("error: {diagnostic}\n");
        }
        let (steps, others): (Vec<_>, Vec<_>) =
            diagnostic.related().into_iter().flatten().partition(|one| is_step(*one));
        self.steps(&steps, &mut text);
        others.into_iter().for_each(|other| text.push_str(&self.draw(other)));
        text
    }

    fn steps(&self, steps: &[&dyn Diagnostic], text: &mut String) {
        let is_shown =
            |step: &&&dyn Diagnostic| self.trace == Trace::Whole || step.severity() != Some(Severity::Advice);
        let shown: Vec<_> = steps.iter().filter(is_shown).collect();
        let hidden = steps.len() - shown.len();
        for step in shown {
            let line = step.to_string().replace('\n', "\n    ");
            self.line(&line, text);
        }
        if hidden > FEW && self.trace == Trace::Short {
            self.line(&format!("{hidden} more steps, with --show-trace"), text);
        }
    }

    fn line(&self, line: &str, text: &mut String) {
        let written = if self.is_coloured {
            writeln!(text, "  {} {}", "…".dimmed(), line.dimmed())
        } else {
            writeln!(text, "  ... {line}")
        };
        written.expect("a string takes every text");
    }
}

fn is_step(diagnostic: &dyn Diagnostic) -> bool {
    diagnostic.code().is_some_and(|code| code.to_string() == TRACE_CODE)
}

fn terminal_width() -> usize {
    let size = rustix::termios::tcgetwinsize(io::stderr()).map(|size| usize::from(size.ws_col));
    size.ok().filter(|columns| *columns > 20).unwrap_or(100)
}

/// A diagnostic without those related to it.
#[derive(Debug)]
struct Alone<'d>(&'d dyn Diagnostic);

impl fmt::Display for Alone<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self.0, f)
    }
}

impl Error for Alone<'_> {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}

impl Diagnostic for Alone<'_> {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.code()
    }

    fn severity(&self) -> Option<Severity> {
        self.0.severity()
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.0.help()
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.0.source_code()
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        self.0.labels()
    }

    fn diagnostic_source(&self) -> Option<&dyn Diagnostic> {
        self.0.diagnostic_source()
    }
}
