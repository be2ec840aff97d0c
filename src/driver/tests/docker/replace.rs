use std::collections::BTreeMap;

use driver::Driver;
use model::{
    HealthCheck, HealthProbe, Kind, OwnerId, PowerState, Seen, Span, Spec,
    spec::{ContainerHealth, ContainerSpec, Mount, MountKind, PortBinding},
};
use plan::{Action, Data};

use crate::stage::{AT_ONCE, IMAGE, Stage, by_hand, chain, is_ours, sleeper};

fn with_env(value: &str) -> ContainerSpec {
    ContainerSpec { env: BTreeMap::from([("VALUE".to_owned(), value.to_owned())]), ..sleeper() }
}

fn serving(port: u16, command: &str) -> ContainerSpec {
    let binding = PortBinding { address: "127.0.0.1".to_owned(), port: Some(port) };
    let command = ["/bin/sh", "-c", command].map(str::to_owned).to_vec();
    ContainerSpec { command, ports: BTreeMap::from([("80/tcp".to_owned(), vec![binding])]), ..sleeper() }
}

fn check(probe: HealthProbe) -> HealthCheck {
    HealthCheck {
        probe,
        interval: Span::milliseconds(300),
        timeout: Span::seconds(5),
        retries: 15,
        start_period: Span::default(),
    }
}

fn checked(stage: &Stage, spec: &ContainerSpec, probe: HealthProbe) -> Action {
    let spec = Spec::Container(spec.clone());
    Action::Replace { mark: stage.mark(&spec), spec, start: true, shutdown: AT_ONCE, health: Some(check(probe)) }
}

#[tokio::test]
async fn a_new_environment_gives_a_new_container_of_the_old_name() {
    let mut stage = Stage::new("recreate").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &with_env("one")).await;
    let id = stage.id(&web).await;
    let done = stage.act(&web, stage.replacement(&with_env("two"))).await.unwrap();
    stage.remember(&web, Spec::Container(with_env("two")), done);
    let new = stage.id(&web).await;
    assert_ne!(new, id);
    assert_eq!(stage.power(&web).await, PowerState::Running);
    stage.assert_as(&web, &Spec::Container(with_env("two"))).await;
    assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
    stage.act(&web, stage.replacement(&with_env("two"))).await.unwrap();
    assert_eq!(stage.id(&web).await, new, "done again it does nothing");
    assert_eq!(by_hand(&["ps", "-aq", "--filter", &format!("name={}", web.name)]).1.lines().count(), 1);
}

#[tokio::test]
async fn a_replacement_that_cannot_start_leaves_the_good_one_running_all_along() {
    let mut stage = Stage::new("bad-start").await;
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &with_env("good")).await;
    let (id, started) = (stage.id(&web).await, stage.docker.status(&web.name).await.unwrap().unwrap().started);
    let broken = ContainerSpec { command: vec!["/bin/no-such-program".to_owned()], ..with_env("bad") };
    let error = stage.act(&web, stage.replacement(&broken)).await.unwrap_err();
    let said = chain(&error);
    assert!(said.contains("the new container did not work, so the old one was kept and runs"), "{said}");
    assert!(said.contains("/bin/no-such-program"), "{said}");
    let status = stage.docker.status(&web.name).await.unwrap().unwrap();
    assert_eq!((status.id, status.power, status.started), (id, PowerState::Running, started));
}

#[tokio::test]
async fn an_unhealthy_replacement_on_the_same_port_gives_it_back() {
    let mut stage = Stage::new("unhealthy").await;
    let web = stage.address(Kind::Container, "web");
    let port = 18_433;
    let good = serving(port, "mkdir -p /www; echo good >/www/index.html; exec httpd -f -p 80 -h /www");
    let probe = || HealthProbe::Http { url: format!("http://127.0.0.1:{port}/") };
    stage.run(&web, &good).await;
    stage
        .act(
            &web,
            Action::AwaitHealth { check: check(HealthProbe::Script { script: "wget -qO- localhost".to_owned() }) },
        )
        .await
        .unwrap();
    let id = stage.id(&web).await;
    let bad = serving(port, "mkdir -p /www; echo starting; exec httpd -f -p 80 -h /www");
    let error = stage.act(&web, checked(&stage, &bad, probe())).await.unwrap_err();
    let said = chain(&error);
    assert!(said.contains(&format!("http://127.0.0.1:{port}/ answered 404")), "{said}");
    assert!(said.contains("it said:\nstarting"), "{said}");
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id.clone(), PowerState::Running));
    let better = serving(port, "mkdir -p /www; echo better >/www/index.html; exec httpd -f -p 80 -h /www");
    stage.act(&web, checked(&stage, &better, probe())).await.unwrap();
    assert_ne!(stage.id(&web).await, id);
}

