//! What has a call of its own: texts, CPUs, memory, CPU time.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use model::Bytes;
use virt::{
    domain::{SchedBandwidth, SchedulerInfo},
    sys,
};

use super::Change;
use crate::libvirt::{
    LibvirtError,
    connections::Limit,
    domain::{define, scope::Edit, xml::memory},
    mark,
};

const LIVE: u32 = sys::VIR_DOMAIN_AFFECT_LIVE;
/// How long the guest's balloon driver is waited for.
const BALLOON: Duration = Duration::from_secs(10);

impl Change<'_> {
    pub(super) fn texts(&mut self) -> Result<(), LibvirtError> {
        let texts = [
            ("title", sys::VIR_DOMAIN_METADATA_TITLE, &self.spec.title),
            ("description", sys::VIR_DOMAIN_METADATA_DESCRIPTION, &self.spec.description),
        ];
        for (field, kind, text) in texts {
            if self.scope.edit(field, text.as_ref()) != Edit::Leave {
                let kind = i32::try_from(kind).unwrap_or_default();
                self.link.write(Limit::Quick, |_| self.domain.set_metadata(kind, text.as_deref(), None, None, LIVE))?;
            }
        }
        if self.scope.touches("labels") {
            let mut document = self.before.clone();
            mark::set_labels(&mut document, &self.spec.labels);
            if let Some(mark) = mark::find(&document) {
                define::set_live_mark(self.link, self.domain, mark)?;
            }
        }
        Ok(())
    }

    pub(super) fn autostart(&mut self) -> Result<(), LibvirtError> {
        match self.scope.edit("autostart", self.spec.autostart) {
            Edit::Set(wanted) => self.link.write(Limit::Quick, |_| self.domain.set_autostart(wanted)),
            Edit::Leave | Edit::Clear => Ok(()),
        }
    }

    pub(super) fn vcpus(&mut self) -> Result<(), LibvirtError> {
        let scope = self.scope.below("vcpus");
        let maximum = self.before.text_of("vcpu").and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
        let now = self.before.attr_at(&["vcpu"], "current").and_then(|n| n.parse().ok()).unwrap_or(maximum);
        if let Edit::Set(wanted) = scope.edit("maximum", self.spec.vcpus.maximum)
            && wanted != maximum
        {
            self.wait("vcpus.maximum", "the maximum is fixed while the domain runs");
        }
        match scope.edit("current", self.spec.vcpus.current) {
            Edit::Set(wanted) if wanted > maximum => {
                self.wait("vcpus.current", format_args!("it runs with a maximum of {maximum}"));
                Ok(())
            }
            Edit::Set(wanted) if wanted != now => {
                let result = self.link.write(Limit::Quick, |_| self.domain.set_vcpus_flags(wanted, LIVE));
                self.or_wait("vcpus.current", result)
            }
            Edit::Set(_) | Edit::Leave | Edit::Clear => Ok(()),
        }
    }

    pub(super) fn memory(&mut self) -> Result<(), LibvirtError> {
        let scope = self.scope.below("memory");
        let maximum = self.before.child("memory").and_then(memory::size).unwrap_or_default();
        if let Edit::Set(wanted) = scope.edit("maximum", self.spec.memory.maximum)
            && wanted != maximum
        {
            self.wait("memory.maximum", "the maximum is fixed while the domain runs");
        }
        let Edit::Set(wanted) = scope.edit("current", self.spec.memory.current) else { return Ok(()) };
        if wanted > maximum {
            self.wait("memory.current", format_args!("it runs with a maximum of {maximum}"));
            return Ok(());
        }
        let result = self.link.write(Limit::Quick, |_| self.domain.set_memory_flags(wanted.as_kib(), LIVE));
        self.or_wait("memory.current", result)?;
        if !self.outcome.pending.iter().any(|field| field.as_str() == "memory.current")
            && !self.balloon_reaches(wanted)?
        {
            self.outcome.pending.push("memory.current".into());
            self.outcome
                .notes
                .push("the guest has not yet taken the new memory size (has it a balloon driver?)".to_owned());
        }
        Ok(())
    }

    pub(super) fn cpu_time(&mut self) -> Result<(), LibvirtError> {
        let scope = self.scope.below("cpuTune");
        let tune = &self.spec.cpu_tune;
        let value = |edit: Edit<u64>, default: u64| match edit {
            Edit::Set(value) => Some(value),
            Edit::Clear => Some(default),
            Edit::Leave => None,
        };
        let quota = match scope.edit("quotaUs", tune.quota_us) {
            Edit::Set(quota) => i64::try_from(quota).ok(),
            Edit::Clear => Some(-1),
            Edit::Leave => None,
        };
        let period = value(scope.edit("periodUs", tune.period_us), model::CpuShares::PERIOD_US);
        let shares = value(scope.edit("shares", tune.shares), DEFAULT_SHARES);
        if quota.is_some() || period.is_some() || shares.is_some() {
            let info = SchedulerInfo {
                scheduler_type: "posix".to_owned(),
                cpu_shares: shares,
                vcpu_bw: SchedBandwidth { period, quota },
                ..SchedulerInfo::default()
            };
            let result =
                self.link.write(Limit::Quick, |_| self.domain.set_scheduler_parameters_flags(&info, LIVE).map(drop));
            self.or_wait("cpuTune", result)?;
        }
        if scope.touches("pins") { self.pins() } else { Ok(()) }
    }

    fn pins(&mut self) -> Result<(), LibvirtError> {
        let cpus = self.link.read(|connect| connect.node_info())?.cpus;
        let tune = self.before.child("cputune");
        let pinned = tune.into_iter().flat_map(|tune| tune.named("vcpupin")).filter_map(|pin| pin.attr("vcpu"));
        let wanted = self.spec.cpu_tune.pins.keys().map(String::as_str);
        let vcpus: BTreeSet<u32> = pinned.chain(wanted).filter_map(|vcpu| vcpu.parse().ok()).collect();
        for vcpu in vcpus {
            // One that is no longer pinned may run anywhere.
            let set = self.spec.cpu_tune.pins.get(&vcpu.to_string()).map_or("", String::as_str);
            let map = cpu_map(set, cpus);
            let result = self.link.write(Limit::Quick, |_| self.domain.pin_vcpu_flags(vcpu, &map, LIVE));
            self.or_wait("cpuTune.pins", result)?;
        }
        Ok(())
    }

    fn balloon_reaches(&self, wanted: Bytes) -> Result<bool, LibvirtError> {
        let begun = Instant::now();
        loop {
            let live = define::active(self.link, self.domain)?;
            if live.child("currentMemory").and_then(memory::size) == Some(wanted) {
                return Ok(true);
            }
            if begun.elapsed() >= BALLOON {
                return Ok(false);
            }
            self.link.pause(Duration::from_millis(100));
        }
    }
}

