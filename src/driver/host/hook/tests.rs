use std::time::Duration;

use expect_test::expect;
use model::{Address, Kind};
use plan::HookPhase;

use super::run;
use crate::{fault::chain, host::shell};

#[tokio::test]
async fn a_hook_is_told_the_unit_and_the_phase() {
    let folder = tempfile::tempdir().unwrap();
    let said = folder.path().join("said");
    let script = format!("echo \"$HYPERNIX_UNIT $HYPERNIX_ADDRESS $HYPERNIX_PHASE\" > {}", said.display());
    run(&Address::new(Kind::Domain, "web"), HookPhase::PreStart, &script).await.unwrap();
    assert_eq!(std::fs::read_to_string(said).unwrap(), "web domain/web pre-start\n");
}

#[tokio::test]
async fn a_failing_hook_is_quoted() {
    let script = "echo checking; echo no disk >&2; exit 3";
    let error = run(&Address::new(Kind::Container, "db"), HookPhase::PostStop, script).await.unwrap_err();
    expect![[r#"
        the post-stop hook of `db` failed: the script ended with exit status: 3; it said:
        checking
        no disk"#]]
    .assert_eq(&chain(&error));
}

#[tokio::test]
async fn a_script_that_hangs_is_killed_with_what_it_started() {
    let folder = tempfile::tempdir().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(std::process::Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let script = format!("sleep 1000 > {} & wait", fifo.display());
    let ran = tokio::spawn(async move { shell::run(&script, &[], Duration::from_millis(300)).await });
    // Reading ends when nobody has the other end open any more.
    let closed = tokio::task::spawn_blocking(move || std::fs::read(fifo));
    assert_eq!(ran.await.unwrap().unwrap_err().to_string(), "the script did not end within 300ms");
    closed.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_script_may_leave_something_that_holds_its_output_open() {
    shell::run("sleep 5 &", &[], Duration::from_secs(60)).await.unwrap();
}
