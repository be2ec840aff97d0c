//! The image of a container.

use std::path::{Path, PathBuf};

use model::{
    Address, Contents, DeletionPolicy, Kind, Policy, Resource, Spec,
    spec::{ContainerImageSource, ContainerImageSpec, PullPolicy},
};

use super::{Lowering, image};
use crate::{
    compose::ResolvedUnit,
    problem::{GuestProblem, ValueProblem},
    unit::{Image, Pull},
};

/// How the references begin under which images made of root file systems are kept.
const OURS: &str = "hypernix/";

/// The archive that a container's image is made of, with the option that names it.
struct Archive<'a> {
    option: &'static str,
    path: &'a Path,
    source: fn(PathBuf) -> ContainerImageSource,
}

impl<'a> Archive<'a> {
    fn of(image: &'a Image) -> Option<Self> {
        match (&image.archive, &image.rootfs) {
            (Some(path), _) => Some(Self { option: "image.archive", path, source: ContainerImageSource::Archive }),
            (None, Some(path)) => Some(Self { option: "image.rootfs", path, source: ContainerImageSource::Rootfs }),
            (None, None) => None,
        }
    }
}

/// The file that is looked into before lowering, where the image is made of one.
pub(crate) fn archive_file(image: &Image) -> Option<PathBuf> {
    Archive::of(image).map(|archive| archive.path.to_owned())
}

/// Declares the image of a container and gives its reference and address.
pub(super) fn declare(lowering: &mut Lowering<'_>, unit: &ResolvedUnit) -> Option<(String, Address)> {
    let Some(image) = &unit.unit.image else {
        let problem = GuestProblem::NoImage { unit: unit.name.clone() };
        lowering.findings.problem(unit.declared_at.as_ref(), problem);
        return None;
    };
    let at = lowering.place_of(unit, &["image"], &[]);
    let (source, sha256, deletion) = match Archive::of(image) {
        Some(archive) => {
            let path = lowering.absolute(&unit.who(), at.as_ref(), archive.option, archive.path)?;
            let sha256 = contents(lowering, unit, image, &archive)?;
            // It can be made again from the archive, and nobody else has it.
            ((archive.source)(path), sha256, DeletionPolicy::Delete)
        }
        None => (ContainerImageSource::Pull(policy(image.pull)), None, DeletionPolicy::Retain),
    };
    let reference = reference(lowering, unit, image, sha256.as_deref())?;
    let address = Address::new(Kind::ContainerImage, &reference);
    let spec =
        ContainerImageSpec { reference: reference.clone(), source: Some(source), archive_sha256: sha256, id: None };
    if !is_made_of_the_same(lowering, &address, &spec) {
        let policy = Policy { deletion, ..Policy::default() };
        let resource = Resource { policy, declared_at: at, ..Resource::new(Spec::ContainerImage(spec)) };
        lowering.share(address.clone(), resource, format!("the image of {}", unit.who()));
    }
    Some((reference, address))
}

fn policy(pull: Pull) -> PullPolicy {
    match pull {
        Pull::Missing => PullPolicy::Missing,
        Pull::Always => PullPolicy::Always,
        Pull::Never => PullPolicy::Never,
    }
}

/// Whether the image is declared already, made of a file of the same contents that lies elsewhere.
fn is_made_of_the_same(lowering: &Lowering<'_>, address: &Address, wanted: &ContainerImageSpec) -> bool {
    let known = lowering.resources.get(address).map(|known| &known.spec);
    matches!(known, Some(Spec::ContainerImage(known))
        if known.archive_sha256.is_some() && known.archive_sha256 == wanted.archive_sha256)
}

/// The SHA-256 of an archive: what it holds, else what is declared. `None` where it is wrong or cannot be read,
/// `Some(None)` where nothing is known.
fn contents(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    image: &Image,
    archive: &Archive<'_>,
) -> Option<Option<String>> {
    let declared = hash(lowering, unit, image)?;
    let settings = lowering.settings;
    let reason = match settings.files.get(archive.path) {
        None => return Some(declared),
        Some(Contents::Sha256(found)) => {
            let at = lowering.place_of(unit, &["image"], &["hash"]);
            let is_declared = declared
                .as_ref()
                .is_none_or(|declared| image::has_hash(lowering, &unit.who(), at.as_ref(), archive.path, declared));
            return is_declared.then(|| Some(found.clone()));
        }
        Some(Contents::Missing) => "there is no such file".to_owned(),
        Some(Contents::Unreadable(reason)) => reason.clone(),
    };
    let rest = archive.option.rsplit('.').next().unwrap_or_default();
    let problem =
        GuestProblem::Archive { who: unit.who(), option: archive.option, file: archive.path.to_owned(), reason };
    lowering.problem_at(unit, &["image"], &[rest], problem);
    None
}

