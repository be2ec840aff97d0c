//! What a run tells while it is under way, for progress bars.

use std::{borrow::Cow, time::Duration};

use model::Address;
use plan::StepId;
use serde::{Deserialize, Serialize};
use serde_with::{DurationMilliSeconds, serde_as};
use tokio::sync::mpsc::{Sender, error::TrySendError};

use crate::StepStatus;

/// Something that happened in a run.
#[serde_as]
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The run began.
    Begun {
        /// The run.
        run: String,
        /// The generation it makes.
        generation: Option<u64>,
        /// How many steps it has.
        steps: usize,
    },
    /// A step began.
    StepStarted {
        /// Which.
        step: StepId,
        /// Its resource.
        address: Address,
        /// What it does.
        verb: Cow<'static, str>,
    },
    /// A step ended, was skipped or was not begun.
    StepFinished {
        /// Which.
        step: StepId,
        /// Its resource.
        address: Address,
        /// What it did.
        verb: Cow<'static, str>,
        /// How it ended.
        #[serde(flatten)]
        status: StepStatus,
        /// How long it took; milliseconds when written down.
        #[serde_as(as = "DurationMilliSeconds<u64>")]
        #[serde(rename = "tookMs")]
        took: Duration,
    },
    /// The steps have ended; what they touched is read again.
    Verifying,
    /// Something failed; the generation of this number is applied again.
    RollingBack {
        /// Its number.
        to: u64,
    },
}

/// Where events go. Progress is a courtesy: a reader that is slow misses some, and the run never waits for it.
#[derive(Clone, Debug)]
pub(crate) struct Events(pub(crate) Option<Sender<Event>>);

impl Events {
    pub(crate) fn tell(&self, event: Event) {
        if let Some(sender) = &self.0 {
            match sender.try_send(event) {
                Ok(()) | Err(TrySendError::Closed(_)) => {}
                Err(TrySendError::Full(event)) => tracing::trace!(?event, "the reader of events is behind"),
            }
        }
    }
}
