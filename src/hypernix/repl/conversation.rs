//! One conversation: it ends, or starts again with the files read anew.

use std::{
    cell::RefCell,
    fmt::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use nix_eval::{Completions, EvalError, Evaluated, Evaluator, Extent, Scope};

use super::{
    input::{COMMANDS, Input},
    lines::Lines,
};
use crate::{
    evaluation::Evaluation,
    failure::{Failure, Trouble},
    session::Session,
};

/// The name of the last value.
const LAST: &str = "it";

/// What follows a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Another one, with the files read anew.
    Reload,
    /// Nothing.
    End,
}

/// An evaluator with the variables made so far.
pub struct Bench<'r, 'a> {
    evaluator: &'r mut Evaluator<'a>,
    scope: Scope<'a>,
}

/// A conversation.
pub struct Conversation<'s, 'r, 'a> {
    bench: &'s RefCell<Bench<'r, 'a>>,
    evaluation: &'s Evaluation,
    session: &'s Session,
    interrupt: &'s AtomicBool,
    has_failed: bool,
}

impl<'r, 'a> Bench<'r, 'a> {
    /// Makes one without variables.
    pub fn new(evaluator: &'r mut Evaluator<'a>) -> Self {
        Self { evaluator, scope: Scope::default() }
    }
}

impl Bench<'_, '_> {
    /// What can follow the text before the cursor.
    pub fn complete(&mut self, before: &str) -> Completions {
        self.evaluator.complete(&self.scope, before, Path::new("."))
    }
}

impl<'a> Bench<'_, 'a> {
    fn eval(&mut self, text: &str) -> Result<Evaluated<'a>, EvalError> {
        self.evaluator.eval_in(&self.scope, text, Path::new("."))
    }
}

impl<'s, 'r, 'a> Conversation<'s, 'r, 'a> {
    /// Makes one about what is on the bench.
    pub fn new(
        bench: &'s RefCell<Bench<'r, 'a>>,
        evaluation: &'s Evaluation,
        session: &'s Session,
        interrupt: &'s AtomicBool,
    ) -> Self {
        Self { bench, evaluation, session, interrupt, has_failed: false }
    }

    /// Whether an input failed.
    pub fn has_failed(&self) -> bool {
        self.has_failed
    }

    /// Loads the files, then answers input by input.
    ///
    /// # Errors
    /// When the terminal cannot be read or written to.
    pub fn run(&mut self, files: &mut Vec<PathBuf>, lines: &mut Lines<'_, 'r, 'a>) -> Result<Next, Failure> {
        for file in files.iter() {
            let loaded = self.load(file);
            self.report(loaded)?;
        }
        while let Some(line) = lines.next()? {
            self.interrupt.store(false, Ordering::Relaxed);
            match Input::of(&line) {
                Input::Quit => return Ok(Next::End),
                Input::Reload => return Ok(Next::Reload),
                input => {
                    let answer = self.answer(&input);
                    if let (Input::Load(file), Ok(_)) = (&input, &answer) {
                        files.retain(|known| known != file);
                        files.push(file.clone());
                    }
                    self.report(answer)?;
                }
            }
        }
        Ok(Next::End)
    }

    fn report(&mut self, answer: Result<String, Failure>) -> Result<(), Failure> {
        match answer {
            Ok(text) => self.session.output.text(&text),
            Err(failure) => {
                self.has_failed = true;
                failure.print(&self.session.output);
                Ok(())
            }
        }
    }

    fn answer(&mut self, input: &Input<'_>) -> Result<String, Failure> {
        match input {
            Input::Nothing | Input::Quit | Input::Reload => Ok(String::new()),
            Input::Evaluate(text) => self.show(text, Extent::Top),
            Input::PrintAll(text) => self.show(text, Extent::Whole),
            Input::Bind { name, text } => {
                let bench = &mut *self.bench.borrow_mut();
                bench.evaluator.define(&mut bench.scope, name, text, Path::new("."))?;
                Ok(String::new())
            }
            Input::AddAttrs(text) => {
                let bench = &mut *self.bench.borrow_mut();
                let set = bench.eval(text)?;
                Ok(added(bench.evaluator.add_attrs(&mut bench.scope, set)?))
            }
            Input::Load(file) => self.load(file),
            Input::Describe(text) => {
                let bench = &mut *self.bench.borrow_mut();
                let value = bench.eval(text)?;
                Ok(bench.evaluator.describe(value))
            }
            Input::Document(name) => self.document(name),
            Input::Help => Ok(help()),
            Input::Unknown(command) => {
                let message = format!("there is no command `:{command}`");
                Err(Trouble::Request { message, help: ":? lists the commands".to_owned() }.into())
            }
        }
    }

    fn show(&mut self, text: &str, extent: Extent) -> Result<String, Failure> {
        let bench = &mut *self.bench.borrow_mut();
        let value = bench.eval(text)?;
        bench.evaluator.set_variable(&mut bench.scope, LAST, value);
        Ok(bench.evaluator.display(value, extent)?)
    }

    /// Loads a file, called with `--arg` and `--argstr` where it is a function.
    fn load(&mut self, file: &Path) -> Result<String, Failure> {
        let bench = &mut *self.bench.borrow_mut();
        let text = file.to_string_lossy();
        let value = if text.starts_with('<') {
            bench.evaluator.eval_str(&format!("import {text}"), Path::new("."))?
        } else {
            bench.evaluator.eval_file(file)?
        };
        let arguments = self.evaluation.arguments(bench.evaluator)?;
        let value = bench.evaluator.auto_call(value, &arguments)?;
        Ok(added(bench.evaluator.add_attrs(&mut bench.scope, value)?))
    }

    fn document(&mut self, name: &str) -> Result<String, Failure> {
        if let Some(doc) = nix_eval::builtin_doc(name) {
            return Ok(doc.to_string());
        }
        let bench = &mut *self.bench.borrow_mut();
        let value = bench.eval(name)?;
        bench.evaluator.document(value).ok_or_else(|| {
            let message = format!("`{name}` is no function but {}", bench.evaluator.describe(value));
            Trouble::Request { message, help: "only functions are documented".to_owned() }.into()
        })
    }
}

fn added(count: usize) -> String {
    format!("{count} variable{} added", if count == 1 { "" } else { "s" })
}

fn help() -> String {
    COMMANDS.iter().fold(String::new(), |mut text, (command, argument, meaning)| {
        writeln!(text, "  {:<16}{meaning}", format!("{command} {argument}")).expect("a string takes every text");
        text
    })
}
