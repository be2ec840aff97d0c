//! Declared volumes of libvirt and Docker.

use model::{
    Address, DeletionPolicy, Kind, Policy, Resource, Spec,
    spec::{DockerVolumeSpec, VolumeFormat, VolumeSpec},
};

use super::{Lowering, image, pools};
use crate::{
    manifest::{VolumeBackend, VolumeOptions},
    problem::ValueProblem,
    unit::CloneMode,
};

/// Declares one volume.
pub(super) fn declare(lowering: &mut Lowering<'_>, name: &str, volume: &VolumeOptions) {
    let at = lowering.manifest.positions.of(&["storage", "volumes", name]).cloned();
    let policy =
        Policy { deletion: volume.deletion_policy, protect: volume.protect, adopt: volume.adopt, ..Policy::default() };
    let who = format!("`storage.volumes.{name}`");
    let (address, resource) = match volume.backend {
        VolumeBackend::Docker => {
            let spec = DockerVolumeSpec {
                driver: Some(volume.driver.clone()),
                options: volume.options.clone(),
                labels: volume.labels.clone(),
            };
            (Address::new(Kind::DockerVolume, name), Resource::new(Spec::DockerVolume(spec)))
        }
        VolumeBackend::Libvirt => {
            let Some(made) = libvirt(lowering, name, volume) else { return };
            made
        }
    };
    lowering.add(address, Resource { policy, declared_at: at, ..resource }, who);
}

fn libvirt(lowering: &mut Lowering<'_>, name: &str, volume: &VolumeOptions) -> Option<(Address, Resource)> {
    let at = lowering.manifest.positions.of(&["storage", "volumes", name]).cloned();
    let who = format!("the volume `{name}`");
    let pool = pools::named(lowering, who.clone(), &volume.pool, |lowering, problem| {
        let at = lowering.manifest.positions.of(&["storage", "volumes", name, "pool"]).cloned();
        lowering.findings.problem(at.as_ref(), problem);
    })?;
    let mut spec = VolumeSpec {
        pool: pool.clone(),
        name: name.to_owned(),
        capacity: volume.size.map(|size| size.0),
        format: Some(image::format(volume.format)),
        ..VolumeSpec::default()
    };
    let mut depends_on = std::collections::BTreeSet::from([Address::new(Kind::Pool, &pool)]);
    match &volume.image {
        Some(source) => {
            let at = |part| lowering.manifest.positions.of(&["storage", "volumes", name, "image", part]).cloned();
            let places = image::Places { source: at("source"), hash: at("hash") };
            let keep = image_policy(volume.clone, volume.deletion_policy);
            let file = image::file(lowering, &who, &places, source, keep)?;
            (spec.backing, spec.contents) = {
                let (backing, contents) = image::contents(source, volume.clone, &file.path);
                (backing, Some(contents))
            };
            depends_on.extend(file.needs);
        }
        None if volume.size.is_none() => {
            let problem = ValueProblem::Missing {
                who,
                path: "size".to_owned(),
                reason: "a volume without an image has no size of its own".to_owned(),
                cure: "set `size`, such as \"20Gi\", or `image`".to_owned(),
            };
            lowering.findings.problem(at.as_ref(), problem);
        }
        None => {}
    }
    if spec.backing.is_some() && spec.format == Some(VolumeFormat::Raw) {
        let problem = ValueProblem::Wrong {
            who: format!("the volume `{name}`"),
            path: "format".to_owned(),
            reason: "a raw volume cannot lie over an image".to_owned(),
            cure: Some("set `format = \"qcow2\"`, or `clone = \"copy\"`".to_owned()),
        };
        lowering.findings.problem(at.as_ref(), problem);
    }
    let address = Address::new(Kind::Volume, format!("{pool}/{name}"));
    Some((address, Resource { depends_on, ..Resource::new(Spec::Volume(spec)) }))
}

/// What becomes of an image when its user goes: an overlay that stays needs it.
pub(super) fn image_policy(clone: CloneMode, user: DeletionPolicy) -> DeletionPolicy {
    match clone {
        CloneMode::Overlay => user,
        CloneMode::Copy => DeletionPolicy::Delete,
    }
}
