use jiff::Timestamp;
use model::{Address, Desired, Kind, Resource, Spec};

use super::{Generation, GenerationError, GenerationResult, Generations, SCHEMA_VERSION, digest};
use crate::StateDir;

fn generation(number: u64) -> Generation {
    Generation {
        schema_version: SCHEMA_VERSION,
        number,
        at: Timestamp::UNIX_EPOCH,
        source: Some("/etc/hypervisor/host.nix".into()),
        user: "ada".into(),
        run: format!("r{number}"),
        rollback_to: None,
        digest: "sha256:0".into(),
        result: GenerationResult::Running,
    }
}

fn desired(names: &[&str]) -> Desired {
    let resource = |name: &&str| (Address::new(Kind::Domain, *name), Resource::new(Spec::Domain(Default::default())));
    Desired { resources: names.iter().map(resource).collect(), notes: Vec::new() }
}

fn begin(generations: &Generations, generation: &Generation, desired: &Desired) {
    generations.prepare(generation, desired, None).and_then(super::Prepared::begin).expect("written");
}

fn with_generations(check: impl FnOnce(Generations)) {
    let root = tempfile::tempdir().expect("a directory");
    let state = StateDir::open(root.path()).expect("state");
    check(state.generations());
}

#[test]
fn a_generation_gives_back_what_it_wanted() {
    with_generations(|generations| {
        begin(&generations, &generation(1), &desired(&["web"]));
        generations.finish(1, GenerationResult::Succeeded).expect("written");
        begin(&generations, &generation(2), &desired(&["web", "db"]));
        generations.finish(2, GenerationResult::Failed).expect("written");

        assert_eq!(generations.desired(1).expect("kept"), desired(&["web"]));
        assert_eq!(generations.newest().expect("read").map(|g| g.number), Some(2));
        assert_eq!(generations.last_good().expect("read").map(|g| g.number), Some(1));
        let error = generations.desired(7).expect_err("never was");
        assert_eq!(error.to_string(), "there is no generation 7: `hypernix generations` lists those that are kept");
    });
}

#[test]
fn pruning_keeps_the_newest_and_the_last_good_one() {
    with_generations(|generations| {
        for number in 1..=6 {
            begin(&generations, &generation(number), &desired(&[]));
            let result = if number == 2 { GenerationResult::Succeeded } else { GenerationResult::Failed };
            generations.finish(number, result).expect("written");
        }
        generations.prune(2).expect("pruned");
        assert_eq!(generations.numbers().expect("read"), [2, 5, 6]);
    });
}

#[test]
fn a_generation_of_a_newer_version_is_refused() {
    with_generations(|generations| {
        let newer = Generation { schema_version: SCHEMA_VERSION + 1, ..generation(1) };
        begin(&generations, &newer, &desired(&[]));
        assert!(matches!(generations.list(), Err(GenerationError::Newer { found: 2, known: 1, .. })));
    });
}

#[test]
fn moving_a_declaration_to_another_line_is_the_same_wish() {
    let here = desired(&["web"]);
    let mut there = here.clone();
    let position = model::SourcePos { file: "/b.nix".into(), line: 9, column: 1 };
    there.resources.values_mut().for_each(|resource| resource.declared_at = Some(position.clone()));
    assert_eq!(digest(&here), digest(&there));
    assert_ne!(digest(&here), digest(&desired(&["db"])));
}
