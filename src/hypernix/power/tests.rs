//! Which steps a deed takes, by the state the unit is in.

use expect_test::{Expect, expect};
use model::{Address, Hooks, Kind, PowerState, Shutdown, Span};
use plan::Action;

use super::{Course, Deed, Patience, Unit, chain};

#[track_caller]
fn check(power: PowerState, deed: Deed, expected: Expect) {
    let address = Address::new(Kind::Domain, "web");
    let hooks = Hooks { pre_start: "echo pre".to_owned(), post_stop: "echo gone".to_owned(), ..Hooks::default() };
    let unit = Unit { address: &address, power, hooks: &hooks, shutdown: Shutdown::default(), health: None };
    let said = match unit.course(deed) {
        Course::Already(how) => format!("already {how}"),
        Course::Impossible { deed, help } => format!("cannot {deed}: {help}"),
        Course::Act(actions) => {
            let mut steps = Vec::new();
            chain(&address, actions, &mut steps);
            let lines: Vec<String> = steps
                .iter()
                .map(|step| {
                    let after: Vec<u32> = step.after.iter().map(|id| id.0).collect();
                    let how = match &step.action {
                        Action::Stop { shutdown } => format!(" within {}, force {}", shutdown.timeout, shutdown.force),
                        _ => String::new(),
                    };
                    format!("{} {}{how} after {after:?}", step.id.0, step.action.verb())
                })
                .collect();
            lines.join("\n")
        }
    };
    expected.assert_eq(&said);
}

#[test]
fn starting_runs_the_scripts_around_it_and_leaves_alone_what_runs() {
    check(
        PowerState::Off,
        Deed::Start,
        expect![[r#"
        1 run hook after []
        2 start after [1]"#]],
    );
    check(PowerState::Running, Deed::Start, expect!["already running"]);
    check(PowerState::Paused, Deed::Start, expect!["1 resume after []"]);
}

#[test]
fn stopping_is_as_declared_unless_the_command_line_says_otherwise() {
    check(
        PowerState::Running,
        Deed::Stop(Patience::default()),
        expect![[r#"
        1 stop within 1m, force true after []
        2 run hook after [1]"#]],
    );
    let hard = Patience { timeout: Some(Span::seconds(0)), force: Some(true) };
    check(
        PowerState::Running,
        Deed::Stop(hard),
        expect![[r#"
        1 stop within 0s, force true after []
        2 run hook after [1]"#]],
    );
    check(PowerState::Off, Deed::Stop(hard), expect!["already off"]);
}

#[test]
fn restarting_starts_what_is_off_and_pausing_needs_what_runs() {
    check(
        PowerState::Running,
        Deed::Restart(Patience::default()),
        expect![[r#"
        1 stop within 1m, force true after []
        2 run hook after [1]
        3 run hook after [2]
        4 start after [3]"#]],
    );
    check(
        PowerState::Off,
        Deed::Restart(Patience::default()),
        expect![[r#"
        1 run hook after []
        2 start after [1]"#]],
    );
    check(PowerState::Off, Deed::Pause, expect!["cannot be paused: only what runs can be paused"]);
    check(PowerState::Off, Deed::Resume, expect!["cannot be resumed: `hypernix start web` starts it"]);
}
