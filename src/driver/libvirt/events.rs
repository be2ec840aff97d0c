//! What libvirt tells by itself, and the event loop that it needs for that, for consoles and for keep-alive messages.
//!
//! ```text
//!   callbacks   domains, networks, pools: started, stopped, defined, undefined, devices, metadata, balloon
//!   files       libvirt's own, where it runs on this host: it says nothing of most changes of a configuration
//! ```
//!
//! The loop has its price: on a connection that was opened while it runs, every call wakes the loop twice, which costs
//! more than the call. So it runs from the first connection that needs it, and what only asks and answers does without.

mod files;

use std::sync::{Once, OnceLock};

use model::Backend;
use tokio_util::sync::CancellationToken;

use super::{LibvirtError, connections::Connections, ffi::Subscription};
use crate::{Notice, Teller};
use files::Files;

/// Tells of every change until the connection is lost or nobody listens.
///
/// # Errors
/// When libvirt cannot be reached or does not offer events, and when the connection is lost.
pub(super) async fn watch(connections: &Connections, teller: &Teller, is_local: bool) -> Result<(), LibvirtError> {
    let closed = CancellationToken::new();
    let (told, ended) = (teller.clone(), closed.clone());
    let subscription = connections.apart(move |connect| Subscription::new(connect, &told, &ended)).await?;
    // libvirtd makes its directories when it starts, which our connection may have been the reason for.
    let mut files = if is_local { Files::open() } else { Files::none() };
    teller.tell(Notice::Attached(Backend::Libvirt));
    let outcome = tokio::select! {
        () = closed.cancelled() => Err(LibvirtError::Lost),
        () = teller.closed() => Ok(()),
        () = files.tell(teller) => Err(LibvirtError::Lost),
    };
    // Taking the callbacks off asks libvirt, so it may block.
    tokio::task::spawn_blocking(move || drop(subscription));
    outcome
}

/// Starts the loop on a thread of its own, once a process; to be called before the first connection is opened.
///
/// # Errors
/// When libvirt cannot set its loop up or no thread can be made; then neither is tried again.
pub(super) fn ensure_running() -> Result<(), LibvirtError> {
    static STARTED: OnceLock<Result<(), String>> = OnceLock::new();
    let started = STARTED.get_or_init(|| {
        virt::event::event_register_default_impl().map_err(|error| error.to_string())?;
        std::thread::Builder::new()
            .name("libvirt-events".to_owned())
            .spawn(turn)
            .map(drop)
            .map_err(|error| format!("cannot start a thread for libvirt's events: {error}"))
    });
    started.clone().map_err(|reason| LibvirtError::Impossible { reason })
}

/// Keeps libvirt from writing every error to standard error: we return them.
pub(super) fn keep_errors_quiet() {
    static ONCE: Once = Once::new();
    ONCE.call_once(virt::error::clear_error_callback);
}

fn turn() {
    loop {
        if let Err(error) = virt::event::event_run_default_impl() {
            tracing::warn!(%error, "libvirt's event loop stumbled");
            std::thread::sleep(std::time::Duration::from_millis(100));
        }
    }
}
