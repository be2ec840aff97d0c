//! The commands' own errors. What other crates find wrong with a declaration comes as their own diagnostics.

use std::{io, path::PathBuf};

use driver::BackendError;
use miette::Diagnostic;
use model::Address;
use reconcile::{
    ApplyError, ConfirmationError, GenerationError, LockError, PlanningError, RebuildError, RecoverError, ReturnError,
    SavedPlanError, StateError,
};

use super::Failure;

/// What can go wrong in a command itself.
#[derive(Debug, thiserror::Error, Diagnostic)]
pub enum Trouble {
    /// No unit or object has this name.
    #[error("there is no {what} `{name}`")]
    #[diagnostic(code(hypernix::unknown_name))]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name given.
        name: String,
        /// The nearest name, or where to look.
        #[help]
        help: String,
    },
    /// Two objects have this name.
    #[error("`{name}` names more than one object")]
    #[diagnostic(code(hypernix::ambiguous_name), help("say which: {choices}"))]
    Ambiguous {
        /// The name given.
        name: String,
        /// The addresses it may mean.
        choices: String,
    },
    /// The deed needs an object in another state.
    #[error("{address} is {state}, so it cannot {deed}")]
    #[diagnostic(code(hypernix::wrong_state))]
    WrongState {
        /// The object.
        address: Address,
        /// Its state.
        state: String,
        /// What was asked.
        deed: &'static str,
        /// What to do.
        #[help]
        help: String,
    },
    /// An unmanaged or protected object was to be changed.
    #[error("{address} is not managed here")]
    #[diagnostic(code(hypernix::unmanaged))]
    Unmanaged {
        /// The object.
        address: Address,
        /// What to do.
        #[help]
        help: String,
    },
    /// A question needs a terminal.
    #[error("`{question}` needs an answer, but standard input is no terminal")]
    #[diagnostic(code(hypernix::unattended), help("add --yes to go ahead without being asked"))]
    NobodyToAsk {
        /// The question.
        question: String,
    },
    /// A backend refused something that no driver does for us: a console, a log.
    #[error("cannot {deed}")]
    #[diagnostic(code(hypernix::backend_refused))]
    Backend {
        /// What was tried, with its object.
        deed: String,
        /// The backend's words.
        source: BackendError,
    },
    /// The state cannot be used.
    #[error("the state directory cannot be used")]
    #[diagnostic(code(hypernix::state))]
    State {
        /// Why.
        source: StateError,
    },
    /// A generation cannot be used.
    #[error("the generation cannot be used")]
    #[diagnostic(code(hypernix::generation))]
    Generation {
        /// Why.
        source: GenerationError,
    },
    /// There is no plan, for other reasons than the declaration.
    #[error("cannot plan")]
    #[diagnostic(code(hypernix::plan))]
    Plan {
        /// Why.
        source: PlanningError,
    },
    /// A saved plan cannot be written or used.
    #[error("the saved plan cannot be used")]
    #[diagnostic(code(hypernix::saved_plan))]
    SavedPlan {
        /// Why.
        source: SavedPlanError,
    },
    /// Another process is changing the host.
    #[error("another run is under way")]
    #[diagnostic(code(hypernix::locked))]
    Locked {
        /// Whose.
        source: LockError,
    },
    /// A run could not begin, or not be written down.
    #[error("cannot apply")]
    #[diagnostic(code(hypernix::apply))]
    Apply {
        /// Why.
        source: ApplyError,
    },
    /// What a killed run left behind could not be put right.
    #[error("cannot take up after a killed run")]
    #[diagnostic(code(hypernix::recover))]
    Recover {
        /// Why.
        source: RecoverError,
    },
    /// The state could not be made anew.
    #[error("cannot make the state anew")]
    #[diagnostic(code(hypernix::rebuild))]
    Rebuild {
        /// Why.
        source: RebuildError,
    },
    /// What waits to be confirmed could not be used.
    #[error("cannot confirm")]
    #[diagnostic(code(hypernix::confirm))]
    Confirm {
        /// Why.
        source: ConfirmationError,
    },
    /// A run that was not confirmed could not be undone.
    #[error("the run was not confirmed, and could not be undone")]
    #[diagnostic(code(hypernix::undo), help("`hypernix generations` lists what `hypernix rollback` can return to"))]
    Undo {
        /// Why.
        source: ReturnError,
    },
    /// A file could not be read.
    #[error("cannot read {path}", path = path.display())]
    #[diagnostic(code(hypernix::read))]
    ReadFile {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// Something could not be written.
    #[error("cannot write to {what}")]
    #[diagnostic(code(hypernix::write))]
    Write {
        /// The file or stream.
        what: String,
        /// Why.
        source: io::Error,
    },
    /// An answer could not be put into JSON.
    #[error("cannot put the answer into JSON")]
    #[diagnostic(code(hypernix::json))]
    Serialise {
        /// Why.
        source: serde_json::Error,
    },
    /// The asynchronous runtime did not start.
    #[error("cannot start the program's threads")]
    #[diagnostic(code(hypernix::runtime))]
    Runtime {
        /// Why.
        source: io::Error,
    },
    /// The operating system refuses the daemon its signals.
    #[error("SIGTERM, SIGINT and SIGHUP cannot be listened for")]
    Signals {
        /// Why.
        source: io::Error,
    },
    /// The log of events cannot be used.
    #[error("the log of events cannot be used")]
    #[diagnostic(code(hypernix::events), help("only one `hypernix serve` can run over a state directory"))]
    Events {
        /// Why.
        source: store::StoreError,
    },
    /// An address cannot be listened on.
    #[error("cannot listen on {address}")]
    #[diagnostic(code(hypernix::listen))]
    Listen {
        /// The address or path.
        address: String,
        /// Why.
        source: io::Error,
        /// What to do.
        #[help]
        help: String,
    },
    /// The command line asks for what does not go together or is not there.
    #[error("{message}")]
    #[diagnostic(code(hypernix::request))]
    Request {
        /// What is wrong.
        message: String,
        /// What to do.
        #[help]
        help: String,
    },
}

impl Trouble {
    /// Why a run could not begin.
    pub fn of_apply(error: ApplyError) -> Self {
        match error {
            ApplyError::Lock(source) => Self::Locked { source },
            source => Self::Apply { source },
        }
    }

    /// Why a killed run could not be taken note of.
    pub fn of_recover(error: RecoverError) -> Self {
        match error {
            RecoverError::Lock(source) => Self::Locked { source },
            source => Self::Recover { source },
        }
    }

    /// The error as the end of a command.
    pub fn into_failure(self) -> Failure {
        self.into()
    }
}
