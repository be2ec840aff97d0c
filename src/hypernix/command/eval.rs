//! `hypernix eval`

use std::{
    io::{self, Read},
    path::{Path, PathBuf},
};

use clap::{Args, ValueHint};
use nix_eval::{Arguments, EvalError, Evaluated, Evaluator, Extent, Form};

use crate::{
    evaluation::Evaluation,
    failure::{Exit, Failure, Trouble},
    output,
    session::Session,
};

/// Evaluates a Nix file or expression and prints its value.
///
/// Prints what `nix-instantiate --eval` would. A function is called with the --arg and --argstr values it takes.
/// Nothing is built and no backend is asked.
#[derive(Debug, Args)]
pub struct Eval {
    /// Nix files, directories with a default.nix, <NAMES> of the search path, or - for standard input.
    #[arg(value_name = "FILE", default_value = ".", value_hint = ValueHint::AnyPath)]
    files: Vec<PathBuf>,
    /// An expression instead of a file.
    #[arg(short = 'E', long, value_name = "EXPRESSION", conflicts_with = "files", allow_hyphen_values = true)]
    expr: Option<String>,
    /// Prints an attribute or list element of the value, as in a."b.c".0; may be repeated.
    #[arg(short = 'A', long, value_name = "PATH")]
    attr: Vec<String>,
    /// Computes everything inside the value; with --json this is always so.
    #[arg(long)]
    strict: bool,
    /// Prints XML.
    #[arg(long, conflicts_with_all = ["json", "raw"])]
    xml: bool,
    /// Leaves out of XML where attributes and functions stand.
    #[arg(long, requires = "xml")]
    no_location: bool,
    /// Prints the bytes of a string, without quotes and without a line end.
    #[arg(long, conflicts_with = "json")]
    raw: bool,
    #[command(flatten)]
    evaluation: Evaluation,
}

/// Something to be evaluated.
enum Source {
    File(PathBuf),
    Text(String),
}

impl Eval {
    /// Evaluates and prints.
    ///
    /// # Errors
    /// When there is nothing to read, or the evaluation fails.
    pub fn run(self, session: &Session) -> Result<Exit, Failure> {
        let form = self.form(session);
        let sources = self.sources()?;
        let settings = self.evaluation.settings();
        let written = nix_eval::evaluate(settings, |evaluator| {
            let mut written = Vec::new();
            let arguments = self.evaluation.arguments(evaluator)?;
            for source in &sources {
                self.write(evaluator, source, &arguments, form, &mut written)?;
            }
            Ok::<_, EvalError>(written)
        })?;
        output::bytes(&written)?;
        Ok(Exit::Done)
    }

    fn form(&self, session: &Session) -> Form {
        match (session.global.json, self.xml, self.raw) {
            (true, ..) => Form::Json,
            (_, true, _) if self.no_location => Form::Xml,
            (_, true, _) => Form::LocatedXml,
            (.., true) => Form::Raw,
            _ => Form::Nix,
        }
    }

    fn sources(&self) -> Result<Vec<Source>, Failure> {
        match &self.expr {
            Some(text) => Ok(vec![Source::Text(text.clone())]),
            None => self.files.iter().map(|file| source(file)).collect(),
        }
    }

    fn write<'a>(
        &self,
        evaluator: &mut Evaluator<'a>,
        source: &Source,
        arguments: &Arguments<'a>,
        form: Form,
        out: &mut Vec<u8>,
    ) -> Result<(), EvalError> {
        let root = source.value(evaluator)?;
        let whole = [String::new()];
        let paths = if self.attr.is_empty() { &whole[..] } else { &self.attr };
        for path in paths {
            let mut value = evaluator.select_along(root, path, arguments)?;
            if !arguments.is_empty() {
                value = evaluator.auto_call(value, arguments)?;
            }
            let extent = if self.strict || form == Form::Json { Extent::Whole } else { Extent::Top };
            out.extend(evaluator.write(value, form, extent)?);
            if matches!(form, Form::Nix | Form::Json) {
                out.push(b'\n');
            }
        }
        Ok(())
    }
}

impl Source {
    fn value<'a>(&self, evaluator: &mut Evaluator<'a>) -> Result<Evaluated<'a>, EvalError> {
        match self {
            Self::File(path) => evaluator.eval_file(path),
            Self::Text(text) => evaluator.eval_str(text, Path::new(".")),
        }
    }
}

/// What a word in the place of a file means.
fn source(file: &Path) -> Result<Source, Failure> {
    let text = file.to_string_lossy();
    if text == "-" {
        let mut text = String::new();
        let unreadable = |source| Trouble::ReadFile { path: "standard input".into(), source };
        io::stdin().read_to_string(&mut text).map_err(unreadable)?;
        return Ok(Source::Text(text));
    }
    let is_search_path = text.starts_with('<') && text.ends_with('>');
    Ok(if is_search_path { Source::Text(format!("import {text}")) } else { Source::File(file.to_owned()) })
}
