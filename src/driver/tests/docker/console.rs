use driver::docker::{Follow, Health, Terminal};
use futures::TryStreamExt;
use model::{HealthCheck, HealthProbe, Kind, PowerState, Span, spec::ContainerSpec};
use plan::Action;
use tokio::io::AsyncWriteExt;

use crate::stage::{Stage, by_hand, chain, sleeper};

async fn text(stream: driver::docker::ByteStream) -> String {
    let bytes: Vec<_> = stream.try_collect().await.unwrap();
    String::from_utf8(bytes.concat()).unwrap()
}

#[tokio::test]
async fn output_is_read_from_the_end_and_followed_to_the_end() {
    let mut stage = Stage::new("logs").await;
    let web = stage.address(Kind::Container, "web");
    let command =
        ["/bin/sh", "-c", "echo one; echo two >&2; echo three; sleep 1; echo four"].map(str::to_owned).to_vec();
    stage.run(&web, &ContainerSpec { command, ..sleeper() }).await;
    let followed = text(stage.docker.logs(&web.name, Follow::Yes, None).await.unwrap()).await;
    let mut lines: Vec<_> = followed.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["four", "one", "three", "two"]);
    let last = text(stage.docker.logs(&web.name, Follow::No, Some(1)).await.unwrap()).await;
    assert_eq!(last, "four\n");
}

#[tokio::test]
async fn a_command_inside_hears_speaks_and_ends_with_its_code() {
    let mut stage = Stage::new("exec").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let command = ["/bin/sh", "-c", "read line; echo heard $line; exit 7"].map(str::to_owned);
    let mut session = stage.docker.exec(&web.name, &command, Terminal::No).await.unwrap();
    session.input.write_all(b"you\n").await.unwrap();
    assert_eq!(text(session.output).await, "heard you\n");
    assert_eq!(stage.docker.exit_code(&session.process).await.unwrap(), Some(7));
}

#[tokio::test]
async fn a_script_inside_says_whether_the_unit_works() {
    let mut stage = Stage::new("script").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let check = |script: &str| Action::AwaitHealth {
        check: HealthCheck {
            probe: HealthProbe::Script { script: script.to_owned() },
            interval: Span::milliseconds(100),
            timeout: Span::seconds(10),
            retries: 2,
            start_period: Span::default(),
        },
    };
    stage.act(&web, check("test -x /bin/busybox")).await.unwrap();
    let error = stage.act(&web, check("echo no socket; exit 2")).await.unwrap_err();
    assert!(chain(&error).ends_with("the script ended with exit code 2: no socket"), "{}", chain(&error));
}

#[tokio::test]
async fn the_state_of_a_container_is_told() {
    let mut stage = Stage::new("status").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let status = stage.docker.status(&web.name).await.unwrap().unwrap();
    assert_eq!((status.power, status.health, status.exit_code, status.restarts), (PowerState::Running, None, None, 0));
    assert!(status.started.is_some() && status.addresses.contains_key("bridge"));
    assert!(stage.docker.usage(&web.name).await.unwrap().memory.get() > 0);
    assert!(stage.docker.statuses().await.unwrap().iter().any(|status| status.name == web.name));
    assert!(stage.docker.status("hvt-no-such-container").await.unwrap().is_none());
    assert!(
        by_hand(&[
            "run",
            "-d",
            "--name",
            &stage.address(Kind::Container, "sick").name,
            "--health-cmd",
            "false",
            "--health-interval",
            "100ms",
            "--health-retries",
            "1",
            crate::stage::IMAGE,
            "/bin/sleep",
            "100"
        ])
        .0
    );
    let sick = stage.address(Kind::Container, "sick").name;
    let unhealthy = async {
        while stage.docker.status(&sick).await.unwrap().unwrap().health != Some(Health::Unhealthy) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(30), unhealthy).await.unwrap();
}
