//! Lists the files of `nix/` and `modules/`, so that they are carried in the binary: all but those that only mean
//! something to Nix itself.

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
    let mut list = String::from(
        "/// Every bundled file: its path below [`PREFIX`], and its bytes.\npub(super) const FILES: &[(&str, &[u8])] = &[\n",
    );
    for file in files {
        let name = file.strip_prefix(&root).expect("it was found below the root").to_string_lossy();
        if LEFT_OUT.iter().any(|left_out| Path::new(&*name).starts_with(left_out)) {
            continue;
        }
        let path = file.to_string_lossy();
        list.push_str(&format!("    ({name:?}, include_bytes!({path:?})),\n"));
    }
    list.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
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
