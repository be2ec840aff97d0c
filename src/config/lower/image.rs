//! Disk images: used in place, or fetched or copied below the state directory with their hash checked.

use std::path::{Path, PathBuf};

use base64::Engine as _;
use model::{
    Address, Contents, DeletionPolicy, Kind, Policy, Resource, SourcePos, Spec,
    spec::{ImageOrigin, ImageSpec, VolumeContents, VolumeFormat},
};

use super::{Lowering, file_name};
use crate::{
    problem::{GuestProblem, ValueProblem},
    unit::{CloneMode, Image, ImageFormat},
};

/// Where parts of an image were written.
pub(super) struct Places {
    pub(super) source: Option<SourcePos>,
    pub(super) hash: Option<SourcePos>,
}

/// A disk image on the host.
pub(super) struct ImageFile {
    pub(super) path: PathBuf,
    /// What has to exist before it does.
    pub(super) needs: Option<Address>,
}

/// Files that are looked into before lowering: those of disk images whose hash is declared.
pub(crate) fn hashed_file(image: &Image) -> Option<PathBuf> {
    image.hash.as_ref()?;
    match origin(image.source.as_deref()?)? {
        ImageOrigin::File(path) => Some(path),
        ImageOrigin::Url(_) => None,
    }
}

/// Finds the file of an image, declaring what fetches it. `keep` says what becomes of it with its user.
pub(super) fn file(
    lowering: &mut Lowering<'_>,
    who: &str,
    places: &Places,
    image: &Image,
    keep: DeletionPolicy,
) -> Option<ImageFile> {
    let source = image.source.as_deref()?;
    let at = places.source.as_ref();
    let sha256 = match &image.hash {
        Some(hash) => Some(sha256(lowering, who, places.hash.as_ref(), hash)?),
        None => None,
    };
    let origin = match origin(source) {
        Some(ImageOrigin::File(path)) => ImageOrigin::File(lowering.absolute(who, at, "image.source", &path)?),
        Some(url) => url,
        None => {
            let problem = ValueProblem::Wrong {
                who: who.to_owned(),
                path: "image.source".to_owned(),
                reason: format!("`{source}` is neither a file nor a URL that is understood"),
                cure: Some("name an absolute path, or a URL with http:, https: or file:".to_owned()),
            };
            lowering.findings.problem(at, problem);
            return None;
        }
    };
    let Some(sha256) = sha256 else {
        return match origin {
            ImageOrigin::File(path) => Some(ImageFile { path, needs: None }),
            ImageOrigin::Url(url) => {
                lowering.findings.problem(at, GuestProblem::MissingHash { who: who.to_owned(), url });
                None
            }
        };
    };
    let name = format!("{}-{}", &sha256[..12], base_name(&origin));
    let path = lowering.state("images").join(&name);
    let address = Address::new(Kind::Image, name);
    if let ImageOrigin::File(file) = &origin
        && !lowering.settings.known.contains(&address)
        && !has_hash(lowering, who, places.hash.as_ref(), file, &sha256)
    {
        return None;
    }
    let spec = ImageSpec { path: path.clone(), origin: Some(origin), sha256: Some(sha256) };
    let resource = Resource {
        policy: Policy { deletion: keep, ..Policy::default() },
        declared_at: at.cloned(),
        ..Resource::new(Spec::Image(spec))
    };
    lowering.share(address.clone(), resource, format!("the image of {who}"));
    Some(ImageFile { path, needs: Some(address) })
}

/// What a volume made from the image is filled with, and what it lies over.
pub(super) fn contents(image: &Image, clone: CloneMode, path: &Path) -> (Option<PathBuf>, VolumeContents) {
    let format = format(image.format);
    match clone {
        CloneMode::Overlay => (Some(path.to_owned()), VolumeContents::Overlay { format }),
        CloneMode::Copy => (None, VolumeContents::Copy { image: path.to_owned(), format }),
    }
}

/// The model's word for a format.
pub(super) fn format(format: ImageFormat) -> VolumeFormat {
    match format {
        ImageFormat::Qcow2 => VolumeFormat::Qcow2,
        ImageFormat::Raw => VolumeFormat::Raw,
    }
}

/// Reads `sha256-BASE64` or `sha256:HEX` as 64 hex digits; anything else is a problem.
pub(super) fn sha256(lowering: &mut Lowering<'_>, who: &str, at: Option<&SourcePos>, text: &str) -> Option<String> {
    let bytes = match (text.strip_prefix("sha256-"), text.strip_prefix("sha256:")) {
        (Some(base64), _) => base64::engine::general_purpose::STANDARD.decode(base64).ok(),
        (_, Some(hex)) => hex::decode(hex).ok(),
        (None, None) => None,
    };
    let bytes = bytes.filter(|bytes| bytes.len() == 32);
    if bytes.is_none() {
        let problem = ValueProblem::Wrong {
            who: who.to_owned(),
            path: "image.hash".to_owned(),
            reason: format!(
                "`{text}` is no SHA-256: expected \"sha256-\" and 44 characters of base 64, or \"sha256:\" and 64 hex digits"
            ),
            cure: Some("`sha256sum FILE` prints the digits".to_owned()),
        };
        lowering.findings.problem(at, problem);
    }
    bytes.map(hex::encode)
}

/// Whether a file holds what is declared of it, as far as it was looked into; another hash is a problem.
pub(super) fn has_hash(
    lowering: &mut Lowering<'_>,
    who: &str,
    at: Option<&SourcePos>,
    file: &Path,
    declared: &str,
) -> bool {
    let found = match lowering.settings.files.get(file) {
        Some(Contents::Sha256(found)) if found != declared => found.clone(),
        _ => return true,
    };
    let (who, file, declared) = (who.to_owned(), file.to_owned(), declared.to_owned());
    lowering.findings.problem(at, GuestProblem::HashMismatch { who, file, declared, found });
    false
}

fn origin(source: &str) -> Option<ImageOrigin> {
    if source.starts_with("http://") || source.starts_with("https://") {
        return Some(ImageOrigin::Url(source.to_owned()));
    }
    if let Some(path) = source.strip_prefix("file://") {
        return Some(ImageOrigin::File(path.into()));
    }
    (!source.contains("://")).then(|| ImageOrigin::File(source.into()))
}

fn base_name(origin: &ImageOrigin) -> String {
    let name = match origin {
        ImageOrigin::Url(url) => url.split(['?', '#']).next().unwrap_or(url).trim_end_matches('/').rsplit('/').next(),
        ImageOrigin::File(path) => path.file_name().and_then(|name| name.to_str()),
    };
    file_name(name.unwrap_or("image"))
}
