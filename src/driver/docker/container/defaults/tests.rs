use std::collections::{BTreeMap, HashMap};

use bollard::models::ImageConfig;
use expect_test::{Expect, expect};
use model::{Spec, spec::ContainerSpec};

use super::Defaults;

fn image() -> Defaults {
    let strings = |list: &[&str]| Some(list.iter().map(|text| (*text).to_owned()).collect());
    Defaults::of(&ImageConfig {
        env: strings(&["PATH=/bin", "MODE=prod"]),
        cmd: strings(&["serve"]),
        entrypoint: strings(&["/app"]),
        working_dir: Some("/srv".to_owned()),
        labels: Some(HashMap::from([("vendor".to_owned(), "acme".to_owned())])),
        stop_signal: Some("SIGQUIT".to_owned()),
        ..ImageConfig::default()
    })
}

/// What the engine shows of a container made of the image with `declared`.
fn shown(declared: &ContainerSpec) -> ContainerSpec {
    let image = image();
    let mut shown = declared.clone();
    let merge = |given: &BTreeMap<String, String>, own: &BTreeMap<String, String>| {
        given.iter().chain(own).map(|(key, value)| (key.clone(), value.clone())).collect()
    };
    shown.env = merge(&image.env, &declared.env);
    shown.labels = merge(&image.labels, &declared.labels);
    if declared.entrypoint.is_none() {
        shown.entrypoint = image.entrypoint;
        if declared.command.is_empty() {
            shown.command = image.command;
        }
    }
    shown.workdir = declared.workdir.clone().or(image.workdir);
    shown.stop_signal = declared.stop_signal.clone().or(image.stop_signal);
    shown
}

#[track_caller]
fn check(declared: &ContainerSpec, label: Expect) {
    let explicit = image().explicit(declared);
    label.assert_eq(explicit.as_deref().unwrap_or("none"));
    let read = image().subtract(shown(declared), explicit.as_deref());
    let leaves = |spec: &ContainerSpec| Spec::Container(spec.clone()).fields();
    assert_eq!(leaves(&read), leaves(declared), "the declaration is what is left");
}

#[test]
fn what_the_image_gives_is_taken_off() {
    check(&ContainerSpec::default(), expect!["none"]);
    let own = ContainerSpec {
        command: vec!["check".to_owned()],
        env: BTreeMap::from([("MODE".to_owned(), "test".to_owned())]),
        workdir: Some("/".to_owned()),
        ..ContainerSpec::default()
    };
    check(&own, expect!["none"]);
}

#[test]
fn what_was_asked_for_stays_although_the_image_says_the_same() {
    let same = ContainerSpec {
        command: vec!["serve".to_owned()],
        env: BTreeMap::from([("MODE".to_owned(), "prod".to_owned())]),
        labels: BTreeMap::from([("vendor".to_owned(), "acme".to_owned())]),
        stop_signal: Some("SIGQUIT".to_owned()),
        ..ContainerSpec::default()
    };
    check(&same, expect![[r#"["env.MODE","labels.vendor","command","stopSignal"]"#]]);
}

#[test]
fn an_entrypoint_that_was_cleared_stays_cleared() {
    let declared = ContainerSpec { entrypoint: Some(Vec::new()), ..ContainerSpec::default() };
    let explicit = image().explicit(&declared);
    let read = image().subtract(ContainerSpec::default(), explicit.as_deref());
    assert_eq!(read.entrypoint, Some(Vec::new()));
}
