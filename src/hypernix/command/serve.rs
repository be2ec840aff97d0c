//! `hypernix serve`

use std::{net::SocketAddr, path::PathBuf};

use clap::Args;
use model::Span;

use crate::{
    daemon,
    failure::{Exit, Failure, Trouble},
    session::Session,
};

/// Holds the host as it was last declared, and shows it: the daemon.
///
/// Listens to libvirt and Docker. What changes behind its back is put right or reported, as the unit's `update.drift`
/// says; what is declared is what was applied last, by this daemon, by `hypernix apply`, or by an activation.
///
/// Serves GraphQL, health and figures on the loopback interface and on a Unix socket; a manifest can be applied through
/// the socket only. Under systemd it takes its sockets from there and says when it is ready.
#[derive(Debug, Args)]
pub struct Serve {
    /// Listens here for GraphQL, health and figures: a loopback address; may be repeated.
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:8080")]
    listen: Vec<SocketAddr>,
    /// Listens on the Unix socket only.
    #[arg(long, conflicts_with = "listen")]
    no_listen: bool,
    /// The Unix socket.
    #[arg(long, value_name = "PATH", default_value = daemon::SOCKET, value_hint = clap::ValueHint::FilePath)]
    socket: PathBuf,
    /// Applies this file at the start and at every reload (SIGHUP).
    #[arg(long, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    manifest: Option<PathBuf>,
    /// Reads everything anew this often, whatever the backends told.
    #[arg(long, value_name = "TIME", default_value = "10m")]
    resync: Span,
}

impl Serve {
    /// Serves, until SIGTERM or SIGINT.
    ///
    /// # Errors
    /// When it cannot begin.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let listen = if self.no_listen { Vec::new() } else { self.listen };
        if let Some(address) = listen.iter().find(|address| !address.ip().is_loopback()) {
            let message = format!("{address} is no loopback address, and the API does not ask yet who calls");
            let help = "listen on 127.0.0.1 or [::1], and put a proxy that asks in front of it".to_owned();
            return Err(Trouble::Request { message, help }.into());
        }
        if self.resync.get().as_secs() == 0 {
            let message = "--resync is less than a second".to_owned();
            return Err(Trouble::Request { message, help: "a minute or more is usual, such as 10m".to_owned() }.into());
        }
        let absolute = |path: PathBuf| {
            std::path::absolute(&path).map_err(|source| Trouble::ReadFile { path: path.clone(), source })
        };
        let settings = daemon::Settings {
            listen,
            socket: self.socket,
            manifest: self.manifest.map(absolute).transpose()?,
            resync: self.resync.get(),
        };
        daemon::run(session, settings).await?;
        Ok(Exit::Done)
    }
}
