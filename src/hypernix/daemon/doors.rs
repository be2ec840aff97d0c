//! Opens the doors: sockets that systemd hands over, else those that the command line names.

use std::{
    fs, io,
    net::SocketAddr,
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::fs::{FileTypeExt, PermissionsExt},
    },
    path::{Path, PathBuf},
    sync::Arc,
};

use api::{ControlPlane, Doors, Protection};
use tokio::{
    net::{TcpListener, UnixListener, UnixStream},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use super::{Settings, figures::Figures};
use crate::failure::{Failure, Trouble};

/// Who may open the socket: its owner and its group.
const MODE: u32 = 0o660;

/// Sockets that are listened on.
#[derive(Debug)]
pub(super) struct Listeners {
    local: Vec<UnixListener>,
    loopback: Vec<TcpListener>,
    /// The socket's file, where we made it.
    made: Option<PathBuf>,
}

impl Listeners {
    /// Takes systemd's sockets; of a kind that systemd hands none over, opens our own.
    pub(super) async fn open(settings: &Settings) -> Result<Self, Failure> {
        let mut listeners = Self { local: Vec::new(), loopback: Vec::new(), made: None };
        listeners.inherit().map_err(|source| Trouble::Listen {
            address: "the sockets that systemd hands over".to_owned(),
            source,
            help: "they are to be stream sockets: one Unix socket, and loopback addresses".to_owned(),
        })?;
        if listeners.local.is_empty() {
            listeners.local.push(bind_local(&settings.socket).await?);
            listeners.made = Some(settings.socket.clone());
        }
        if listeners.loopback.is_empty() {
            for address in &settings.listen {
                listeners.loopback.push(bind_loopback(*address).await?);
            }
        }
        Ok(listeners)
    }

    fn inherit(&mut self) -> io::Result<()> {
        for descriptor in sd_notify::listen_fds()? {
            // SAFETY: systemd opened the descriptor for us, and `listen_fds` gives each to nobody else.
            let socket = unsafe { OwnedFd::from_raw_fd(descriptor) };
            rustix::io::fcntl_setfd(&socket, rustix::io::FdFlags::CLOEXEC)?;
            if rustix::net::sockopt::socket_domain(&socket)? == rustix::net::AddressFamily::UNIX {
                let listener = std::os::unix::net::UnixListener::from(socket);
                listener.set_nonblocking(true)?;
                self.local.push(UnixListener::from_std(listener)?);
            } else {
                let listener = std::net::TcpListener::from(socket);
                // Nobody is asked who they are, so nobody from elsewhere may come.
                if !listener.local_addr()?.ip().is_loopback() {
                    let message = format!("{} is no loopback address", listener.local_addr()?);
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
                }
                listener.set_nonblocking(true)?;
                self.loopback.push(TcpListener::from_std(listener)?);
            }
        }
        Ok(())
    }

    /// Serves on all of them until `stop`.
    pub(super) fn serve(
        self,
        control: Arc<dyn ControlPlane>,
        figures: &Figures,
        stop: CancellationToken,
    ) -> JoinHandle<()> {
        let doors = Doors {
            schema: api::schema(Arc::clone(&control)),
            control,
            metrics: figures.of_api(),
            protection: Protection::Socket,
            stop: stop.clone(),
        };
        let mut serving = tokio::task::JoinSet::new();
        for listener in self.local {
            let server = axum::serve(listener, api::local(doors.clone()));
            serving.spawn(server.with_graceful_shutdown(stop.clone().cancelled_owned()).into_future());
        }
        for listener in self.loopback {
            let server = axum::serve(listener, api::loopback(doors.clone()));
            serving.spawn(server.with_graceful_shutdown(stop.clone().cancelled_owned()).into_future());
        }
        let made = self.made;
        tokio::spawn(async move {
            stop.cancelled().await;
            if let Some(path) = made
                && let Err(error) = fs::remove_file(&path)
            {
                tracing::debug!(%error, path = %path.display(), "the socket's file stays");
            }
            while let Some(ended) = serving.join_next().await {
                if let Ok(Err(error)) = ended {
                    tracing::warn!(%error, "a door closed badly");
                }
            }
        })
    }
}

async fn bind_loopback(address: SocketAddr) -> Result<TcpListener, Failure> {
    let refused = |source| Trouble::Listen {
        address: address.to_string(),
        source,
        help: "name another with --listen, or use --no-listen for the Unix socket only".to_owned(),
    };
    Ok(TcpListener::bind(address).await.map_err(refused)?)
}

/// A file that a dead daemon left is taken away; one that is answered is not.
async fn bind_local(path: &Path) -> Result<UnixListener, Failure> {
    let refused = |source| Trouble::Listen {
        address: path.display().to_string(),
        source,
        help: "name another place with --socket".to_owned(),
    };
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory).map_err(refused)?;
    }
    let is_socket = fs::symlink_metadata(path).is_ok_and(|metadata| metadata.file_type().is_socket());
    if is_socket {
        if UnixStream::connect(path).await.is_ok() {
            let taken = io::Error::new(io::ErrorKind::AddrInUse, "another daemon answers there");
            return Err(refused(taken).into());
        }
        fs::remove_file(path).map_err(refused)?;
    }
    let listener = UnixListener::bind(path).map_err(refused)?;
    fs::set_permissions(path, fs::Permissions::from_mode(MODE)).map_err(refused)?;
    Ok(listener)
}
