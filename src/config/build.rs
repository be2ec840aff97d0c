//! Lists the files of `nix/` and `modules/`, so that they are carried in the binary, parsed: all but those that only
//! mean something to Nix itself.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// What is not carried: what packages us, what NixOS does with us, and tests.
const LEFT_OUT: [&str; 8] = [
    "modules/nixos",
    "nix/checks.nix",
    "nix/devshell.nix",
    "nix/docs.nix",
    "nix/flake",
    "nix/package.nix",
    "nix/render-units.nix",
    "nix/tests",
];

fn main() -> io::Result<()> {
    let crate_dir = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let root = crate_dir.join("../..").canonicalize()?;
    let mut files = Vec::new();
    for folder in ["modules", "nix"] {
        collect(&root.join(folder), &mut files)?;
    }
    files.sort();
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let (mut texts, mut trees) = (String::new(), String::new());
    for (number, file) in files.into_iter().enumerate() {
        let name = file.strip_prefix(&root).expect("it was found below the root").to_string_lossy();
        if LEFT_OUT.iter().any(|left_out| Path::new(&*name).starts_with(left_out)) {
            continue;
        }
        texts.push_str(&format!("    ({name:?}, include_bytes!({file:?})),\n"));
        // A file that does not parse is carried as it is, so that the evaluator says what is wrong with it.
        if let Some(tree) = nix_eval::syntax_tree(&fs::read_to_string(&file)?) {
            let path = out.join(format!("{number}.tree"));
            fs::write(&path, tree)?;
            trees.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
        }
    }
    let list = format!(
        "/// Every bundled file: its path below [`PREFIX`], and its bytes.\n\
         pub(super) const FILES: &[(&str, &[u8])] = &[\n{texts}];\n\
         /// The syntax trees of these files, by the same paths.\n\
         pub(super) const TREES: &[(&str, &[u8])] = &[\n{trees}];\n"
    );
    fs::write(out.join("bundled.rs"), list)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    println!("cargo::rerun-if-changed={}", folder.display());
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|extension| extension == "nix") {
            files.push(path);
        }
    }
    Ok(())
}
