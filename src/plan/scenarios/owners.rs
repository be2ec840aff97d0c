//! Whose objects are whose.

use expect_test::expect;
use model::{Address, Kind, OwnerId, Ownership, PowerState, SourcePos, Spec, spec::DockerVolumeSpec};

use super::build::{World, container, domain, proxy, web};

fn unmanaged(address: &Address, spec: Spec) -> World {
    let mut world = World::new();
    world.settled(address, spec, PowerState::Running);
    world.applied.rows.clear();
    world.observed.resources.get_mut(address).expect("there").ownership = Ownership::Unmanaged;
    world
}

#[test]
fn a_name_that_is_taken_is_refused_with_the_cures() {
    let mut world = unmanaged(&domain("web"), Spec::Domain(web()));
    world.declare("web", |_| ()).declared_at = Some(SourcePos { file: "host.nix".into(), line: 4, column: 7 });
    world.check(expect![[r#"
        refused: domain/web exists already and is not managed here (host.nix:4:7); set `adopt = true` on it to take it over as it is, or give the declared one another name
    "#]]);
}

#[test]
fn an_adopted_domain_keeps_its_identity_and_shows_what_changes() {
    let mut world = unmanaged(&domain("web"), Spec::Domain(web()));
    world.tamper(&domain("web"), |spec| {
        let Spec::Domain(web) = spec else { return };
        web.uuid = Some(uuid::Uuid::from_u128(42));
        web.interfaces.get_mut("lan").expect("an interface").mac = Some("52:54:00:aa:bb:cc".into());
    });
    let derived = model::mac_for(super::build::OWNER, "web", "lan");
    let resource = world.declare("web", |web| {
        web.uuid = Some(uuid::Uuid::from_u128(1));
        web.title = Some("The shop".into());
        web.interfaces.get_mut("lan").expect("an interface").mac = Some(derived);
    });
    resource.policy.adopt = true;
    world.check(expect![[r#"
        Plan: 1 to adopt, 0 unchanged, nothing destroyed (under a second)

        + domain/web  adopt     live
            title  unset → The shop
          1. adopt domain/web
          2. configure domain/web [title] after 1
          3. change live domain/web [title] after 2
    "#]]);
    let plan = world.plan();
    let uuids = plan.steps.iter().filter_map(|step| match &step.action {
        crate::Action::Configure { spec: Spec::Domain(spec), .. } => spec.uuid,
        _ => None,
    });
    assert_eq!(uuids.collect::<Vec<_>>(), [uuid::Uuid::from_u128(42)]);
}

#[test]
fn an_adopted_container_is_made_anew() {
    let mut world = unmanaged(&container("proxy"), Spec::Container(proxy()));
    world.declare_container("proxy", |_| ()).policy.adopt = true;
    world.check(expect![[r#"
        Plan: 1 to adopt, 0 unchanged, nothing destroyed (about 3 s)

        + container/proxy  adopt     new one in its place; labels cannot be changed, so it is made anew under our care; about 3 s
          1. replace container/proxy
    "#]]);
}

#[test]
fn an_adopted_volume_is_only_remembered() {
    let address = Address::new(Kind::DockerVolume, "data");
    let mut world = unmanaged(&address, Spec::DockerVolume(DockerVolumeSpec::default()));
    world.desired.resources.get_mut(&address).expect("declared").policy.adopt = true;
    world.check(expect![[r#"
        Plan: 1 to adopt, 0 unchanged, nothing destroyed (under a second)

        + docker-volume/data  adopt
          1. adopt docker-volume/data
    "#]]);
}

#[test]
fn what_belongs_to_another_instance_is_never_touched() {
    let mut world = World::with_web();
    let seen = world.observed.resources.get_mut(&domain("web")).expect("there");
    seen.ownership = Ownership::OtherOwner(OwnerId(uuid::Uuid::from_u128(8)));
    world.check(expect![[r#"
        refused: domain/web belongs to another instance of hypernix (00000000-0000-0000-0000-000000000008); give it another name, or remove it with the state directory that made it
    "#]]);
}

#[test]
fn every_reason_to_refuse_is_given_at_once() {
    let mut world = unmanaged(&domain("web"), Spec::Domain(web()));
    world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Running);
    world.declare_container("proxy", |proxy| proxy.user = Some("0".into())).policy.on_change = model::OnChange::Live;
    world.check(expect![[r#"
        refused: domain/web exists already and is not managed here; set `adopt = true` on it to take it over as it is, or give the declared one another name
        changing `user` of container/proxy needs a new container, and its `update.onChange` is `live`; set `update.onChange` to "live-or-stage" or "restart-if-needed", or take the change back
    "#]]);
}

#[test]
fn an_image_that_the_engine_has_already_is_used_as_it_is() {
    use model::spec::{ContainerImageSource, ContainerImageSpec, PullPolicy};
    let address = Address::new(Kind::ContainerImage, "proxy:1");
    let spec = ContainerImageSpec {
        reference: "proxy:1".into(),
        source: Some(ContainerImageSource::Pull(PullPolicy::Missing)),
        ..ContainerImageSpec::default()
    };
    unmanaged(&address, Spec::ContainerImage(spec)).check(expect![[r#"
        Plan: nothing to do, 1 unchanged
    "#]]);
}
