//! Compares what is there with what is declared.

use std::{collections::BTreeMap, time::Duration};

use api::view::{Drift, FieldDrift, Phase};
use jiff::Timestamp;
use model::Address;
use plan::{FieldChange, PlanInput, PlanOptions, Unreachable, plan};
use reconcile::{
    drift::{Deviation, deviations},
    lock_holder, lock_taken,
};
use serde_json::Value;
use tokio::time::Instant;

use super::{Keeper, LOCKED_PAUSE};
use crate::daemon::memory;

/// Comparing takes at most one part in so many of the time, however much changes.
const SHARE: u32 = 8;

impl Keeper {
    /// Compares, where nobody is changing the host just now: half of a run looks like drift.
    pub(super) fn judge(&mut self) {
        let is_free = self.working.is_none() && matches!(self.phase(), Phase::Starting | Phase::Ready);
        if !is_free || !self.is_settled() {
            self.judge_at = None;
            return;
        }
        let state = self.world.reconciler.state();
        match lock_holder(state) {
            Ok(None) if lock_taken(state) != self.known.as_of => {
                // A run has ended whose outcome is not known here yet.
                self.judge_at = None;
                self.is_outdated = true;
                return;
            }
            Ok(None) => {}
            Ok(Some(_)) => {
                // What is there is known, though not yet how it compares: that is as ready as one can be meanwhile.
                self.become_ready();
                self.judge_at = Some(Instant::now() + LOCKED_PAUSE);
                return;
            }
            Err(error) => tracing::warn!(%error, "whether another process changes the host is not known"),
        }
        let began = Instant::now();
        self.observed.at = Timestamp::now();
        let found = tokio::task::block_in_place(|| self.compare());
        self.take_note(found);
        self.judge_at = None;
        self.quiet_until(began);
        self.become_ready();
        self.show();
        if std::mem::take(&mut self.leaves_memory) {
            memory::give_back();
        }
    }

    fn become_ready(&mut self) {
        if self.phase() == Phase::Starting {
            self.set_phase(Phase::Ready);
        }
    }

    /// Gives other work its share after a long comparison.
    fn quiet_until(&mut self, began: Instant) {
        let took = began.elapsed();
        if took > Duration::from_millis(20) {
            for tracked in self.tracked.values_mut() {
                tracked.rest_until(Instant::now() + (took * SHARE).min(Duration::from_millis(400)));
            }
        }
    }

    fn compare(&self) -> Vec<Deviation> {
        let leave_power = self.known.held.clone();
        let options = PlanOptions { unreachable: Unreachable::LeaveOut, leave_power, ..PlanOptions::default() };
        let input = PlanInput {
            desired: &self.known.desired,
            observed: &self.observed,
            applied: &self.known.applied,
            owner: self.world.reconciler.owner(),
            options: &options,
        };
        match plan(&input) {
            Ok(plan) => deviations(&plan, &self.known.desired),
            Err(refusal) => {
                let plan = deviations(&refusal.plan, &self.known.desired);
                tracing::debug!(%refusal, "what is held cannot be planned for as a whole");
                plan
            }
        }
    }

    fn take_note(&mut self, found: Vec<Deviation>) {
        let now = self.observed.at;
        let mut drift: BTreeMap<Address, Drift> =
            found.iter().map(|deviation| (deviation.address.clone(), self.drift_of(deviation, now))).collect();
        // Of a backend that does not answer, what was known last is known still.
        let is_away = |address: &Address| self.observed.unreachable.contains_key(&address.kind.backend());
        let unseen = self.drift.iter().filter(|(address, _)| is_away(address) && !drift.contains_key(*address));
        let unseen: Vec<_> = unseen.map(|(address, drift)| (address.clone(), drift.clone())).collect();
        drift.extend(unseen);
        for (address, drift) in &drift {
            if !self.drift.contains_key(address) {
                tracing::warn!(%address, drift = super::tell::in_words(drift), "drift");
            }
        }
        for address in self.drift.keys().filter(|address| !drift.contains_key(*address)) {
            tracing::info!(%address, "as it is declared again");
        }
        self.drift = drift;
        self.deviations = found;
    }

    fn drift_of(&self, deviation: &Deviation, now: Timestamp) -> Drift {
        let tries = self.healer.tries(&deviation.address);
        let shown = |field: &FieldChange, value: &Option<Value>| value.clone().filter(|_| !field.path.is_secret());
        let fields = deviation.fields.iter().map(|field| FieldDrift {
            path: field.path.clone(),
            found: shown(field, &field.old),
            declared: shown(field, &field.new),
        });
        Drift {
            verb: deviation.verb,
            fields: fields.collect(),
            why: deviation.why.clone(),
            policy: deviation.policy,
            since: self.drift.get(&deviation.address).map_or(now, |known| known.since),
            attempts: tries.map_or(0, |tries| tries.number),
            next_attempt: deviation.heals.then(|| tries.map_or(now, |tries| tries.next)),
            error: tries.and_then(|tries| tries.error.clone()),
        }
    }

    /// How long until something is to be put right; `None` where nothing is, or not now.
    pub(super) fn next_heal(&self) -> Option<Duration> {
        if self.working.is_some() || self.phase() != Phase::Ready || self.judge_at.is_some() {
            return None;
        }
        let due = self.healer.next_due(&self.deviations)?;
        Some(Duration::try_from(due.duration_since(Timestamp::now())).unwrap_or(Duration::ZERO))
    }
}
