use expect_test::{Expect, expect};
use model::{Address, FieldPath, Kind};
use plan::StepId;

use super::{NotConverged, Report, RunResult, StepReport, StepStatus};

fn step(id: u32, name: &str, verb: &'static str, status: StepStatus) -> StepReport {
    let address = Address::new(Kind::Domain, name);
    StepReport {
        id: StepId(id),
        address,
        verb: verb.into(),
        status,
        took_ms: 12,
        notes: Vec::new(),
        pending: Vec::new(),
    }
}

fn report() -> Report {
    let failed = StepStatus::Failed { error: "cannot create domain/db: the volume is gone".into() };
    let mut waiting = step(4, "mail", "change live", StepStatus::Done);
    waiting.notes.push("the guest has not let go of disk data yet".into());
    waiting.pending.push(FieldPath::from("disks.data"));
    Report {
        schema_version: Report::SCHEMA_VERSION,
        result: RunResult::Failed,
        run: Some("r1".into()),
        generation: Some(7),
        took_ms: 2_340,
        steps: vec![
            step(1, "web", "start", StepStatus::Done),
            step(2, "db", "create", failed),
            step(3, "db", "start", StepStatus::Skipped { because: StepId(2) }),
            waiting,
            step(5, "old", "delete", StepStatus::Cancelled),
        ],
        not_converged: vec![NotConverged {
            address: Address::new(Kind::Container, "proxy"),
            fields: vec![FieldPath::from("limits.memory")],
        }],
        notes: vec!["run r0 was killed; what it had begun was finished".into()],
        calls: Default::default(),
        rollback: None,
    }
}

#[track_caller]
fn check(report: &Report, expected: Expect) {
    expected.assert_eq(&report.to_string());
}

#[test]
fn a_report_names_what_failed_what_was_skipped_and_why() {
    check(
        &report(),
        expect![[r#"
            failed: generation 7, 2 done, 1 failed, 1 skipped, 1 not begun (2.3 s)
              ✗ cannot create domain/db: the volume is gone
              - start domain/db: skipped, because create domain/db failed
              i domain/mail: the guest has not let go of disk data yet
              » domain/mail: disks.data takes effect at the next cold start
              - delete domain/old: not begun
              ≠ container/proxy still differs in limits.memory
              i run r0 was killed; what it had begun was finished"#]],
    );
}

#[test]
fn nothing_to_do_is_one_line() {
    let report = Report {
        result: RunResult::Nothing,
        steps: Vec::new(),
        not_converged: Vec::new(),
        notes: Vec::new(),
        ..report()
    };
    check(&report, expect!["nothing to do"]);
}

#[test]
fn programs_read_the_same_as_json() {
    let report = Report { steps: report().steps.into_iter().skip(2).take(1).collect(), ..report() };
    let json = serde_json::to_value(&report).expect("serialises");
    let expected = r#"{"id":3,"address":"domain/db","verb":"start","status":"skipped","because":2,"tookMs":12}"#;
    assert_eq!(json["steps"][0].to_string(), expected);
    assert_eq!(json["result"], "failed");
    assert_eq!(json["notConverged"][0]["fields"][0], "limits.memory");
}
