use std::collections::BTreeMap;

use model::{
    FieldPath, Kind, PowerState, Seen, Spec,
    spec::{ContainerSpec, DockerNetworkSpec, DockerSubnet, Endpoint},
};
use plan::{Action, Data};

use crate::stage::{AT_ONCE, Stage, by_hand, chain, is_ours, sleeper};

fn network(third: u8, label: &str) -> DockerNetworkSpec {
    DockerNetworkSpec {
        driver: Some("bridge".to_owned()),
        subnet: Some(DockerSubnet {
            cidr: Some(format!("10.213.{third}.0/24")),
            gateway: Some(format!("10.213.{third}.1")),
        }),
        internal: Some(false),
        labels: BTreeMap::from([("colour".to_owned(), label.to_owned())]),
        ..DockerNetworkSpec::default()
    }
}

fn standing(networks: &[(&str, &[&str], Option<&str>)]) -> ContainerSpec {
    let endpoint = |aliases: &[&str], ipv4: Option<&str>| Endpoint {
        aliases: aliases.iter().map(|alias| (*alias).to_owned()).collect(),
        ipv4: ipv4.map(str::to_owned),
    };
    let networks = networks.iter().map(|(name, aliases, ipv4)| ((*name).to_owned(), endpoint(aliases, *ipv4)));
    ContainerSpec { networks: networks.collect(), ..sleeper() }
}

fn replace(stage: &Stage, spec: &DockerNetworkSpec) -> Action {
    let spec = Spec::DockerNetwork(spec.clone());
    Action::Replace { mark: stage.mark(&spec), spec, start: true, shutdown: AT_ONCE, health: None }
}

#[tokio::test]
async fn networks_are_joined_and_left_while_it_runs() {
    let mut stage = Stage::new("join").await;
    let (a, b) = (stage.address(Kind::DockerNetwork, "a"), stage.address(Kind::DockerNetwork, "b"));
    for (address, third) in [(&a, 10), (&b, 11)] {
        stage.create(address, Spec::DockerNetwork(network(third, "red"))).await.unwrap();
    }
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &standing(&[(&a.name, &["www"], Some("10.213.10.9"))])).await;
    stage.assert_as(&web, &Spec::Container(standing(&[(&a.name, &["www"], Some("10.213.10.9"))]))).await;
    let id = stage.id(&web).await;
    for networks in [
        [(a.name.as_str(), ["www"].as_slice(), Some("10.213.10.9")), (&b.name, &["api", "www"], None)].as_slice(),
        &[(&a.name, &["web"], Some("10.213.10.10")), (&b.name, &["api", "www"], None)],
        &[(&b.name, &["api"], Some("10.213.11.7"))],
    ] {
        let spec = standing(networks);
        let fields = [&a, &b].map(|network| FieldPath::from_segments(["networks", network.name.as_str()]));
        let whole = Spec::Container(spec.clone());
        let mark = stage.mark(&whole);
        let done =
            stage.act(&web, Action::Configure { spec: whole.clone(), fields: fields.to_vec(), mark }).await.unwrap();
        stage.remember(&web, whole.clone(), done);
        stage.assert_as(&web, &whole).await;
        assert_eq!(stage.read_container(&web).await.networks.len(), networks.len());
        assert_eq!(stage.observe(&web).await.unwrap().seen, Seen::Unchanged);
    }
    assert_eq!((stage.id(&web).await, stage.power(&web).await), (id, PowerState::Running));
    let status = stage.docker.status(&web.name).await.unwrap().unwrap();
    assert_eq!(status.addresses, BTreeMap::from([(b.name.clone(), "10.213.11.7".to_owned())]));
}

#[tokio::test]
async fn the_engines_own_bridge_is_left_for_a_network_and_joined_again_without_one() {
    let mut stage = Stage::new("bridge").await;
    let a = stage.address(Kind::DockerNetwork, "a");
    stage.create(&a, Spec::DockerNetwork(network(15, "red"))).await.unwrap();
    let web = stage.address(Kind::Container, "web");
    stage.run(&web, &sleeper()).await;
    let id = stage.id(&web).await;
    let field = FieldPath::from_segments(["networks", a.name.as_str()]);
    for (spec, expected) in [(standing(&[(&a.name, &["www"], None)]), a.name.as_str()), (sleeper(), "bridge")] {
        let spec = Spec::Container(spec);
        let mark = stage.mark(&spec);
        stage.act(&web, Action::Configure { spec, fields: vec![field.clone()], mark }).await.unwrap();
        assert_eq!(stage.read_container(&web).await.networks.keys().collect::<Vec<_>>(), [expected]);
    }
    assert_eq!(stage.id(&web).await, id);
}

