//! What a flake's inputs are looked for with; chosen once, for every evaluation of the program.

use std::{
    path::PathBuf,
    sync::{Arc, OnceLock},
};

use clap::{Args, ValueHint};
use nix_eval::{GitProgram, InputOverride, NixProgram, Settings};

static CHOSEN: OnceLock<Inputs> = OnceLock::new();

/// Where inputs of flakes come from besides the store.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Flakes")]
pub struct Inputs {
    /// Puts a folder in place of an input (INPUT, or INPUT/ITS-INPUT) of the flake of FILE; may be repeated.
    #[arg(long, global = true, num_args = 2, value_names = ["INPUT", "PATH"], value_hint = ValueHint::DirPath)]
    override_input: Vec<String>,
    /// Lets the Nix on PATH fetch and build what an evaluation needs and the host does not have.
    #[arg(long, global = true)]
    allow_nix: bool,
}

impl Inputs {
    /// Makes these the choice of the program.
    pub fn choose(&self) {
        CHOSEN.get_or_init(|| self.clone());
    }
}

/// The settings with what was chosen.
pub fn with_chosen(settings: Settings) -> Settings {
    let chosen = CHOSEN.get().cloned().unwrap_or_default();
    let overrides = chosen.override_input.chunks_exact(2);
    Settings {
        input_overrides: overrides.map(|pair| InputOverride::new(&pair[0], PathBuf::from(&pair[1]))).collect(),
        git: Some(Arc::new(GitProgram)),
        nix: chosen.allow_nix.then(|| Arc::new(NixProgram::on_path()) as Arc<_>),
        ..settings
    }
}
