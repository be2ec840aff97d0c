//! Isolation and persistence.

use async_graphql::SimpleObject;
use config::unit::{Features, Isolation, Persistence};
use model::Kind;

use super::super::enums::{IsolationType, MigrationType, SecurityLevel};
use crate::view::Unit;

/// Isolation and persistence.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct ComputeFeatures {
    isolation: IsolationSpec,
    persistence: PersistenceSpec,
}

/// What keeps a unit apart.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct IsolationSpec {
    #[graphql(name = "type")]
    kind: IsolationType,
    security_level: SecurityLevel,
    selinux: bool,
}

/// What stays of a unit.
#[derive(Clone, Debug, SimpleObject)]
pub(crate) struct PersistenceSpec {
    stateful: bool,
    checkpoints: bool,
    migration: MigrationType,
}

impl ComputeFeatures {
    pub(super) fn of(unit: &Unit) -> Self {
        let Some(declared) = &unit.declared else { return Self::of_undeclared(unit) };
        let Features { isolation, persistence } = &declared.unit.features;
        let Isolation { kind, security_level, selinux } = isolation;
        let Persistence { stateful, checkpoints, migration } = persistence;
        Self {
            isolation: IsolationSpec {
                kind: (*kind).into(),
                security_level: (*security_level).into(),
                selinux: *selinux,
            },
            persistence: PersistenceSpec {
                stateful: *stateful,
                checkpoints: *checkpoints,
                migration: (*migration).into(),
            },
        }
    }

    fn of_undeclared(unit: &Unit) -> Self {
        let kind = if unit.address.kind == Kind::Container { IsolationType::Container } else { IsolationType::Vm };
        Self {
            isolation: IsolationSpec { kind, security_level: SecurityLevel::Standard, selinux: false },
            persistence: PersistenceSpec { stateful: true, checkpoints: false, migration: MigrationType::None },
        }
    }
}
