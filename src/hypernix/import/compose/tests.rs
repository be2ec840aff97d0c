//! A compose file in, Nix out; and the Nix evaluates.

use std::{collections::BTreeMap, fs, path::Path};

use config::{EvalSettings, LowerSettings};
use expect_test::{Expect, expect, expect_file};
use model::HostFacts;

use super::import;
use crate::import::ImportError;

#[track_caller]
fn check(compose: &str, expected: Expect) {
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("project/compose.yaml");
    fs::create_dir(directory.path().join("project")).expect("made");
    fs::write(&file, compose).expect("written");
    let text = import(&file, &BTreeMap::new()).expect("it is a compose file");
    let text = text.replace(&directory.path().display().to_string(), "/here");
    // The head says the same of all.
    let body: Vec<&str> = text.lines().filter(|line| !line.starts_with("# ")).collect();
    expected.assert_eq(&format!("{}\n", body.join("\n")));
}

#[test]
fn the_sample_is_written_as_a_person_would() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("import/compose/sample/compose.yaml");
    let text = import(&sample, &BTreeMap::new()).expect("the sample is a compose file");
    let directory = sample.parent().expect("it is in a directory").display().to_string();
    expect_file!["sample/expected.nix"].assert_eq(&text.replace(&directory, "/srv/shop"));
}

#[test]
fn what_is_written_evaluates_and_becomes_resources() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("import/compose/sample/compose.yaml");
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("host.nix");
    fs::write(&file, import(&sample, &BTreeMap::new()).expect("it is a compose file")).expect("written");
    let loaded = config::load(&file, &EvalSettings::default()).unwrap_or_else(|errors| panic!("{errors:?}"));
    let settings = LowerSettings {
        owner: model::OwnerId(Default::default()),
        host: HostFacts::default(),
        known: Default::default(),
        files: Default::default(),
        state_dir: "/var/lib/hypervisor".into(),
    };
    let desired = loaded.lower(&settings).unwrap_or_else(|errors| panic!("{errors:?}"));
    let addresses: Vec<_> = desired.resources.keys().map(ToString::to_string).collect();
    for address in ["container/shop-front", "docker-network/shop_back", "docker-volume/shop_data"] {
        assert!(addresses.iter().any(|known| known == address), "{address} is not among {addresses:?}");
    }
}

#[test]
fn the_network_that_compose_makes_by_itself_is_declared() {
    check(
        "services:\n  web:\n    image: nginx\nname: s\n",
        expect![[r#"
            {
              hypervisor.compute.units.web = {
                features.isolation.type = "container";
                image.source = "nginx";
                network = [
                  { name = "default"; network = "s_default"; }
                ];
                container.restartPolicy = "no";
              };

              hypervisor.networks.s_default = {
                backend = "docker";
                adopt = true;
              };
            }
        "#]],
    );
}

#[test]
fn paths_are_of_the_file_s_directory_and_volumes_of_the_project() {
    check(
        "name: s\nservices:\n  a:\n    image: i\n    network_mode: host\n    volumes: [../b:/b, data:/d:z, ~/x:/x]\n",
        expect![[r#"
            {
              # a: volumes: the mode `z` of data
              # a: volumes: ~/x is in a home directory: write it in full
              hypervisor.compute.units.a = {
                features.isolation.type = "container";
                image.source = "i";
                container = {
                  restartPolicy = "no";
                  networkMode = "host";
                  volumes = [ "/here/b:/b" "s_data:/d" ];
                };
              };

              hypervisor.storage.volumes.s_data = {
                backend = "docker";
                adopt = true;
              };
            }
        "#]],
    );
}

#[test]
fn what_is_no_compose_file_is_refused() {
    let directory = tempfile::tempdir().expect("a directory");
    let refused = |text: &str| {
        let file = directory.path().join("compose.yaml");
        fs::write(&file, text).expect("written");
        import(&file, &BTreeMap::new()).expect_err("it is refused")
    };
    assert!(matches!(refused("services: [\n"), ImportError::Yaml { .. }));
    assert!(matches!(refused("volumes: {}\n"), ImportError::NoServices { .. }));
}
