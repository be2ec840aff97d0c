//! What the program says about its own doings: on standard error, or, where that is the journal, there with its fields.

use tracing_subscriber::{EnvFilter, layer::SubscriberExt, util::SubscriberInitExt};

use crate::arguments::Global;

/// The variable whose filter replaces what `-v` and `-q` choose.
const FILTER: &str = "HYPERNIX_LOG";

/// What the program is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// One deed for a person, who is told of trouble only.
    Deed,
    /// A service, whose journal is its story.
    Service,
}

/// Starts it, as loud as the command line wants.
pub fn start(global: &Global, task: Task) {
    let verbose = global.verbose + u8::from(task == Task::Service);
    let level = match (global.quiet, verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "info",
        (false, 2) => "debug",
        (false, _) => "trace",
    };
    let ours = ["hypernix", "api", "store", "config", "plan", "driver", "reconcile", "nix_eval"];
    let quiet_others = ours.map(|name| format!("{name}={level}")).join(",");
    let filter = EnvFilter::try_from_env(FILTER).unwrap_or_else(|_| EnvFilter::new(format!("error,{quiet_others}")));
    let journal = is_journal().then(tracing_journald::layer).and_then(Result::ok);
    let terminal = journal.is_none().then(|| {
        let lines = tracing_subscriber::fmt::layer().with_writer(anstream::stderr);
        lines.without_time().with_target(global.verbose > 1)
    });
    tracing_subscriber::registry().with(filter).with(journal).with(terminal).init();
}

/// Whether standard error is the journal's, as systemd says it.
fn is_journal() -> bool {
    let Ok(told) = std::env::var("JOURNAL_STREAM") else { return false };
    let numbers = told.split_once(':').and_then(|(device, inode)| Some((device.parse().ok()?, inode.parse().ok()?)));
    let stream: Option<(u64, u64)> = numbers;
    rustix::fs::fstat(std::io::stderr()).is_ok_and(|stat| stream == Some((stat.st_dev, stat.st_ino)))
}
