//! Configurations held in memory, a host to lower for, and errors as a person sees them.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use model::{Address, Bytes, Desired, HostFacts, OwnerId};
use nix_eval::{DirEntry, EvalIo, FileType};
use serde_json::Value;
use uuid::Uuid;

use crate::{ConfigErrors, EvalSettings, Loaded, LowerSettings, load};

/// Where the configuration of a test is.
pub(super) const HOST: &str = "/etc/hypernix/host.nix";

struct Files(BTreeMap<PathBuf, String>);

impl EvalIo for Files {
    fn read_file(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.get(path).map(|text| text.clone().into_bytes()).ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn read_dir(&self, _: &Path) -> io::Result<Vec<DirEntry>> {
        Err(io::ErrorKind::NotFound.into())
    }

    fn file_type(&self, path: &Path) -> io::Result<Option<FileType>> {
        let is_directory = self.0.keys().any(|file| file != path && file.starts_with(path));
        let kind = if is_directory { FileType::Directory } else { FileType::Regular };
        Ok((is_directory || self.0.contains_key(path)).then_some(kind))
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        Ok(path.to_owned())
    }

    fn read_link(&self, _: &Path) -> io::Result<PathBuf> {
        Err(io::ErrorKind::InvalidInput.into())
    }

    fn is_executable(&self, _: &Path) -> io::Result<bool> {
        Ok(false)
    }

    fn modified(&self, _: &Path) -> io::Result<u64> {
        Ok(0)
    }
}

/// Settings that see one file.
pub(super) fn settings(file: &str, text: &str) -> EvalSettings {
    let io = Arc::new(Files(BTreeMap::from([(file.into(), text.to_owned())])));
    EvalSettings { io, trace: Arc::new(|_| {}), ..EvalSettings::default() }
}

/// Loads a configuration.
pub(super) fn loaded(nix: &str) -> Result<Loaded, ConfigErrors> {
    load(Path::new(HOST), &settings(HOST, nix))
}

/// Loads a configuration that is good.
#[track_caller]
pub(super) fn good(nix: &str) -> Loaded {
    loaded(nix).unwrap_or_else(|errors| panic!("{}", rendered(&errors)))
}

/// Loads and lowers a configuration that is good.
#[track_caller]
pub(super) fn desired(nix: &str) -> Desired {
    good(nix).lower(&host()).unwrap_or_else(|errors| panic!("{}", rendered(&errors)))
}

/// The specification of one resource, as YAML for reading.
#[track_caller]
pub(super) fn spec(desired: &Desired, address: &str) -> String {
    let address: Address = address.parse().expect("it is an address");
    let Some(resource) = desired.resources.get(&address) else {
        let all: Vec<String> = desired.resources.keys().map(Address::to_string).collect();
        panic!("there is no {address}, but {}", all.join(", "));
    };
    let value = serde_json::to_value(&resource.spec).expect("it serialises");
    yaml(&value["spec"])
}

/// A value as YAML, for reading.
pub(super) fn yaml(value: &Value) -> String {
    serde_saphyr::to_string(value).expect("it serialises")
}

/// A host of 8 GiB on which KVM runs x86_64 and QEMU emulates aarch64.
pub(super) fn host() -> LowerSettings {
    let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<BTreeSet<_>>();
    LowerSettings {
        owner: OwnerId(Uuid::from_u128(7)),
        state_dir: "/state".into(),
        host: HostFacts {
            arch: "x86_64".to_owned(),
            cpus: 8,
            memory: Bytes::gib(8),
            kvm: words(&["x86_64"]),
            emulated: words(&["x86_64", "aarch64"]),
            runtimes: words(&["runc"]),
            ..HostFacts::default()
        },
        known: BTreeSet::new(),
        files: BTreeMap::new(),
    }
}

/// Errors as a terminal shows them, without colours.
pub(super) fn rendered(errors: &ConfigErrors) -> String {
    let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(100);
    let mut text = String::new();
    for error in errors.iter() {
        handler.render_report(&mut text, error).expect("text takes everything");
    }
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// What is wrong with a configuration, at loading or else at lowering.
#[track_caller]
pub(super) fn errors(nix: &str) -> String {
    match loaded(nix).and_then(|loaded| loaded.lower(&host())) {
        Err(errors) => rendered(&errors),
        Ok(_) => panic!("nothing is wrong with\n{nix}"),
    }
}

/// What is wrong with a configuration: a line an error, and a line its cure.
#[track_caller]
pub(super) fn sentences(nix: &str) -> String {
    let Err(errors) = loaded(nix).and_then(|loaded| loaded.lower(&host())) else {
        panic!("nothing is wrong with\n{nix}")
    };
    let help = |error: &dyn Diagnostic| error.help().map(|help| format!("  {help}\n")).unwrap_or_default();
    errors.iter().map(|error| format!("{error}\n{}", help(error))).collect()
}
