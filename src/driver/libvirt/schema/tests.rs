use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::future::join_all;

use super::{AGAIN, Check};
use crate::{
    Calls,
    libvirt::{
        LibvirtError, LibvirtSettings,
        connections::{Connections, Limit, Link},
    },
};

/// How often something happened, how much of it at once, and at most.
#[derive(Debug, Default)]
struct Tally {
    count: AtomicUsize,
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Tally {
    /// Counts `during`, which gives others the chance to do it at the same time.
    fn during(&self, during: impl FnOnce()) {
        self.count.fetch_add(1, Ordering::SeqCst);
        self.most.fetch_max(self.now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        during();
        self.now.fetch_sub(1, Ordering::SeqCst);
    }
}

/// libvirt's driver for tests, in this process.
fn connections() -> Connections {
    let settings = LibvirtSettings::new("test:///default", "/none");
    Connections::new(&settings, Arc::new(Calls::default()))
}

fn refusal(message: &str) -> LibvirtError {
    LibvirtError::Refused { code: 1, domain: 0, message: message.to_owned(), hint: None }
}

const BROKEN: &str = "internal error: Unable to parse RNG domain.rng: Error type 'unsignedInt' is not exported";

#[tokio::test]
async fn the_first_of_each_shape_is_checked_and_never_two_at_once() {
    let connections = connections();
    let (checked, unchecked) = (Arc::new(Tally::default()), Arc::new(Tally::default()));
    let defined = (0..12).map(|number| {
        let (checked, unchecked) = (Arc::clone(&checked), Arc::clone(&unchecked));
        connections.run(move |link: &Link<'_>| {
            let call = |check| {
                let tally = if check == Check::Yes { &checked } else { &unchecked };
                tally.during(|| drop(link.write(Limit::Quick, |connect| connect.list_all_domains(0))));
                Ok(())
            };
            link.schema().define(link, ["disk", "network", "plain"][number % 3], call)
        })
    });
    for done in join_all(defined).await {
        done.unwrap();
    }
    assert_eq!(checked.count.load(Ordering::SeqCst), 3);
    assert_eq!(checked.most.load(Ordering::SeqCst), 1);
    assert_eq!(unchecked.count.load(Ordering::SeqCst), 9);
}

/// Defines with calls that fail as they are told, then succeed. Tells how many were made, and their end.
async fn define(failures: usize, message: &'static str) -> (usize, Result<(), LibvirtError>) {
    let calls = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&calls);
    let connections = connections();
    let end = connections.run(move |link| {
        let call = |check| {
            assert_eq!(check, Check::Yes, "a check that fell over does not count");
            let before = counted.fetch_add(1, Ordering::SeqCst);
            if before < failures { Err(refusal(message)) } else { Ok(()) }
        };
        link.schema().define(link, "plain", call)
    });
    let end = end.await;
    (calls.load(Ordering::SeqCst), end)
}

#[tokio::test]
async fn a_check_that_falls_over_another_clients_is_made_again() {
    let (calls, end) = define(2, BROKEN).await;
    end.unwrap();
    assert_eq!(calls, 3);
}

#[tokio::test]
async fn a_schema_that_stays_broken_and_any_other_refusal_are_told() {
    let (calls, end) = define(usize::MAX, BROKEN).await;
    assert_eq!(end.unwrap_err().to_string(), BROKEN);
    assert_eq!(calls, 1 + usize::try_from(AGAIN.0).unwrap());
    let (calls, end) = define(1, "XML document failed to validate against schema").await;
    assert_eq!((calls, end.is_err()), (1, true));
}
