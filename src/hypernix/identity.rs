//! What tells this process from another of the same name: its program, its state and its backends.

use std::{env, fs, io};

use api::view::Identity;
use jiff::Timestamp;

use crate::{session::Session, world::World};

/// What this process is.
pub fn identity(session: &Session, world: &World) -> Identity {
    Identity {
        program: program().unwrap_or_else(|error| {
            tracing::debug!(%error, "when the program was built is not known");
            env!("CARGO_PKG_VERSION").to_owned()
        }),
        state_directory: world.reconciler.state().root().to_owned(),
        libvirt: session.global.connect.clone(),
        docker: session.global.docker_host.clone(),
    }
}

/// The program's file and its time: versions that are not released have the same number.
fn program() -> io::Result<String> {
    let path = env::current_exe()?;
    let built = Timestamp::try_from(fs::metadata(&path)?.modified()?).map_err(io::Error::other)?;
    Ok(format!("{} of {built}", path.display()))
}