#[tokio::test]
async fn the_engines_own_health_check_decides_too() {
    let mut stage = Stage::new("engine-health").await;
    let web = stage.address(Kind::Container, "web");
    let checked = |script: &str| ContainerSpec {
        health: Some(ContainerHealth {
            test: vec!["CMD-SHELL".to_owned(), script.to_owned()],
            interval: Some(Span::milliseconds(500)),
            timeout: Some(Span::seconds(5)),
            retries: Some(2),
            start_period: None,
        }),
        ..sleeper()
    };
    stage.run(&web, &checked("true")).await;
    let id = stage.id(&web).await;
    let error = stage.act(&web, stage.replacement(&checked("echo no database; false"))).await.unwrap_err();
    assert!(chain(&error).contains("is unhealthy: no database"), "{}", chain(&error));
    assert_eq!(stage.id(&web).await, id);
    stage.act(&web, stage.replacement(&checked("true # better"))).await.unwrap();
    assert_ne!(stage.id(&web).await, id);
}

#[tokio::test]
async fn data_in_volumes_survives_a_replacement() {
    let mut stage = Stage::new("data").await;
    let web = stage.address(Kind::Container, "web");
    let image = format!("{}:volume", IMAGE.rsplit_once(':').unwrap().0);
    let made = by_hand(&["import", "--change", "VOLUME /anonymous", crate::stage::ROOTFS, &image]);
    assert!(made.0, "{}", made.1);
    let volume =
        Mount { kind: MountKind::Volume, source: stage.address(Kind::DockerVolume, "v").name, read_only: false };
    let spec = |value: &str| ContainerSpec {
        image: image.clone(),
        mounts: BTreeMap::from([("/named".to_owned(), volume.clone())]),
        ..with_env(value)
    };
    stage.run(&web, &spec("one")).await;
    assert!(by_hand(&["exec", &web.name, "sh", "-c", "echo kept | tee /named/file >/anonymous/file"]).0);
    stage.act(&web, stage.replacement(&spec("two"))).await.unwrap();
    let read = by_hand(&["exec", &web.name, "cat", "/named/file", "/anonymous/file"]);
    assert_eq!(read, (true, "kept\nkept".to_owned()));
    stage.assert_as(&web, &Spec::Container(spec("two"))).await;
    assert_eq!(stage.read_container(&web).await.mounts.len(), 1, "the anonymous volume is the engine's");
    let anonymous = by_hand(&["inspect", "-f", "{{range .Mounts}}{{.Name}} {{end}}", &web.name]).1;
    let anonymous = anonymous.split_whitespace().find(|name| name.len() == 64).unwrap().to_owned();
    stage.act(&web, Action::Stop { shutdown: AT_ONCE }).await.unwrap();
    stage.act(&web, Action::Delete { data: Data::Destroy }).await.unwrap();
    assert!(!by_hand(&["volume", "inspect", &anonymous]).0, "it goes with the container's data");
    assert!(by_hand(&["volume", "inspect", &volume.source]).0, "a named volume is a resource of its own");
}

#[tokio::test]
async fn a_hand_made_container_is_adopted_by_a_new_one_that_carries_our_mark() {
    let mut stage = Stage::new("adopt").await;
    let web = stage.address(Kind::Container, "web");
    let anonymous = ["-v", "/anonymous"];
    let run = ["run", "-d", "--name", &web.name];
    let made = by_hand(&[&run[..], &anonymous, &[IMAGE, "/bin/sleep", "1000"]].concat());
    assert!(made.0, "{}", made.1);
    assert!(by_hand(&["exec", &web.name, "sh", "-c", "echo kept >/anonymous/file"]).0);
    let id = stage.id(&web).await;
    let broken = ContainerSpec { command: vec!["/bin/no-such-program".to_owned()], ..sleeper() };
    stage.act(&web, stage.replacement(&broken)).await.unwrap_err();
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id.clone(), PowerState::Running));
    let done = stage.act(&web, stage.replacement(&sleeper())).await.unwrap();
    stage.remember(&web, Spec::Container(sleeper()), done);
    let seen = stage.observe(&web).await.unwrap();
    assert!(is_ours(&seen) && seen.seen == Seen::Unchanged);
    assert_ne!(stage.id(&web).await, id);
    assert_eq!(by_hand(&["exec", &web.name, "cat", "/anonymous/file"]), (true, "kept".to_owned()));
    assert_eq!(by_hand(&["ps", "-aq", "--filter", &format!("name={}", web.name)]).1.lines().count(), 1);
}

#[tokio::test]
async fn another_owners_container_is_never_replaced_and_its_ports_are_taken() {
    let mut stage = Stage::new("owner").await;
    let web = stage.address(Kind::Container, "web");
    let port = 18_434;
    stage.run(&web, &serving(port, "sleep 1000")).await;
    let id = stage.id(&web).await;
    stage.owner = OwnerId(uuid::Uuid::new_v4());
    let error = stage.act(&web, stage.replacement(&sleeper())).await.unwrap_err();
    assert!(chain(&error).contains("that is not ours"), "{}", chain(&error));
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id, PowerState::Running));
    let other = stage.address(Kind::Container, "other");
    let wanted = BTreeMap::from([(other, Spec::Container(serving(port, "sleep 1000")))]);
    let findings = stage.docker.validate(&wanted).await;
    let texts: Vec<_> = findings.iter().map(|finding| finding.text.as_str()).collect();
    let taken = format!("is taken by the container `{}`, which belongs to another owner", web.name);
    assert!(texts.len() == 1 && texts[0].contains(&taken), "{texts:?}");
}