/// The declared hash of an archive: `Some(None)` where none is declared, `None` where it is wrong.
fn hash(lowering: &mut Lowering<'_>, unit: &ResolvedUnit, image: &Image) -> Option<Option<String>> {
    let Some(text) = &image.hash else { return Some(None) };
    let at = lowering.place_of(unit, &["image"], &["hash"]);
    image::sha256(lowering, &unit.who(), at.as_ref(), text).map(Some)
}

/// The image's reference with a tag or a digest. What is made of a root file system is named by its contents, so that
/// it is made once for however many units, and by its owner, so that two instances on one engine do not share it.
fn reference(
    lowering: &mut Lowering<'_>,
    unit: &ResolvedUnit,
    image: &Image,
    contents: Option<&str>,
) -> Option<String> {
    let Some(source) = &image.source else {
        if let (Some(path), None) = (&image.rootfs, &image.archive) {
            return Some(match contents {
                Some(sha256) => {
                    let owner = lowering.settings.owner.to_string();
                    format!("{OURS}{}:{}-{}", repository(path), &sha256[..12], &owner[..6])
                }
                None => format!("{OURS}{}:latest", unit.name.to_lowercase()),
            });
        }
        let problem: crate::problem::Problem = if image.archive.is_some() {
            ValueProblem::Missing {
                who: unit.who(),
                path: "image.source".to_owned(),
                reason: "an archive may hold several images".to_owned(),
                cure: "set it to the reference that `docker load` prints, such as \"web:1.0\"".to_owned(),
            }
            .into()
        } else {
            GuestProblem::NoImage { unit: unit.name.clone() }.into()
        };
        lowering.problem_at(unit, &["image"], &[], problem);
        return None;
    };
    if !is_reference(source) {
        let problem = ValueProblem::Wrong {
            who: unit.who(),
            path: "image.source".to_owned(),
            reason: format!("`{source}` is no image reference: expected one such as \"nginx:1.27\""),
            cure: Some(
                "a tar of `docker save` goes under `image.archive`, the tar of a root file system under \
                   `image.rootfs`; a disk image is for a VM"
                    .to_owned(),
            ),
        };
        lowering.problem_at(unit, &["image"], &["source"], problem);
        return None;
    }
    if source.contains('@') {
        return Some(source.clone());
    }
    if image.archive.is_none() && image.rootfs.is_none() && image.hash.is_some() {
        let digest = hash(lowering, unit, image)??;
        return Some(format!("{source}@sha256:{digest}"));
    }
    let tagged = source.rsplit('/').next().is_some_and(|name| name.contains(':'));
    Some(if tagged { source.clone() } else { format!("{source}:latest") })
}

/// The name of an archive as part of a reference.
fn repository(path: &Path) -> String {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_lowercase();
    let stem = name.split_once(".tar").map_or(name.as_str(), |(stem, _)| stem);
    let plain: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let parts: Vec<&str> = plain.split('-').filter(|part| !part.is_empty()).collect();
    if parts.is_empty() { "rootfs".to_owned() } else { parts.join("-") }
}

/// Whether the engine would take a text as a reference. Source: the grammar of distribution/reference.
fn is_reference(text: &str) -> bool {
    let (name, digest) = text.split_once('@').map_or((text, None), |(name, digest)| (name, Some(digest)));
    let last = name.rsplit('/').next().unwrap_or(name);
    let (path, tag) = match last.split_once(':') {
        Some((_, tag)) => (&name[..name.len() - tag.len() - 1], Some(tag)),
        None => (name, None),
    };
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphanumeric())
            && part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-'))
    };
    let mut parts = path.split('/').peekable();
    let first = parts.next().unwrap_or_default();
    let host = parts.peek().is_some()
        && first.starts_with(|c: char| c.is_ascii_alphanumeric())
        && (first.contains(['.', ':']) || first == "localhost");
    let tag_is_one = |tag: &str| {
        !tag.is_empty() && tag.len() <= 128 && tag.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
    };
    (host || word(first))
        && parts.all(word)
        && tag.is_none_or(tag_is_one)
        && digest.is_none_or(|digest| digest.strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{is_reference, repository};

    #[test]
    fn an_image_is_named_after_its_archive() {
        let names = ["/a/rootfs.tar", "/a/Web_Shop-1.2.tar.gz", "/nix/store/0a1b-docker.tar.xz", "/a/.tar", "/a/--x"];
        let named: Vec<String> = names.iter().map(|name| repository(Path::new(name))).collect();
        assert_eq!(named, ["rootfs", "web-shop-1-2", "0a1b-docker", "rootfs", "x"]);
        assert!(named.iter().all(|name| is_reference(&format!("hypernix/{name}:0123456789ab"))));
    }

    #[test]
    fn references_are_told_from_paths_and_urls() {
        for good in ["nginx", "nginx:1.27", "library/nginx", "localhost:5000/a/b:tag", "ghcr.io/x/y", "a.b/c"] {
            assert!(is_reference(good), "{good}");
        }
        for bad in ["", "/var/lib/x.qcow2", "./x", "https://example.org/x", "Nginx", "nginx:", "a//b", "a b"] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
