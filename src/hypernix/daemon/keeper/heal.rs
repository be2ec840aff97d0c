//! Puts right what is not as it is held.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use driver::chain;
use model::{Address, Desired, DriftPolicy};
use plan::{PlanOptions, Unreachable};
use reconcile::{ApplyOptions, Planned, PlanningError, Purpose, Report};
use tokio_util::sync::CancellationToken;

use super::work::Done;
use crate::world::World;

/// What is put right, and by what.
pub(super) struct Heal {
    world: Arc<World>,
    desired: Arc<Desired>,
    leave_power: BTreeSet<Address>,
}

impl Heal {
    /// Puts these right. One that cannot be planned does not hold the others back.
    pub(super) async fn these(
        world: Arc<World>,
        desired: Arc<Desired>,
        these: BTreeSet<Address>,
        cancel: CancellationToken,
    ) -> Done {
        let leave_power = match left_alone(&world, &desired) {
            Ok(left) => left,
            Err(error) => return Err(error).into(),
        };
        let heal = Self { world, desired, leave_power };
        let together = heal.plan(these.clone()).await;
        if together.is_ok() || these.len() == 1 {
            return heal.carry_out(together, cancel).await.into();
        }
        let refused = heal.refused(&these).await;
        let rest: BTreeSet<Address> = these.into_iter().filter(|address| !refused.contains_key(address)).collect();
        let planned = if rest.is_empty() { together } else { heal.plan(rest).await };
        Done { outcome: heal.carry_out(planned, cancel).await, refused }
    }

    async fn plan(&self, only: BTreeSet<Address>) -> Result<Planned, PlanningError> {
        let options = PlanOptions {
            only: Some(only),
            unreachable: Unreachable::LeaveOut,
            leave_power: self.leave_power.clone(),
            ..PlanOptions::default()
        };
        self.world.reconciler.plan(&self.desired, &options).await
    }

    /// Those of them that cannot be planned alone either.
    async fn refused(&self, these: &BTreeSet<Address>) -> BTreeMap<Address, String> {
        let mut refused = BTreeMap::new();
        for address in these {
            if let Err(error) = self.plan(BTreeSet::from([address.clone()])).await {
                refused.insert(address.clone(), chain(&error));
            }
        }
        refused
    }

    async fn carry_out(
        &self,
        planned: Result<Planned, PlanningError>,
        cancel: CancellationToken,
    ) -> Result<Report, String> {
        let planned = planned.map_err(|error| chain(&error))?;
        let options = ApplyOptions { purpose: Purpose::Heal, cancel, ..ApplyOptions::default() };
        self.world.reconciler.apply(&planned, &self.desired, &options, None).await.map_err(|error| chain(&error))
    }
}

/// Units that are neither started nor stopped though what is put right depends on them: those that somebody settled,
/// and those whose drift is only shown.
fn left_alone(world: &World, desired: &Desired) -> Result<BTreeSet<Address>, String> {
    let held = world.reconciler.state().held().load().map_err(|error| chain(&error))?;
    let shown = desired.units().filter(|(_, unit)| unit.policy.drift != DriftPolicy::Revert);
    Ok(shown.map(|(address, _)| address.clone()).chain(held).collect())
}
