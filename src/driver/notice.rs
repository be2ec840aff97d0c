//! What a backend tells by itself: that an object changed, or that it has just begun (again) to tell.
//!
//! ```text
//!   backend's thread ──► Teller ──bounded──► Notices ──► who keeps what was observed
//!                          └─ no room: remembered, and told as Attached: read everything
//! ```
//!
//! A notice says where to look, never what is there: it may come twice, late or for nothing.

use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

use model::{Address, Backend};
use tokio::sync::mpsc::{self, error::TrySendError};

/// Something that a backend told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// From now on it tells of every change; what changed before has to be read.
    Attached(Backend),
    /// An object changed, came or went.
    Changed(Address),
}

/// The backends' end. A backend never waits for who listens.
#[derive(Clone, Debug)]
pub struct Teller {
    sender: mpsc::Sender<Notice>,
    // Guards the set alone; held for an insertion or a removal.
    missed: Arc<Mutex<BTreeSet<Backend>>>,
}

/// The listener's end.
#[derive(Debug)]
pub struct Notices {
    receiver: mpsc::Receiver<Notice>,
    missed: Arc<Mutex<BTreeSet<Backend>>>,
}

/// Makes the two ends; at most `room` notices wait between them.
pub fn notices(room: usize) -> (Teller, Notices) {
    let (sender, receiver) = mpsc::channel(room);
    let missed = Arc::default();
    (Teller { sender, missed: Arc::clone(&missed) }, Notices { receiver, missed })
}

impl Teller {
    /// Tells it, at once. Where there is no room, the listener is told to read the whole backend instead.
    pub fn tell(&self, notice: Notice) {
        if let Err(TrySendError::Full(notice)) = self.sender.try_send(notice) {
            let backend = match notice {
                Notice::Attached(backend) => backend,
                Notice::Changed(address) => address.kind.backend(),
            };
            self.missed.lock().unwrap_or_else(PoisonError::into_inner).insert(backend);
        }
    }

    /// Ends when nobody listens any more.
    pub async fn closed(&self) {
        self.sender.closed().await;
    }
}

impl Notices {
    /// The next notice; `None` when every teller is gone.
    pub async fn next(&mut self) -> Option<Notice> {
        if let Some(backend) = self.missed.lock().unwrap_or_else(PoisonError::into_inner).pop_first() {
            return Some(Notice::Attached(backend));
        }
        self.receiver.recv().await
    }
}

#[cfg(test)]
mod tests {
    use model::{Address, Backend, Kind};

    use super::{Notice, notices};

    #[tokio::test]
    async fn what_found_no_room_becomes_a_word_to_read_everything() {
        let (teller, mut notices) = notices(2);
        let changed = |n: u32| Notice::Changed(Address::new(Kind::Domain, format!("web-{n}")));
        (1..=5).for_each(|n| teller.tell(changed(n)));
        drop(teller);
        let mut told = Vec::new();
        while let Some(notice) = notices.next().await {
            told.push(notice);
        }
        assert_eq!(told, [Notice::Attached(Backend::Libvirt), changed(1), changed(2)]);
    }
}
