//! Ctrl-C and SIGTERM during a run: nothing new is begun, and what is in flight ends.

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    failure::{Failure, Trouble},
    progress::Voice,
};

/// Listens until dropped.
#[derive(Debug)]
pub struct Interrupt {
    listener: JoinHandle<()>,
}

impl Interrupt {
    /// Cancels `run` at the first signal; at every further one `voice` says what is waited for.
    ///
    /// # Errors
    /// When the signals cannot be listened for.
    pub fn cancels(run: CancellationToken, voice: Voice) -> Result<Self, Failure> {
        let listen = |kind| signal(kind).map_err(|source| Trouble::Runtime { source });
        let (interrupts, terminations) = (listen(SignalKind::interrupt())?, listen(SignalKind::terminate())?);
        let listener = tokio::spawn(answer(interrupts, terminations, run, voice));
        Ok(Self { listener })
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        self.listener.abort();
    }
}

async fn answer(mut interrupts: Signal, mut terminations: Signal, run: CancellationToken, voice: Voice) {
    loop {
        tokio::select! {
            _ = interrupts.recv() => {}
            _ = terminations.recv() => {}
        }
        if run.is_cancelled() {
            voice.say("still waiting for the steps in flight; the next apply puts right what a kill leaves undone");
        } else {
            voice.say("stopping: no further step is begun, those in flight end first");
            run.cancel();
        }
    }
}
