//! What can only be told of all resources together: names, ports, addresses, order.

mod names;
mod ports;
mod subnets;
mod units;

pub(super) use names::check as names;

use super::Lowering;

/// Checks everything that was lowered.
pub(super) fn everything(lowering: &mut Lowering<'_>) {
    ports::check(lowering);
    subnets::check(lowering);
    units::macs(lowering);
    units::memory(lowering);
    units::order(lowering);
}
