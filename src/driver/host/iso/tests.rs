use std::process::Command;

use model::spec::SeedSpec;

use super::image;

fn seed() -> SeedSpec {
    SeedSpec {
        path: "/seed.iso".into(),
        user_data: format!("#cloud-config\nhostname: web\n# {}\n", "é".repeat(3000)),
        meta_data: "instance-id: web\n".to_owned(),
        network_config: Some("version: 2\n".to_owned()),
    }
}

/// What `isoinfo` (Debian: genisoimage) says of an image.
fn isoinfo(image: &[u8], arguments: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("seed.iso");
    std::fs::write(&path, image).unwrap();
    let ran = Command::new("isoinfo").args(arguments).arg("-i").arg(&path).output();
    let output = ran.expect("isoinfo is there: `apt-get install genisoimage`");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn cloud_init_finds_the_label_and_the_files_in_lower_case() {
    let image = image(&seed()).unwrap();
    assert!(isoinfo(&image, &["-d"]).contains("Volume id: cidata\n"));
    for extension in ["-R", "-J"] {
        let listed = isoinfo(&image, &[extension, "-f"]);
        let mut names: Vec<_> = listed.lines().collect();
        names.sort_unstable();
        assert_eq!(names, ["/meta-data", "/network-config", "/user-data"], "{extension}");
        assert_eq!(isoinfo(&image, &[extension, "-x", "/user-data"]), seed().user_data, "{extension}");
        assert_eq!(isoinfo(&image, &[extension, "-x", "/network-config"]), "version: 2\n", "{extension}");
    }
}

#[test]
fn a_seed_without_a_network_has_no_such_file() {
    let seed = SeedSpec { network_config: None, ..seed() };
    assert!(!isoinfo(&image(&seed).unwrap(), &["-R", "-f"]).contains("network-config"));
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    assert_eq!(image(&seed()).unwrap(), image(&seed()).unwrap());
}
