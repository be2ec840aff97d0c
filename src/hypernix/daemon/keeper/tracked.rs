//! What is to be read of a backend, and when. Pure.
//!
//! ```text
//!   quiet ──changed──► dirty ──a moment later──► reading ──► quiet, or dirty again
//!                        └─ more of the same change comes in that moment, and is read with it
//! ```

use std::{collections::BTreeSet, time::Duration};

use api::view::BackendState;
use jiff::Timestamp;
use model::Address;
use tokio::time::Instant;

/// How long changes are gathered before they are looked at: one deed brings several notices.
const SETTLE: Duration = Duration::from_millis(40);
/// The pause before what could not be read is read again.
const AGAIN: Duration = Duration::from_secs(5);
/// Objects that are read one by one; beyond, everything is read.
const FEW: usize = 64;

/// A backend as it is followed.
#[derive(Clone, Debug)]
pub(super) struct Tracked {
    /// Whether it answers.
    pub(super) state: BackendState,
    /// Whether everything was read since it answers.
    pub(super) is_read: bool,
    /// Whether it tells of changes; one that does not is not read either.
    is_heard: bool,
    dirty: Dirty,
    since: Option<Instant>,
    is_reading: bool,
    rests_until: Option<Instant>,
}

/// What is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Dirty {
    /// Nothing.
    Nothing,
    /// These.
    These(BTreeSet<Address>),
    /// Everything.
    Everything,
}

impl Tracked {
    /// A backend that was not heard yet, or that tells nothing and is always there.
    pub(super) const fn new(state: BackendState) -> Self {
        let is_heard = matches!(state, BackendState::Up { .. });
        Self {
            state,
            is_read: false,
            is_heard,
            dirty: Dirty::Nothing,
            since: None,
            is_reading: false,
            rests_until: None,
        }
    }

    /// It answers, and everything is to be read.
    pub(super) fn attach(&mut self, at: Timestamp, now: Instant) {
        self.is_heard = true;
        self.revive(at);
        self.mark_everything(now);
    }

    fn revive(&mut self, at: Timestamp) {
        if !matches!(self.state, BackendState::Up { .. }) {
            self.state = BackendState::Up { since: at };
        }
    }

    /// It could not be read, though it tells of changes: that is tried again.
    pub(super) fn fail(&mut self, reason: String, at: Timestamp, now: Instant) {
        let is_heard = self.is_heard;
        self.lose(reason, at);
        self.is_heard = is_heard;
        self.dirty = Dirty::Everything;
        self.since = Some(now + AGAIN);
    }

    /// It does not answer.
    pub(super) fn lose(&mut self, reason: String, at: Timestamp) {
        self.is_heard = false;
        let since = match self.state {
            BackendState::Down { since, .. } => since,
            _ => at,
        };
        self.state = BackendState::Down { since, reason };
        self.is_read = false;
    }

    /// An object is to be read.
    pub(super) fn mark(&mut self, address: Address, now: Instant) {
        match &mut self.dirty {
            Dirty::Nothing => self.dirty = Dirty::These(BTreeSet::from([address])),
            Dirty::These(these) if these.len() < FEW => drop(these.insert(address)),
            Dirty::These(_) | Dirty::Everything => self.dirty = Dirty::Everything,
        }
        self.since.get_or_insert(now);
    }

    /// Everything is to be read.
    pub(super) fn mark_everything(&mut self, now: Instant) {
        self.dirty = Dirty::Everything;
        self.since.get_or_insert(now);
    }

    /// When reading is to begin; `None` where there is nothing to read, or not yet.
    pub(super) fn due(&self) -> Option<Instant> {
        let may = self.is_heard && !self.is_reading;
        let due = self.since.filter(|_| may).map(|since| since + SETTLE);
        due.map(|due| self.rests_until.map_or(due, |rests| rests.max(due)))
    }

    /// Nothing is read before then.
    pub(super) fn rest_until(&mut self, until: Instant) {
        self.rests_until = Some(until);
    }

    /// Reading begins: what is to be read.
    pub(super) fn begin(&mut self) -> Dirty {
        self.is_reading = true;
        self.since = None;
        std::mem::replace(&mut self.dirty, Dirty::Nothing)
    }

    /// Reading has ended well.
    pub(super) fn end(&mut self, everything: bool, at: Timestamp) {
        self.is_reading = false;
        if self.is_heard {
            self.is_read |= everything;
            self.revive(at);
        }
    }

    /// Reading has ended, and nothing was learned.
    pub(super) fn end_in_vain(&mut self) {
        self.is_reading = false;
    }

    /// Whether what is known of it is as good as can be.
    pub(super) fn is_settled(&self) -> bool {
        match self.state {
            BackendState::Connecting => false,
            BackendState::Up { .. } => self.is_read && !self.is_reading && self.dirty == Dirty::Nothing,
            BackendState::Down { .. } => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use api::view::BackendState;
    use jiff::Timestamp;
    use model::Address;
    use tokio::time::Instant;

    use super::{Dirty, SETTLE, Tracked};

    fn web() -> Address {
        "domain/web".parse().expect("an address")
    }

    #[test]
    fn changes_that_come_together_are_read_together_and_never_while_reading() {
        let (now, at) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let mut tracked = Tracked::new(BackendState::Connecting);
        tracked.mark(web(), now);
        assert_eq!(tracked.due(), None, "nobody answers yet");
        tracked.attach(at, now);
        assert_eq!(tracked.due(), Some(now + SETTLE));
        assert_eq!(tracked.begin(), Dirty::Everything);
        tracked.mark(web(), now + Duration::from_millis(10));
        assert_eq!(tracked.due(), None, "it is being read");
        assert!(!tracked.is_settled());
        tracked.end(true, at);
        assert_eq!(tracked.begin(), Dirty::These([web()].into()));
        tracked.end(false, at);
        assert!(tracked.is_settled());
    }

    #[test]
    fn a_flood_becomes_one_reading_of_everything() {
        let mut tracked = Tracked::new(BackendState::Connecting);
        for n in 0..1000 {
            tracked.mark(format!("domain/web-{n}").parse().expect("an address"), Instant::now());
        }
        assert_eq!(tracked.begin(), Dirty::Everything);
    }

    #[test]
    fn what_was_lost_is_read_again_from_the_beginning() {
        let mut tracked = Tracked::new(BackendState::Connecting);
        tracked.attach(Timestamp::UNIX_EPOCH, Instant::now());
        tracked.begin();
        tracked.end(true, Timestamp::UNIX_EPOCH);
        tracked.lose("gone".to_owned(), Timestamp::UNIX_EPOCH);
        assert!(tracked.is_settled() && !tracked.is_read);
        tracked.attach(Timestamp::UNIX_EPOCH, Instant::now());
        assert!(!tracked.is_settled());
        assert_eq!(tracked.begin(), Dirty::Everything);
    }

    #[test]
    fn what_could_not_be_read_is_tried_again_and_answers_then() {
        let (now, at) = (Instant::now(), Timestamp::UNIX_EPOCH);
        let mut tracked = Tracked::new(BackendState::Connecting);
        tracked.attach(at, now);
        tracked.begin();
        tracked.end_in_vain();
        tracked.fail("busy".to_owned(), at, now);
        assert!(tracked.is_settled(), "nothing better is known");
        assert!(tracked.due().is_some_and(|due| due > now + Duration::from_secs(1)));
        assert_eq!(tracked.begin(), Dirty::Everything);
        tracked.end(true, at);
        assert!(matches!(tracked.state, BackendState::Up { .. }) && tracked.is_read);
    }
}
