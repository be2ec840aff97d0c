//! Virtual CPUs, the CPU model, and the limits on CPU time.

use model::spec::{Cpu, DomainSpec};

use crate::libvirt::{domain::scope::Scope, xml::Element};

/// Writes them.
pub(crate) fn apply(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    vcpus(domain, spec, &scope.below("vcpus"));
    cpu(domain, &spec.cpu, &scope.below("cpu"));
    tune(domain, spec, &scope.below("cpuTune"));
}

/// Reads them.
pub(crate) fn read(domain: &Element, spec: &mut DomainSpec) {
    if let Some(vcpu) = domain.child("vcpu") {
        spec.vcpus.maximum = vcpu.text().parse().ok();
        spec.vcpus.current = vcpu.attr("current").and_then(|n| n.parse().ok()).or(spec.vcpus.maximum);
    }
    if let Some(cpu) = domain.child("cpu") {
        spec.cpu = read_cpu(cpu);
    }
    if let Some(tune) = domain.child("cputune") {
        let number = |name| tune.text_of(name).and_then(|text| text.parse::<i64>().ok());
        spec.cpu_tune.shares = number("shares").and_then(|n| u64::try_from(n).ok());
        spec.cpu_tune.quota_us = number("quota").and_then(|n| u64::try_from(n).ok());
        spec.cpu_tune.period_us = number("period").and_then(|n| u64::try_from(n).ok());
        spec.cpu_tune.pins = tune
            .named("vcpupin")
            .filter_map(|pin| Some((pin.attr("vcpu")?.to_owned(), pin.attr("cpuset")?.to_owned())))
            .collect();
    }
}

fn vcpus(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    if !scope.touches("current") && !scope.touches("maximum") {
        return;
    }
    let before =
        domain.child("vcpu").map(|vcpu| (vcpu.text().parse::<u32>().ok(), vcpu.attr("current").map(str::to_owned)));
    let (old_maximum, old_current) = before.unwrap_or_default();
    let old_current = old_current.and_then(|n| n.parse().ok()).or(old_maximum);
    let current = spec.vcpus.current.or(old_current).unwrap_or(1);
    let maximum = spec.vcpus.maximum.or(old_maximum).unwrap_or(current).max(current);
    let vcpu = domain.child_or_new("vcpu");
    vcpu.children = Element::with_text("vcpu", maximum.to_string()).children;
    vcpu.set_or_remove("current", (current != maximum).then_some(current));
    // Individual hot-plug states of an older definition contradict a new count.
    domain.remove("vcpus");
}

fn cpu(domain: &mut Element, spec: &Cpu, scope: &Scope<'_>) {
    scope.edit("mode", spec.mode.as_ref()).apply(|mode| {
        let before = domain.attr_at(&["cpu"], "mode").map(str::to_owned);
        match mode {
            Some(mode) if before.as_ref() != Some(mode) => {
                // Match, check and model of the old mode do not fit the new one.
                let kept = domain.at(&["cpu", "topology"]).cloned();
                let mut cpu = Element::new("cpu").with("mode", mode);
                cpu.children.extend(kept.map(crate::libvirt::xml::Node::Element));
                domain.put(cpu);
            }
            Some(_) => {}
            None => {
                let kept = domain.at(&["cpu", "topology"]).cloned();
                domain.remove("cpu");
                if let Some(topology) = kept {
                    domain.push(Element::new("cpu").holding(topology));
                }
            }
        }
    });
    scope.edit("model", spec.model.as_ref()).apply(|model| {
        let cpu = domain.child_or_new("cpu");
        cpu.put_text("model", model);
    });
    let features = (!spec.features.is_empty()).then_some(&spec.features);
    scope.edit("features", features).apply(|features| {
        let cpu = domain.child_or_new("cpu");
        cpu.remove("feature");
        for (name, policy) in features.into_iter().flatten() {
            cpu.push(Element::new("feature").with("policy", policy).with("name", name));
        }
    });
    topology(domain, spec, scope);
    domain.remove_if_empty("cpu");
}

/// libvirt wants sockets, cores and threads together, and their product to be the maximum of vCPUs.
fn topology(domain: &mut Element, spec: &Cpu, scope: &Scope<'_>) {
    if !["sockets", "cores", "threads"].into_iter().any(|field| scope.touches(field)) {
        return;
    }
    match (spec.sockets, spec.cores, spec.threads) {
        (None, None, None) => {
            if let Some(cpu) = domain.child_mut("cpu")
                && scope.is_named()
            {
                cpu.remove("topology");
            }
        }
        (sockets, cores, threads) => {
            let maximum = domain.text_of("vcpu").and_then(|text| text.parse::<u32>().ok()).unwrap_or(1);
            let (cores, threads) = (cores.unwrap_or(1), threads.unwrap_or(1));
            let sockets = sockets.unwrap_or_else(|| (maximum / (cores * threads).max(1)).max(1));
            let topology = domain.child_or_new("cpu").child_or_new("topology");
            topology.set("sockets", sockets);
            topology.set("cores", cores);
            topology.set("threads", threads);
        }
    }
}

fn read_cpu(cpu: &Element) -> Cpu {
    let custom = cpu.attr("mode").is_none_or(|mode| mode == "custom");
    let number = |name| cpu.attr_at(&["topology"], name).and_then(|n| n.parse().ok());
    Cpu {
        mode: cpu.attr("mode").map(str::to_owned),
        model: cpu.text_of("model").filter(|_| custom),
        features: cpu
            .named("feature")
            .filter_map(|feature| Some((feature.attr("name")?.to_owned(), feature.attr("policy")?.to_owned())))
            .collect(),
        sockets: number("sockets"),
        cores: number("cores"),
        threads: number("threads"),
    }
}

fn tune(domain: &mut Element, spec: &DomainSpec, scope: &Scope<'_>) {
    let numbers = [
        ("shares", "shares", spec.cpu_tune.shares),
        ("quotaUs", "quota", spec.cpu_tune.quota_us),
        ("periodUs", "period", spec.cpu_tune.period_us),
    ];
    for (field, name, value) in numbers {
        scope.edit(field, value).apply(|value| domain.child_or_new("cputune").put_text(name, value));
    }
    let pins = (!spec.cpu_tune.pins.is_empty()).then_some(&spec.cpu_tune.pins);
    scope.edit("pins", pins).apply(|pins| {
        let tune = domain.child_or_new("cputune");
        tune.remove("vcpupin");
        for (vcpu, cpus) in pins.into_iter().flatten() {
            tune.push(Element::new("vcpupin").with("vcpu", vcpu).with("cpuset", cpus));
        }
    });
    domain.remove_if_empty("cputune");
}
