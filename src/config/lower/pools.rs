//! Storage pools, and which of them a disk is kept in.

use std::path::{Path, PathBuf};

use model::{
    Address, Kind, Policy, Resource, Spec,
    spec::{PoolKind, PoolSpec},
    uuid_for,
};

use super::Lowering;
use crate::{
    compose::ResolvedUnit,
    manifest::{PoolOptions, PoolSource, PoolType},
    nearest,
    problem::{ReferenceProblem, ValueProblem},
    unit::Storage,
};

/// The word for the pool that is there without being declared.
pub(super) const DEFAULT: &str = "default";

/// What libvirt knows that pool as: not `default`, which is what virt-manager calls a pool of its own.
const UNDECLARED: &str = "hypernix";

/// Declares one pool.
pub(super) fn declare(lowering: &mut Lowering<'_>, name: &str, pool: &PoolOptions) {
    let at = lowering.manifest.positions.of(&["storage", "pools", name]).cloned();
    let address = Address::new(Kind::Pool, name);
    let who = format!("the pool `{name}`");
    let PoolSource { name: source_name, host, dir } = pool.source.clone().unwrap_or_default();
    let missing = match pool.kind {
        PoolType::Logical | PoolType::Zfs if source_name.is_none() => Some("source.name"),
        PoolType::Netfs if host.is_none() => Some("source.host"),
        PoolType::Netfs if dir.is_none() => Some("source.dir"),
        _ => None,
    };
    if let Some(option) = missing {
        let problem = ValueProblem::Missing {
            who: who.clone(),
            path: option.to_owned(),
            reason: "a pool of this type is made of something".to_owned(),
            cure: "set it to the volume group, the dataset, or the file server and its directory".to_owned(),
        };
        lowering.findings.problem(at.as_ref(), problem);
    }
    let path = match &pool.path {
        Some(path) => lowering.absolute(&who, at.as_ref(), "path", Path::new(path)),
        None => matches!(pool.kind, PoolType::Dir | PoolType::Netfs).then(|| default_path(lowering, name)),
    };
    let spec = PoolSpec {
        uuid: Some(uuid_for(lowering.settings.owner, &address)),
        kind: Some(match pool.kind {
            PoolType::Dir => PoolKind::Dir,
            PoolType::Logical => PoolKind::Logical,
            PoolType::Netfs => PoolKind::Netfs,
            PoolType::Zfs => PoolKind::Zfs,
        }),
        path,
        source_name,
        source_host: host,
        source_dir: dir.map(PathBuf::from),
        autostart: Some(pool.autostart),
    };
    let policy = Policy { protect: pool.protect, adopt: pool.adopt, ..Policy::default() };
    let resource = Resource { policy, declared_at: at, ..Resource::new(Spec::Pool(spec)) };
    lowering.add(address, resource, format!("`storage.pools.{name}`"));
}

/// The pool a disk is kept in: by name, or by capability (a pool of that name first, then the first one that offers
/// it). The pool `default` needs no declaration.
pub(super) fn of_disk(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    disk: &Storage,
    index: usize,
) -> Option<String> {
    let declared = &lowering.manifest.hypervisor.storage.pools;
    let wanted = disk.pool.as_ref().unwrap_or(&disk.capability);
    let offers = |pool: &PoolOptions| disk.pool.is_none() && pool.capabilities.contains(wanted);
    let found = declared.get_key_value(wanted).or_else(|| declared.iter().find(|(_, pool)| offers(pool)));
    if let Some((name, _)) = found {
        return Some(name.clone());
    }
    if wanted == DEFAULT {
        return Some(need_default(lowering));
    }
    let who = format!("the disk `{}` of {}", disk.name, unit.who());
    let field = if disk.pool.is_some() { "pool" } else { "capability" };
    unknown(lowering, who, wanted, |lowering, problem| {
        lowering.problem_at(unit, &["storage"], &[&index.to_string(), field], problem);
    });
    None
}

/// The pool of this name, where there is one; else a problem for `report`.
pub(super) fn named(
    lowering: &mut Lowering<'_>,
    who: String,
    name: &str,
    report: impl FnOnce(&mut Lowering<'_>, ReferenceProblem),
) -> Option<String> {
    if lowering.manifest.hypervisor.storage.pools.contains_key(name) {
        return Some(name.to_owned());
    }
    if name == DEFAULT {
        return Some(need_default(lowering));
    }
    unknown(lowering, who, name, report);
    None
}

fn unknown(
    lowering: &mut Lowering<'_>,
    who: String,
    name: &str,
    report: impl FnOnce(&mut Lowering<'_>, ReferenceProblem),
) {
    let pools = &lowering.manifest.hypervisor.storage.pools;
    let known = pools.iter().flat_map(|(name, pool)| std::iter::once(name).chain(&pool.capabilities));
    let known: Vec<&str> = known.map(String::as_str).chain([DEFAULT]).collect();
    let cure = nearest::cure(name, known, &format!("declare `hypervisor.storage.pools.{name}`"));
    report(lowering, ReferenceProblem::Pool { who, name: name.to_owned(), cure });
}

/// What libvirt knows a pool as that the options call by `name`.
pub(super) fn known_as<'n>(lowering: &Lowering<'_>, name: &'n str) -> &'n str {
    let declared = lowering.manifest.hypervisor.storage.pools.contains_key(name);
    if name == DEFAULT && !declared { UNDECLARED } else { name }
}

/// Declares the pool that needs no declaration, once, and gives its name.
pub(super) fn need_default(lowering: &mut Lowering<'_>) -> String {
    let address = Address::new(Kind::Pool, UNDECLARED);
    if !lowering.resources.contains_key(&address) {
        let spec = PoolSpec {
            uuid: Some(uuid_for(lowering.settings.owner, &address)),
            kind: Some(PoolKind::Dir),
            path: Some(default_path(lowering, UNDECLARED)),
            autostart: Some(true),
            ..PoolSpec::default()
        };
        lowering.add(address, Resource::new(Spec::Pool(spec)), "the pool for everything".to_owned());
    }
    UNDECLARED.to_owned()
}

fn default_path(lowering: &Lowering<'_>, name: &str) -> PathBuf {
    lowering.state("pools").join(name)
}