/// The kernel's own default weight.
const DEFAULT_SHARES: u64 = 1024;

/// libvirt's bit map of a CPU set such as `0-3,^2,8`; every CPU of the host for an empty one.
fn cpu_map(set: &str, cpus: u32) -> Vec<u8> {
    let mut map = vec![0_u8; cpus.div_ceil(8) as usize];
    let mut put = |cpu: u32, on: bool| {
        if let Some(byte) = map.get_mut((cpu / 8) as usize) {
            let bit = 1_u8 << (cpu % 8);
            if on { *byte |= bit } else { *byte &= !bit }
        }
    };
    if set.is_empty() {
        (0..cpus).for_each(|cpu| put(cpu, true));
    }
    for part in set.split(',').map(str::trim).filter(|part| !part.is_empty()) {
        let (part, on) = part.strip_prefix('^').map_or((part, true), |part| (part, false));
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<u32>(), last.parse::<u32>()) {
            (first..=last.min(cpus)).for_each(|cpu| put(cpu, on));
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::cpu_map;

    #[test]
    fn cpu_sets_become_bit_maps() {
        assert_eq!(cpu_map("0-3,^2", 8), [0b1011]);
        assert_eq!(cpu_map("9", 12), [0, 0b10]);
        assert_eq!(cpu_map("", 3), [0b111]);
    }
}
