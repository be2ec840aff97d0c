//! `hypernix console`

use clap::Args;
use model::{Kind, PowerState};

use super::options::Unit;
use crate::{
    failure::{Exit, Failure, Trouble},
    inventory::power_word,
    live::{container, domain},
    session::Session,
    target,
    world::World,
};

/// Opens the serial console of a VM, or a shell in a container; Ctrl-] leaves.
///
/// Somebody else at the same VM's console is put off.
#[derive(Debug, Args)]
pub struct Console {
    #[command(flatten)]
    unit: Unit,
    /// The command to run in a container.
    #[arg(last = true, value_name = "COMMAND", default_value = "sh")]
    command: Vec<String>,
}

impl Console {
    /// Lends the terminal to the unit.
    ///
    /// # Errors
    /// When the unit is unknown or off, or has no console.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let sighted = world.look().await?;
        let (address, resource) = target::unit(&self.unit.name, &sighted.observed)?;
        if matches!(resource.power, PowerState::Off | PowerState::Crashed | PowerState::Finished) {
            let help = format!("`hypernix start {}` starts it", address.name);
            let state = power_word(resource.power).to_owned();
            return Err(Trouble::WrongState { address: address.clone(), state, deed: "have a console", help }.into());
        }
        session.output.remark(&format!("{address}: Ctrl-] leaves"));
        if address.kind == Kind::Container {
            return container::shell(&world.docker, address, &self.command).await;
        }
        domain::console(&world.libvirt, address).await?;
        session.output.remark(&format!("\nleft {address}"));
        Ok(Exit::Done)
    }
}
