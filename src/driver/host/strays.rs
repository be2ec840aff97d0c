//! Files of ours under paths that stand for nothing any more: a seed or file that changes gets a new path, for whoever
//! runs with the old one keeps it.

use std::{
    collections::BTreeSet,
    fs, io,
    path::{Path, PathBuf},
};

/// The files in the folders, and one level below, that are not `known`.
pub(super) fn list(folders: &[PathBuf], known: &BTreeSet<PathBuf>) -> Vec<PathBuf> {
    let mut strays = Vec::new();
    for folder in folders {
        let listed = collect(folder, known, &mut strays, Depth::Folder);
        if let Err(error) = listed.or_else(nothing_there) {
            tracing::warn!(folder = %folder.display(), %error, "old files are left");
        }
    }
    strays
}

/// Where a directory is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Depth {
    Folder,
    Below,
}

fn collect(directory: &Path, known: &BTreeSet<PathBuf>, strays: &mut Vec<PathBuf>, depth: Depth) -> io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let (path, kind) = (entry.path(), entry.file_type()?);
        if kind.is_dir() && depth == Depth::Folder {
            collect(&path, known, strays, Depth::Below)?;
        } else if kind.is_file() && !known.contains(&path) {
            strays.push(path);
        }
    }
    Ok(())
}

fn nothing_there(error: io::Error) -> io::Result<()> {
    if error.kind() == io::ErrorKind::NotFound { Ok(()) } else { Err(error) }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeSet, fs};

    use super::list;

    #[test]
    fn what_stands_for_nothing_is_found_in_the_folders_and_one_level_below() {
        let root = tempfile::tempdir().expect("a directory");
        let place = |name: &str| root.path().join(name);
        fs::create_dir_all(place("files/web/deeper")).expect("made");
        fs::create_dir_all(place("seeds")).expect("made");
        for name in ["seeds/web-1.iso", "seeds/web-2.iso", "files/web/1-motd", "files/web/deeper/theirs"] {
            fs::write(place(name), "").expect("written");
        }
        let known = BTreeSet::from([place("seeds/web-2.iso")]);
        let folders = ["seeds", "files", "nowhere"].map(place);
        let strays: BTreeSet<_> = list(&folders, &known).into_iter().collect();
        assert_eq!(strays, BTreeSet::from([place("seeds/web-1.iso"), place("files/web/1-motd")]));
    }
}
