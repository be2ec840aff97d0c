use expect_test::expect;
use model::{Note, PowerState, Spec};

use super::{explain, text};
use crate::{
    print::{Colour, Style},
    scenarios::build::{World, container, domain, proxy, web},
};

/// A plan with a bit of everything.
fn mixed() -> World {
    let mut world = World::with_web();
    world.declare("web", |web| {
        web.title = Some("The shop".into());
        web.cpu.model = Some("EPYC".into());
    });
    world.settled(&domain("ci"), Spec::Domain(web()), PowerState::Running);
    world.declare("ci", |ci| ci.memory.maximum = Some(model::Bytes::gib(8))).policy.on_change =
        model::OnChange::RestartIfNeeded;
    world.settled(&container("proxy"), Spec::Container(proxy()), PowerState::Running);
    world.declare_container("proxy", |proxy| proxy.image = "proxy:2".into());
    world.wants(&container("new"), Spec::Container(proxy()));
    world.settled(&container("same"), Spec::Container(proxy()), PowerState::Running);
    world.settled(&container("old"), Spec::Container(proxy()), PowerState::Running);
    world.desired.resources.remove(&container("old"));
    let at = Some(model::SourcePos { file: "host.nix".into(), line: 3, column: 1 });
    world.desired.notes.push(Note { about: None, text: "the tag `blue` is declared nowhere".into(), at });
    let foreign = container("homeassistant");
    world.settled(&foreign, Spec::Container(proxy()), PowerState::Running);
    world.desired.resources.remove(&foreign);
    world.applied.rows.remove(&foreign);
    world.observed.resources.get_mut(&foreign).expect("there").ownership = model::Ownership::Unmanaged;
    world
}

#[test]
fn a_plan_reads_from_its_summary_down() {
    expect![[r#"
        Plan: 1 to create, 1 to change, 1 to restart, 1 to recreate, 1 to remove, 1 unchanged, nothing destroyed (about 12 s)

        ↻ domain/ci        restart   shutdown ≤ 1m; about 12 s
            memory.maximum  4 GiB → 8 GiB
        ~ domain/web       change    next cold start
            cpu.model  unset → EPYC
            title      unset → The shop  (live)
        + container/new    create    of proxy:1
        - container/old    remove    stopped; no longer declared; shutdown ≤ 1m; about 3 s
        ± container/proxy  recreate  new one in its place; about 3 s
            image  proxy:1 → proxy:2

        note: the tag `blue` is declared nowhere (host.nix:3:1)

        ? not managed, left alone: container/homeassistant
    "#]].assert_eq(&text(&mixed().plan(), &Style::default()));
}

#[test]
fn why_a_unit_is_restarted_is_explained_field_by_field() {
    let plan = mixed().plan();
    expect![[r#"
        domain/ci: restart; it is stopped and started
          memory.maximum: 4 GiB → 8 GiB
            needs a cold start, and gets it: the maximum is fixed while QEMU runs
          step 1: stop
          step 2: configure
          step 3: start
    "#]]
    .assert_eq(&explain(&plan, &domain("ci")));
    expect![[r#"
        domain/web: change; it runs on, and something waits for its next cold start
          cpu.model: unset → EPYC
            waits for a cold start: model, features and topology are fixed while QEMU runs
          title: unset → The shop
            changed while it runs: setMetadata, running and configured
          step 4: configure
          step 5: change live
    "#]]
    .assert_eq(&explain(&plan, &domain("web")));
    expect![[r#"
        container/same stays as it is
    "#]]
    .assert_eq(&explain(&plan, &container("same")));
}

#[test]
fn colours_come_only_where_they_are_asked_for() {
    let plan = mixed().plan();
    let plain = text(&plan, &Style::default());
    let coloured = text(&plan, &Style { colour: Colour::Ansi, ..Style::default() });
    assert!(!plain.contains('\u{1b}'));
    assert!(coloured.contains("\u{1b}["));
    let mut stripped = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        stripped.push_str(before);
        rest = after.split_once('m').map_or("", |(_, after)| after);
    }
    stripped.push_str(rest);
    let trim = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(trim(&stripped), trim(&plain));
}

#[test]
fn what_is_not_ours_is_named_up_to_a_limit() {
    let plan = mixed().plan();
    let printed = text(&plan, &Style { unmanaged: 0, ..Style::default() });
    assert!(printed.ends_with("? not managed, left alone: 1 object\n"), "{printed}");
}
