//! ISO 9660 images with cloud-init's NoCloud files.
//!
//! Written with `hadris-iso`: of the crates that write ISO 9660 it is the one with both Rock Ridge and Joliet
//! (cloud-init reads `user-data` in lower case, which the bare standard does not have) whose output depends on
//! nothing but its input: its 3.0 reads no clock, unlike its 2.x.

use hadris_fs::{Content, NoClock, Node, PathError, Tree};
use hadris_iso::{IsoId, IsoOptions};
use model::spec::SeedSpec;

/// The label by which cloud-init finds the image.
const LABEL: &str = "cidata";

/// An image could not be written.
#[derive(Debug, thiserror::Error)]
pub(super) enum IsoError {
    #[error("cannot lay out the seed")]
    Tree(#[source] PathError),
    #[error("cannot write the seed's image")]
    Write(#[source] PathError),
}

/// The image of a seed; the same for the same seed.
pub(super) fn image(seed: &SeedSpec) -> Result<Vec<u8>, IsoError> {
    let files = [
        ("user-data", Some(&seed.user_data)),
        ("meta-data", Some(&seed.meta_data)),
        ("network-config", seed.network_config.as_ref()),
    ];
    let mut tree = Tree::new();
    for (name, text) in files {
        let Some(text) = text else { continue };
        tree.insert(name, Node::file(Content::bytes(text.as_bytes()))).map_err(IsoError::Tree)?;
    }
    let options =
        IsoOptions::default().with_id(IsoId::Volume, LABEL).with_joliet().with_rock_ridge().with_time(NoClock::TIME);
    let size = hadris_iso::plan(&tree, &options).map_err(IsoError::Write)?.size();
    let mut image = vec![0; usize::try_from(size).expect("a seed of a few texts fits in memory")];
    hadris_iso::sync::write(&mut image, &tree, &options).map_err(IsoError::Write)?;
    Ok(image)
}

#[cfg(test)]
mod tests;