#[tokio::test]
async fn a_network_made_anew_has_its_members_back_without_their_restart() {
    let mut stage = Stage::new("renet").await;
    let net = stage.address(Kind::DockerNetwork, "net");
    let made = stage.create(&net, Spec::DockerNetwork(network(12, "red"))).await.unwrap();
    stage.remember(&net, Spec::DockerNetwork(network(12, "red")), made);
    assert_eq!(stage.observe(&net).await.unwrap().seen, Seen::Unchanged);
    stage.assert_as(&net, &Spec::DockerNetwork(network(12, "red"))).await;
    let spec = standing(&[(&net.name, &["www"], Some("10.213.12.9"))]);
    let (web, off) = (stage.address(Kind::Container, "web"), stage.address(Kind::Container, "off"));
    stage.run(&web, &spec).await;
    stage.create(&off, Spec::Container(standing(&[(&net.name, &["off"], None)]))).await.unwrap();
    let before = stage.docker.status(&web.name).await.unwrap().unwrap();
    for _ in 0..2 {
        let done = stage.act(&net, replace(&stage, &network(12, "blue"))).await.unwrap();
        assert_eq!(done.notes, [] as [&str; 0]);
    }
    stage.assert_as(&net, &Spec::DockerNetwork(network(12, "blue"))).await;
    stage.assert_as(&web, &Spec::Container(spec)).await;
    assert_eq!(stage.docker.status(&web.name).await.unwrap().unwrap(), before, "same address, same start");
    stage.act(&off, Action::Start).await.unwrap();
    assert_eq!(stage.power(&off).await, PowerState::Running);
    // In another range a fixed address cannot be kept: it is said.
    let done = stage.act(&net, replace(&stage, &network(13, "blue"))).await.unwrap();
    assert_eq!(done.notes.len(), 1, "{:?}", done.notes);
    assert!(done.notes[0].contains("without its fixed address"), "{:?}", done.notes);
}

#[tokio::test]
async fn a_network_that_is_refused_leaves_the_old_one() {
    let mut stage = Stage::new("badnet").await;
    let net = stage.address(Kind::DockerNetwork, "net");
    stage.create(&net, Spec::DockerNetwork(network(14, "red"))).await.unwrap();
    let web = stage.address(Kind::Container, "web");
    let spec = standing(&[(&net.name, &["www"], Some("10.213.14.9"))]);
    stage.run(&web, &spec).await;
    let refused = DockerNetworkSpec { driver: Some("no-such-driver".to_owned()), ..network(14, "red") };
    let error = stage.act(&net, replace(&stage, &refused)).await.unwrap_err();
    assert!(chain(&error).contains("no-such-driver"), "{}", chain(&error));
    stage.assert_as(&net, &Spec::DockerNetwork(network(14, "red"))).await;
    stage.assert_as(&web, &Spec::Container(spec)).await;
}

#[tokio::test]
async fn a_foreign_network_is_kept_and_its_users_are_named() {
    let stage = Stage::new("forenet").await;
    let net = stage.address(Kind::DockerNetwork, "net");
    assert!(by_hand(&["network", "create", &net.name]).0);
    let error = stage.create(&net, Spec::DockerNetwork(DockerNetworkSpec::default())).await.unwrap_err();
    assert!(chain(&error).contains("that is not ours"), "{}", chain(&error));
    let other = stage.address(Kind::Container, "other");
    assert!(by_hand(&["create", "--name", &other.name, "--network", &net.name, crate::stage::IMAGE, "/bin/true"]).0);
    let seen = stage.observe(&net).await.unwrap();
    assert!(!is_ours(&seen));
    assert_eq!(seen.foreign_users.into_iter().collect::<Vec<_>>(), [other.name]);
    assert!(by_hand(&["rm", &stage.address(Kind::Container, "other").name]).0);
    for _ in 0..2 {
        stage.act(&net, Action::Delete { data: Data::Keep }).await.unwrap();
    }
    assert!(stage.observe(&net).await.is_none());
}
