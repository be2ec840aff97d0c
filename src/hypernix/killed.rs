//! Lets a test kill the program at a boundary of its runs, to see what the next run makes of what is left. Builds
//! for use do not hold it.
//!
//! `HYPERNIX_KILL=N` kills at the Nth boundary; `HYPERNIX_KILL=N+M` kills M milliseconds after it, in the middle of
//! whatever is going on then.

use std::{
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use reconcile::Watch;
use rustix::process::{Signal, getpid, kill_process};

/// Where the kill is asked for.
const VARIABLE: &str = "HYPERNIX_KILL";

/// The watch over the boundaries, where a kill is asked for.
pub fn watch() -> Option<Watch> {
    let asked = env::var(VARIABLE).ok()?;
    let (boundary, later) = asked.split_once('+').unwrap_or((&asked, "0"));
    let (boundary, later): (u64, u64) = (boundary.parse().ok()?, later.parse().ok()?);
    let passed = AtomicU64::new(0);
    Some(Watch(Arc::new(move |_| {
        if passed.fetch_add(1, Ordering::SeqCst) + 1 != boundary {
            return;
        }
        if later == 0 {
            die();
        }
        thread::spawn(move || {
            thread::sleep(Duration::from_millis(later));
            die();
        });
    })))
}

fn die() {
    kill_process(getpid(), Signal::KILL).expect("one may kill oneself");
    thread::park();
}
