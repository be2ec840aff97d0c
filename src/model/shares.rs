//! CPU capacity as the options write it: hundredths of a vCPU.

use serde::{Deserialize, Serialize};

/// Hundredths of a virtual CPU: 100 is one vCPU, 50 half of one, 400 four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CpuShares(pub u32);

impl CpuShares {
    /// The quota period in microseconds that libvirt and Docker use by default.
    pub const PERIOD_US: u64 = 100_000;

    /// The whole virtual CPUs that hold this capacity: rounded up, at least one.
    pub const fn vcpus(self) -> u32 {
        let whole = self.0.div_ceil(100);
        if whole == 0 { 1 } else { whole }
    }

    /// The quota of each vCPU in microseconds per [`CpuShares::PERIOD_US`] where the capacity is not a whole
    /// number of vCPUs, `None` where it is and no quota is needed.
    pub fn quota_us_per_vcpu(self) -> Option<u64> {
        (!self.0.is_multiple_of(100)).then(|| u64::from(self.0) * Self::PERIOD_US / 100 / u64::from(self.vcpus()))
    }

    /// The capacity in billionths of a CPU, Docker's `NanoCpus`.
    pub fn nano_cpus(self) -> u64 {
        u64::from(self.0) * 10_000_000
    }
}

#[cfg(test)]
mod tests {
    use super::CpuShares;

    #[test]
    fn fractions_of_a_cpu_become_one_vcpu_with_a_quota() {
        assert_eq!(CpuShares(50).vcpus(), 1);
        assert_eq!(CpuShares(50).quota_us_per_vcpu(), Some(50_000));
        assert_eq!(CpuShares(250).vcpus(), 3);
        assert_eq!(CpuShares(250).quota_us_per_vcpu(), Some(83_333));
        assert_eq!(CpuShares(400).vcpus(), 4);
        assert_eq!(CpuShares(400).quota_us_per_vcpu(), None);
        assert_eq!(CpuShares(0).vcpus(), 1);
    }
}
