//! `hypernix list`

use std::collections::BTreeMap;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use model::{Backend, Observed};
use serde::Serialize;

use crate::{
    failure::{Exit, Failure},
    inventory::{ImageRow, NetworkRow, PoolRow, Row, Scope, UnitRow, VolumeRow, rows, table},
    output::Output,
    session::Session,
    world::{Sighted, World},
};

/// Lists units, networks, pools, volumes or images.
#[derive(Debug, Args)]
pub struct List {
    /// What to list.
    #[arg(value_enum, default_value_t = What::Units, value_name = "WHAT")]
    what: What,
    /// Lists what is not managed here too.
    #[arg(short, long)]
    all: bool,
}

/// What to list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Virtual machines and containers.
    Units,
    /// Networks of libvirt and of the container engine.
    Networks,
    /// Storage pools.
    Pools,
    /// Volumes in pools and of the container engine.
    Volumes,
    /// Images of disks and of containers.
    Images,
    /// All of them.
    All,
}

/// What was listed; what was not asked for is absent.
#[derive(Debug, Default, Serialize)]
struct Lists {
    #[serde(skip_serializing_if = "Option::is_none")]
    units: Option<Vec<UnitRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    networks: Option<Vec<NetworkRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pools: Option<Vec<PoolRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volumes: Option<Vec<VolumeRow>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    images: Option<Vec<ImageRow>>,
    /// Backends that could not be read, each with why.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    unreachable: BTreeMap<Backend, String>,
}

impl List {
    /// Lists.
    ///
    /// # Errors
    /// When the state directory cannot be opened.
    pub async fn run(self, session: &Session) -> Result<Exit, Failure> {
        let world = World::open(session)?;
        let Sighted { observed, .. } = world.look().await?;
        let mut lists = self.lists(&observed);
        if let Some(units) = &mut lists.units {
            world.see(units).await;
        }
        let output = &session.output;
        output.answer(&lists, || lists.text(output))?;
        for (backend, why) in &observed.unreachable {
            output.remark(&format!("{backend} could not be read, and what it holds is missing here: {why}"));
        }
        Ok(Exit::Done)
    }

    fn lists(&self, observed: &Observed) -> Lists {
        let scope = if self.all { Scope::Everything } else { Scope::Managed };
        let wants = |what| self.what == what || self.what == What::All;
        Lists {
            units: wants(What::Units).then(|| crate::inventory::units(observed, scope)),
            networks: wants(What::Networks).then(|| rows(observed, scope, NetworkRow::of)),
            pools: wants(What::Pools).then(|| rows(observed, scope, PoolRow::of)),
            volumes: wants(What::Volumes).then(|| rows(observed, scope, VolumeRow::of)),
            images: wants(What::Images).then(|| rows(observed, scope, ImageRow::of)),
            unreachable: observed.unreachable.clone(),
        }
    }
}

impl Lists {
    /// The tables, one below the other.
    fn text(&self, output: &Output) -> String {
        let now = Timestamp::now();
        let tables = [
            printed(self.units.as_deref(), now, output),
            printed(self.networks.as_deref(), now, output),
            printed(self.pools.as_deref(), now, output),
            printed(self.volumes.as_deref(), now, output),
            printed(self.images.as_deref(), now, output),
        ];
        tables.into_iter().flatten().collect::<Vec<_>>().join("\n")
    }
}

fn printed<R: Row>(rows: Option<&[R]>, now: Timestamp, output: &Output) -> Option<String> {
    rows.map(|rows| table(rows, now, output))
}
