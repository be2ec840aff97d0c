//! Every Nix example in the documentation, and every file of docs/examples, is accepted by `hypernix check`.

mod console;

use std::{
    path::{Path, PathBuf},
    process::Command,
};

/// An example and where it stands.
struct Example {
    place: String,
    file: PathBuf,
}

#[test]
fn every_example_in_the_documentation_is_accepted() {
    let directory = tempfile::tempdir().expect("a temporary directory can be made");
    let mut examples = files_of("docs/examples");
    for page in pages() {
        examples.extend(fenced(&page, directory.path()));
    }
    assert!(examples.len() >= 5, "the documentation lost its examples");
    let refused: Vec<_> = examples.iter().filter_map(|example| refusal(example, directory.path())).collect();
    assert!(refused.is_empty(), "{}", refused.join("\n"));
}

#[test]
fn the_hosts_of_the_example_flake_are_accepted() {
    let state = tempfile::tempdir().expect("a temporary directory can be made");
    let flake = root().join("docs/examples/flake");
    for host in ["web", "db"] {
        let file = PathBuf::from(format!("{}#{host}", flake.display()));
        let refused = refusal(&Example { place: file.display().to_string(), file }, state.path());
        assert_eq!(refused, None);
    }
    let run = |words: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hypernix"));
        let command = command.args(words).current_dir(&flake).env("HYPERNIX_STATE_DIR", state.path());
        let output = command.output().expect("hypernix was built with this test");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.success(), text(&output.stdout), text(&output.stderr))
    };
    let (done, explained, _) = run(&["explain", "--file", ".#web", "web", "resources.memory.size"]);
    assert!(done && explained.contains("64Mi") && explained.contains("flake.nix"), "{explained}");
    let other = state.path().join("sizes");
    std::fs::create_dir(&other).expect("the folder is ours");
    std::fs::write(other.join("flake.nix"), "{ outputs = { self }: { small = \"96Mi\"; }; }").expect("it is ours");
    let other = other.to_string_lossy();
    let (done, manifest, _) = run(&["manifest", ".#web", "--override-input", "sizes", &other]);
    assert!(done && manifest.contains("96Mi"), "{manifest}");
    let (done, _, said) = run(&["check", ".#wed"]);
    assert!(!done && said.contains("did you mean `web`"), "{said}");
    let (done, _, said) = run(&["check", "."]);
    assert!(!done && said.contains("#HOST"), "{said}");
}

fn refusal(example: &Example, state: &Path) -> Option<String> {
    let output = Command::new(env!("CARGO_BIN_EXE_hypernix"))
        .arg("check")
        .arg(&example.file)
        .env("HYPERNIX_STATE_DIR", state)
        .output()
        .expect("hypernix was built with this test");
    (!output.status.success())
        .then(|| format!("{} is refused:\n{}", example.place, String::from_utf8_lossy(&output.stderr)))
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    let listed = std::fs::read_dir(root().join("docs")).expect("docs/ is there");
    pages.extend(listed.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "md")));
    pages
}

fn files_of(directory: &str) -> Vec<Example> {
    let listed = std::fs::read_dir(root().join(directory)).expect("docs/examples is there");
    let files = listed.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|e| e == "nix"));
    files.map(|file| Example { place: file.display().to_string(), file }).collect()
}

/// The whole configurations among a page's fenced Nix blocks: those that set `hypervisor` options.
fn fenced(page: &Path, directory: &Path) -> Vec<Example> {
    let text = std::fs::read_to_string(page).expect("a page is readable");
    let blocks = text.split("```nix\n").skip(1).map(|rest| rest.split("\n```").next().unwrap_or(rest));
    let stem = page.file_stem().expect("a page has a name").to_string_lossy().into_owned();
    blocks
        .enumerate()
        .filter(|(_, block)| block.contains("hypervisor."))
        .map(|(number, block)| {
            let file = directory.join(format!("{stem}-{number}.nix"));
            std::fs::write(&file, block).expect("the temporary directory is writable");
            Example { place: format!("{}, Nix block {}", page.display(), number + 1), file }
        })
        .collect()
}
