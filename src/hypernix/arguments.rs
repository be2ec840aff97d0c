//! What the command line can say.

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, CommandFactory, Parser, ValueEnum, error::ErrorKind};
use serde_json::json;

use crate::{command::Command, inputs::Inputs};

/// Virtual machines and containers on this host, as a Nix file declares them.
///
/// Reads `hypervisor.*` options from a Nix file, compares them with what libvirt and Docker hold, shows the
/// difference as a plan, and applies it.
#[derive(Debug, Parser)]
#[command(name = "hypernix", version, max_term_width = 100, propagate_version = true, disable_help_subcommand = false)]
pub struct Arguments {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Options of every command.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// libvirt's connection URI.
    #[arg(
        short,
        long,
        global = true,
        env = "LIBVIRT_DEFAULT_URI",
        default_value = "qemu:///system",
        value_name = "URI"
    )]
    pub connect: String,
    /// The container engine's address; its local socket unless given.
    #[arg(long, global = true, env = "DOCKER_HOST", value_name = "URL")]
    pub docker_host: Option<String>,
    /// Where this installation keeps its state.
    #[arg(
        long,
        global = true,
        env = "HYPERNIX_STATE_DIR",
        default_value = "/var/lib/hypervisor",
        value_name = "DIR",
        value_hint = clap::ValueHint::DirPath
    )]
    pub state_dir: PathBuf,
    /// Prints one JSON document instead of text, errors included.
    #[arg(long, global = true)]
    pub json: bool,
    /// Shows everything that was being evaluated when an evaluation failed.
    #[arg(long, global = true)]
    pub show_trace: bool,
    /// Prints what the evaluation of Nix cost, on standard error.
    #[arg(long, global = true)]
    pub stats: bool,
    /// Writes where the evaluation of Nix spent its time, as stacks that flame graph tools read.
    #[arg(long, global = true, value_name = "FILE", value_hint = clap::ValueHint::FilePath)]
    pub eval_profile: Option<PathBuf>,
    /// When to colour; `auto` colours a terminal unless `NO_COLOR` is set.
    #[arg(long, global = true, value_enum, default_value_t = ColorWhen::Auto, value_name = "WHEN")]
    pub color: ColorWhen,
    /// Says more on standard error: -v steps, -vv every call to a backend.
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// Says nothing but errors and what was asked for.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Where inputs of flakes come from.
    #[command(flatten)]
    pub inputs: Inputs,
}

/// When to colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorWhen {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// A command line that is not understood, or that asks for help.
#[derive(Debug)]
pub struct Usage(clap::Error);

impl Arguments {
    /// Reads the command line.
    ///
    /// # Errors
    /// When it is not understood, or asks for help or the version.
    pub fn read() -> Result<Self, Usage> {
        Self::try_parse().map_err(Usage)
    }

    /// The whole command line's description, for completions, manual pages and the reference.
    pub fn description() -> clap::Command {
        Self::command()
    }
}

impl Usage {
    /// Prints it. The exit code is 1 for a mistake: 2 is `--detailed-exitcode`'s word for changes.
    pub fn show(self) -> ExitCode {
        let is_json = std::env::args_os().any(|word| word == "--json");
        let is_answer = matches!(self.0.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
        if is_json && !is_answer {
            return self.show_document();
        }
        if self.0.print().is_err() || !is_answer { ExitCode::FAILURE } else { ExitCode::SUCCESS }
    }

    fn show_document(&self) -> ExitCode {
        let text = self.0.render().to_string();
        let (message, help) = text.split_once("\n\n").unwrap_or((&text, ""));
        let message = message.trim_start_matches("error: ");
        let document = json!({
            "error": { "code": "hypernix::usage", "message": message, "labels": [], "help": help.trim() }
        });
        println!("{document:#}");
        ExitCode::FAILURE
    }
}

#[cfg(test)]
mod tests;
