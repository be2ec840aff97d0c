//! `--stats` and `--eval-profile`: what the evaluations of this run cost.

use std::{
    fmt::Write,
    fs,
    path::Path,
    sync::{Arc, OnceLock},
};

use nix_eval::{Depth, Watch};
use serde_json::{Value, json};

use crate::{
    arguments::Global,
    failure::{Failure, Trouble},
    output::{Form, Output},
};

/// The watch of this run; there is none unless the command line asks.
static WATCH: OnceLock<Arc<Watch>> = OnceLock::new();

/// Begins to watch, if the command line asks for it.
pub fn start(global: &Global) {
    let depth = if global.eval_profile.is_some() { Depth::Times } else { Depth::Counts };
    if global.stats || global.eval_profile.is_some() {
        WATCH.get_or_init(|| Arc::new(Watch::new(depth)));
    }
}

/// What every evaluation of this run reports to.
pub fn current() -> Option<Arc<Watch>> {
    WATCH.get().cloned()
}

/// Writes what was asked for: the profile to its file, the statistics to standard error.
///
/// # Errors
/// When the file cannot be written.
pub fn report(global: &Global, output: &Output) -> Result<(), Failure> {
    let Some(watch) = WATCH.get() else { return Ok(()) };
    if let Some(file) = &global.eval_profile {
        let unwritable = |source| Trouble::Write { what: file.display().to_string(), source };
        fs::write(file, watch.collapsed_stacks()).map_err(unwritable)?;
    }
    if global.stats {
        match output.form {
            Form::Json => anstream::eprintln!("{:#}", json!({ "stats": document(watch) })),
            Form::Text => anstream::eprint!("{}", text(watch)),
        }
    }
    Ok(())
}

fn document(watch: &Watch) -> Value {
    let stats = watch.stats();
    let mut document: serde_json::Map<String, Value> =
        stats.rows().into_iter().map(|(name, _, count)| (name.to_owned(), count.into())).collect();
    document.insert("evaluationSeconds".to_owned(), stats.wall.as_secs_f64().into());
    document.insert("cpuSeconds".to_owned(), cpu_seconds().into());
    document.insert("peakResidentBytes".to_owned(), peak_resident().into());
    Value::Object(document)
}

fn text(watch: &Watch) -> String {
    let stats = watch.stats();
    let mut text = String::new();
    for (_, words, count) in stats.rows() {
        line(&mut text, words, &grouped(count));
    }
    line(&mut text, "seconds of evaluation", &format!("{:.3}", stats.wall.as_secs_f64()));
    line(&mut text, "CPU seconds of the run", &format!("{:.3}", cpu_seconds()));
    if let Some(bytes) = peak_resident() {
        line(&mut text, "peak resident bytes", &grouped(bytes));
    }
    text
}

fn line(text: &mut String, words: &str, figure: &str) {
    writeln!(text, "{words:<28}{figure:>15}").expect("a string takes every text");
}

/// A number with its digits in threes.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let threes = digits.as_bytes()[first..].chunks(3).map(String::from_utf8_lossy);
    let head = (first > 0).then(|| digits[..first].into());
    head.into_iter().chain(threes).collect::<Vec<_>>().join(" ")
}

fn cpu_seconds() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

/// The most memory this process has had, where the system tells.
fn peak_resident() -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc/self/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kib * 1024)
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn digits_come_in_threes() {
        for (number, text) in [(0, "0"), (999, "999"), (1000, "1 000"), (12_345_678, "12 345 678")] {
            assert_eq!(grouped(number), text);
        }
    }
}
