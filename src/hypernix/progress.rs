//! What a person sees of a run under way: bars on a terminal, one line a finished step elsewhere.

use std::{collections::HashMap, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use model::{Address, Bytes};
use plan::StepId;
use reconcile::{Event, StepStatus};
use tokio::sync::{mpsc, watch};

use crate::output::{Chatter, Form, Output};

/// How often a spinner turns.
const TURN: Duration = Duration::from_millis(120);

/// The view of a run.
#[derive(Debug)]
pub struct Progress {
    view: View,
}

/// How far the fetch of an image is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetch {
    /// The image.
    pub address: Address,
    /// What has come.
    pub done: Bytes,
    /// Of how much, where that is known.
    pub total: Option<Bytes>,
}

/// The newest that is known of any fetch.
pub type Fetches = watch::Receiver<Option<Fetch>>;

/// Says something while a run is drawn, without spoiling the drawing.
#[derive(Clone, Debug)]
pub struct Voice(Option<MultiProgress>);

#[derive(Debug)]
enum View {
    Bars(Bars),
    Lines,
    Nothing,
}

#[derive(Debug)]
struct Bars {
    all: MultiProgress,
    total: ProgressBar,
    steps: HashMap<StepId, Step>,
}

#[derive(Debug)]
struct Step {
    address: Address,
    title: String,
    bar: ProgressBar,
}

impl Progress {
    /// The view that fits the output.
    pub fn new(output: &Output) -> Self {
        let view = match (output.can_draw(), output.chatter, output.form) {
            (true, _, _) => View::Bars(Bars::new()),
            (false, Chatter::Normal, Form::Text) => View::Lines,
            (false, _, _) => View::Nothing,
        };
        Self { view }
    }

    /// What can say something beside the view.
    pub fn voice(&self) -> Voice {
        match &self.view {
            View::Bars(bars) => Voice(Some(bars.all.clone())),
            View::Lines | View::Nothing => Voice(None),
        }
    }

    /// Shows events until the run ends.
    pub async fn show(mut self, mut events: mpsc::Receiver<Event>, mut fetches: Fetches) {
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Some(event) => self.show_event(&event),
                    None => break,
                },
                Ok(()) = fetches.changed() => {
                    let newest = fetches.borrow_and_update().clone();
                    if let (View::Bars(bars), Some(fetch)) = (&self.view, newest) {
                        bars.show_fetch(&fetch);
                    }
                }
            }
        }
        if let View::Bars(bars) = self.view {
            bars.total.finish_and_clear();
        }
    }

    fn show_event(&mut self, event: &Event) {
        match &mut self.view {
            View::Bars(bars) => bars.show(event),
            View::Lines => line(event).into_iter().for_each(|line| anstream::eprintln!("{line}")),
            View::Nothing => {}
        }
    }
}

impl Voice {
    /// Says it on standard error.
    pub fn say(&self, text: &str) {
        let drawn = self.0.as_ref().map(|bars| bars.println(text));
        if !matches!(drawn, Some(Ok(()))) {
            anstream::eprintln!("{text}");
        }
    }
}

impl Bars {
    fn new() -> Self {
        let all = MultiProgress::new();
        let total = all.add(ProgressBar::no_length().with_style(style("  {bar:24.cyan/dim} {pos}/{len} {msg}")));
        Self { all, total, steps: HashMap::new() }
    }

    fn show(&mut self, event: &Event) {
        match event {
            Event::Begun { steps, .. } => self.total.set_length(*steps as u64),
            Event::StepStarted { step, address, verb } => self.begin(*step, address, format!("{verb} {address}")),
            Event::StepFinished { step, .. } => {
                if let Some(Step { bar, .. }) = self.steps.remove(step) {
                    bar.finish_and_clear();
                    self.all.remove(&bar);
                }
                self.total.inc(1);
            }
            Event::Verifying => self.total.set_message("reading back"),
            Event::RollingBack { .. } => self.total.reset(),
        }
        if let Some(line) = line(event) {
            Voice(Some(self.all.clone())).say(&line);
        }
    }

    fn show_fetch(&self, fetch: &Fetch) {
        let of = fetch.total.map(|total| format!(" of {} MiB", total.as_mib())).unwrap_or_default();
        for step in self.steps.values().filter(|step| step.address == fetch.address) {
            step.bar.set_message(format!("{}: {} MiB{of}", step.title, fetch.done.as_mib()));
        }
    }

    fn begin(&mut self, step: StepId, address: &Address, title: String) {
        let bar = ProgressBar::new_spinner().with_style(style("  {spinner:.cyan} {msg} {elapsed:.dim}"));
        let bar = self.all.insert_before(&self.total, bar.with_message(title.clone()));
        bar.enable_steady_tick(TURN);
        self.steps.insert(step, Step { address: address.clone(), title, bar });
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the templates of this file are well formed")
}

/// The event as a line, where it is worth one.
fn line(event: &Event) -> Option<String> {
    match event {
        Event::Begun { .. } | Event::StepStarted { .. } | Event::Verifying => None,
        Event::RollingBack { to } => Some(format!("rolling back to generation {to}")),
        Event::StepFinished { address, verb, status, took, .. } => Some(match status {
            StepStatus::Done => format!("  done     {verb} {address} ({:.1} s)", took.as_secs_f64()),
            // Why is in the report.
            StepStatus::Failed { .. } => format!("  failed   {verb} {address}"),
            StepStatus::Skipped { because } => format!("  skipped  {verb} {address} (step {} failed)", because.0),
            StepStatus::Undone { because } => format!("  undone   {verb} {address} (step {} failed)", because.0),
            StepStatus::Cancelled => format!("  left     {verb} {address}"),
        }),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use expect_test::expect;
    use model::{Address, Kind};
    use plan::StepId;
    use reconcile::{Event, StepStatus};

    use super::line;

    #[test]
    fn each_finished_step_is_a_line() {
        let finished = |status| Event::StepFinished {
            step: StepId(2),
            address: Address::new(Kind::Domain, "web"),
            verb: "start".into(),
            status,
            took: Duration::from_millis(1240),
        };
        let lines: Vec<String> = [
            StepStatus::Done,
            StepStatus::Failed { error: "cannot start domain/web: no memory".to_owned() },
            StepStatus::Skipped { because: StepId(1) },
            StepStatus::Cancelled,
        ]
        .into_iter()
        .filter_map(|status| Some(line(&finished(status))?.trim_start().to_owned()))
        .collect();
        expect![[r#"
              done     start domain/web (1.2 s)
              failed   start domain/web
              skipped  start domain/web (step 1 failed)
              left     start domain/web"#]]
        .assert_eq(&lines.join("\n"));
    }
}
