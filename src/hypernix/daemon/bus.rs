//! systemd and logind over D-Bus. Where there is no bus, or nobody on it, the daemon does without.

use std::time::Duration;

use futures::TryFutureExt;
use model::Backend;
use zbus::{Connection, OwnedFd, OwnedObjectPath, proxy};

/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Units that bring a backend up, in the order in which they are tried: what is not installed is passed over.
const LIBVIRT: [&str; 2] = ["libvirtd.service", "virtqemud.service"];
const DOCKER: [&str; 2] = ["docker.service", "podman.socket"];

/// The system bus. It is connected to anew for each deed: these are rare, and the bus may have been restarted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bus;

#[proxy(
    interface = "org.freedesktop.systemd1.Manager",
    default_service = "org.freedesktop.systemd1",
    default_path = "/org/freedesktop/systemd1"
)]
trait Systemd {
    fn start_unit(&self, name: &str, mode: &str) -> zbus::Result<OwnedObjectPath>;
    fn load_unit(&self, name: &str) -> zbus::Result<OwnedObjectPath>;
    #[zbus(property(emits_changed_signal = "false"))]
    fn system_state(&self) -> zbus::Result<String>;
}

#[proxy(interface = "org.freedesktop.systemd1.Unit", default_service = "org.freedesktop.systemd1")]
trait SystemdUnit {
    #[zbus(property(emits_changed_signal = "false"))]
    fn load_state(&self) -> zbus::Result<String>;
}

#[proxy(
    interface = "org.freedesktop.login1.Manager",
    default_service = "org.freedesktop.login1",
    default_path = "/org/freedesktop/login1"
)]
pub(super) trait Login {
    /// Holds the host back from going down until the descriptor is closed.
    fn inhibit(&self, what: &str, who: &str, why: &str, mode: &str) -> zbus::Result<OwnedFd>;
    /// Whether it is about to go down.
    #[zbus(property(emits_changed_signal = "false"))]
    fn preparing_for_shutdown(&self) -> zbus::Result<bool>;
    /// The host goes down (`true`), or stays up after all.
    #[zbus(signal)]
    fn prepare_for_shutdown(&self, start: bool) -> zbus::Result<()>;
}

impl Bus {
    /// Asks systemd to start what serves the backend. A unit that starts already is left to it.
    pub(super) async fn start_backend(self, backend: Backend) {
        let units: &[&str] = match backend {
            Backend::Libvirt => &LIBVIRT,
            Backend::Docker => &DOCKER,
            Backend::Host => return,
        };
        match tokio::time::timeout(PATIENCE, start_first(units)).await {
            Ok(Ok(Some(unit))) => tracing::info!(%backend, unit, "systemd was asked to start it"),
            Ok(Ok(None)) => tracing::debug!(%backend, "systemd knows no unit for it"),
            Ok(Err(error)) => tracing::debug!(%backend, %error, "systemd cannot be asked to start it"),
            Err(_) => tracing::warn!(%backend, "systemd did not answer"),
        }
    }

    /// Whether systemd is bringing the whole host down.
    pub(super) async fn host_is_stopping(self) -> bool {
        let asked = async { SystemdProxy::new(&Connection::system().await?).await?.system_state().await };
        is_so(asked.map_ok(|state| state == "stopping")).await
    }

    /// Whether logind has announced that the whole host goes down.
    pub(super) async fn shutdown_is_announced(self) -> bool {
        is_so(async { LoginProxy::new(&Connection::system().await?).await?.preparing_for_shutdown().await }).await
    }
}

/// What is not known in time is not so.
async fn is_so(asked: impl Future<Output = zbus::Result<bool>>) -> bool {
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) => {
            tracing::debug!(%error, "whether the host goes down is not known");
            false
        }
        Err(_) => false,
    }
}

/// Starts the first of these that systemd knows, and says which.
async fn start_first<'u>(units: &[&'u str]) -> zbus::Result<Option<&'u str>> {
    let connection = Connection::system().await?;
    let systemd = SystemdProxy::new(&connection).await?;
    for &unit in units {
        let path = systemd.load_unit(unit).await?;
        let state = SystemdUnitProxy::builder(&connection).path(path).build().await?.load_state().await?;
        if state == "loaded" {
            systemd.start_unit(unit, "replace").await?;
            return Ok(Some(unit));
        }
    }
    Ok(None)
}
