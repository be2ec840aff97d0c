//! A domain's addresses and its serial console.

use driver::libvirt::{LibvirtDriver, LibvirtError};
use model::Address;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::Sight;
use crate::{
    failure::{Failure, Trouble},
    terminal::{self, RawTerminal, Typed, show},
};

/// What the domain shows; nothing where it cannot be asked.
pub async fn sight(libvirt: &LibvirtDriver, name: &str) -> Sight {
    match libvirt.domain_info(name).await {
        Ok(info) => Sight { addresses: info.addresses.into_iter().collect(), ..Sight::default() },
        Err(error) => {
            tracing::debug!(%error, name, "cannot ask for addresses");
            Sight::default()
        }
    }
}

/// Lends the terminal to the domain's serial console until Ctrl-] or until the guest is off. Whoever was at it is
/// put off.
///
/// # Errors
/// When the domain has no console.
pub async fn console(libvirt: &LibvirtDriver, address: &Address) -> Result<(), Failure> {
    let failed = |source: LibvirtError| Trouble::Backend {
        deed: format!("open the console of {address}"),
        source: Box::new(source),
    };
    let mut stream = libvirt.console(&address.name).await.map_err(failed)?;
    let raw = RawTerminal::enter().map_err(|source| Trouble::Write { what: "the terminal".to_owned(), source })?;
    converse(&mut stream).await;
    drop(raw);
    Ok(())
}

/// Carries keys to the guest and its output here until one of both leaves.
async fn converse(stream: &mut DuplexStream) {
    let mut keys = terminal::read_keys();
    let mut buffer = [0; 4096];
    loop {
        tokio::select! {
            said = stream.read(&mut buffer) => match said {
                Ok(length @ 1..) if show(&buffer[..length]) => {}
                _ => return,
            },
            typed = keys.recv() => match typed {
                Some(Typed::Keys(bytes)) => if stream.write_all(&bytes).await.is_err() { return },
                Some(Typed::Leave | Typed::End) | None => return,
            },
        }
    }
}
