//! Containers.

use std::path::PathBuf;

use expect_test::expect;
use model::{Contents, Kind};

use super::check;
use crate::tests::support::{desired, good, host, rendered};

#[test]
fn a_container_with_everything() {
    let nix = r#"{
      hypervisor.networks.front = { backend = "docker"; subnet = "172.30.0.7/16"; gateway = "172.30.0.1"; };
      hypervisor.storage.volumes.shared.backend = "docker";
      hypervisor.compute.units.web = {
        features.isolation = { type = "container"; securityLevel = "hardened"; };
        image = "nginx";
        resources.compute = { units = 50; burst = 100; };
        resources.memory.size = "256Mi";
        resources.accelerators = [ { type = "gpu"; count = 2; } ];
        labels.tier = "frontend";
        network = [ { name = "eth0"; network = "front"; address = "172.30.0.9"; aliases = [ "www" ]; } ];
        storage = [
          { name = "cache"; path = "/cache"; ephemeral = true; }
          { name = "state"; path = "/state"; size = "1Gi"; }
          { name = "common"; path = "/common"; volume = "shared"; readOnly = true; }
        ];
        container = {
          command = [ "nginx" "-g" "daemon off;" ];
          ports = [ "8080:80" "[::1]:8443:443/tcp" ];
          volumes = [ "/srv/www:/srv:ro" "logs:/var/log/nginx" ];
          tmpfs = [ "/tmp" ];
          pidsLimit = 100;
          ulimits.nofile = { soft = 1024; hard = 2048; };
        };
        lifecycle.healthCheck = { type = "script"; config.script = "curl -f localhost"; };
      };
    }"#;
    check(
        nix,
        "container/web",
        expect![[r#"
            image: nginx:latest
            command:
            - nginx
            - -g
            - daemon off;
            labels:
              tier: frontend
            mounts:
              /cache:
                type: tmpfs
                source: ""
                readOnly: false
              /common:
                type: volume
                source: shared
                readOnly: true
              /srv:
                type: bind
                source: /srv/www
                readOnly: true
              /state:
                type: volume
                source: web-state
                readOnly: false
              /tmp:
                type: tmpfs
                source: ""
                readOnly: false
              /var/log/nginx:
                type: volume
                source: logs
                readOnly: false
            ports:
              443/tcp:
              - address: "::1"
                port: 8443
              80/tcp:
              - address: "0.0.0.0"
                port: 8080
            networkMode: front
            networks:
              front:
                aliases:
                - www
                ipv4: "172.30.0.9"
            restart:
              name: unless-stopped
              maxRetries: 0
            limits:
              memory: 268435456
              nanoCpus: 1500000000
              cpuShares: 512
              pids: 100
            health:
              test:
              - CMD-SHELL
              - curl -f localhost
              interval: 30s
              timeout: 5s
              retries: 3
              startPeriod: 0s
            securityOpt:
            - no-new-privileges
            ulimits:
              nofile:
                soft: 1024
                hard: 2048
            gpus: 2
        "#]],
    );
    check(
        nix,
        "container-image/nginx:latest",
        expect![[r#"
        reference: nginx:latest
        source:
          pull: missing
    "#]],
    );
    check(
        nix,
        "docker-network/front",
        expect![[r#"
        driver: bridge
        subnet:
          cidr: 172.30.0.0/16
          gateway: "172.30.0.1"
    "#]],
    );
    check(
        nix,
        "docker-volume/web-state",
        expect![[r#"
        driver: local
    "#]],
    );
}

#[test]
fn container_images_come_from_registries_archives_and_root_file_systems() {
    let digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    let image = |options: &str| {
        let nix = format!(
            "{{ hypervisor.compute.units.box = {{ features.isolation.type = \"container\"; image = {options}; }}; }}"
        );
        let desired = desired(&nix);
        let (address, resource) = desired.of_kind(Kind::ContainerImage).next().expect("a container has an image");
        let spec = serde_json::to_value(&resource.spec).expect("it serialises");
        format!("{address} {}", spec["spec"]["source"])
    };
    let table = [
        ("\"nginx\"".to_owned(), "container-image/nginx:latest {\"pull\":\"missing\"}".to_owned()),
        (
            "{ source = \"nginx:1\"; pull = \"never\"; }".to_owned(),
            "container-image/nginx:1 {\"pull\":\"never\"}".to_owned(),
        ),
        (
            format!("{{ source = \"nginx:1\"; hash = \"sha256:{digest}\"; }}"),
            format!("container-image/nginx:1@sha256:{digest} {{\"pull\":\"missing\"}}"),
        ),
        (
            "{ source = \"web:1\"; archive = \"/img/web.tar\"; }".to_owned(),
            "container-image/web:1 {\"archive\":\"/img/web.tar\"}".to_owned(),
        ),
        (
            "{ rootfs = \"/img/root.tar\"; }".to_owned(),
            "container-image/hypernix/box:latest {\"rootfs\":\"/img/root.tar\"}".to_owned(),
        ),
    ];
    for (options, expected) in table {
        assert_eq!(image(&options), expected);
    }
}

/// The images of containers that are made of archives, with what is known of those.
fn images(nix: &str, files: &[(&str, &str)]) -> Vec<String> {
    let mut host = host();
    host.files = files.iter().map(|(file, hash)| (PathBuf::from(file), Contents::Sha256((*hash).to_owned()))).collect();
    let desired = good(nix).lower(&host).unwrap_or_else(|errors| panic!("{}", rendered(&errors)));
    let images = desired.resources.iter().filter(|(address, _)| address.kind == Kind::ContainerImage);
    images.map(|(address, image)| format!("{} {:?}", address.name, image.policy.deletion)).collect()
}

#[test]
fn images_of_root_file_systems_are_named_by_their_contents() {
    let unit = |archive: &str| {
        format!(
            r#"{{ features.isolation.type = "container"; image.rootfs = "{archive}"; container.command = [ "sh" ]; }}"#
        )
    };
    let (tiny, copy) = (unit("/a/Tiny.tar.gz"), unit("/b/tiny.tar"));
    let nix = format!("{{ hypervisor.compute.units = {{ a1 = {tiny}; b1 = {tiny}; c1 = {copy}; }}; }}");
    let (one, other) = ("1".repeat(64), "2".repeat(64));
    let owner = "000000";
    let same = images(&nix, &[("/a/Tiny.tar.gz", &one), ("/b/tiny.tar", &one)]);
    assert_eq!(same, [format!("hypernix/tiny:111111111111-{owner} Delete")]);
    let different = images(&nix, &[("/a/Tiny.tar.gz", &one), ("/b/tiny.tar", &other)]);
    assert_eq!(
        different,
        [format!("hypernix/tiny:111111111111-{owner} Delete"), format!("hypernix/tiny:222222222222-{owner} Delete")]
    );
    assert_eq!(images(&nix.replace("c1", "a2"), &[]).len(), 3, "of nothing that is known nothing is the same");
}

#[test]
fn a_renamed_unit_keeps_the_volumes_of_its_previous_name_where_they_are_known() {
    let nix = r#"{
      hypervisor.compute.units = {
        box = {
          previousNames = [ "crate" "tin" ];
          features.isolation.type = "container"; image = "busybox";
          storage = [ { name = "data"; path = "/data"; } { name = "more"; path = "/more"; } ];
        };
        shop = {
          previousNames = [ "stall" ];
          image = "/a.qcow2";
          storage = [ { name = "data"; size = "1Gi"; } ];
        };
      };
    }"#;
    let volumes = |known: &[&str]| {
        let mut host = host();
        host.known = known.iter().map(|address| address.parse().expect("it is one")).collect();
        let desired = good(nix).lower(&host).unwrap_or_else(|errors| panic!("{}", rendered(&errors)));
        let is_volume = |kind| matches!(kind, Kind::Volume | Kind::DockerVolume);
        desired.resources.into_keys().filter(|a| is_volume(a.kind)).map(|a| a.name).collect::<Vec<_>>()
    };
    let own = ["hypernix/shop-data", "hypernix/shop-root", "box-data", "box-more"];
    assert_eq!(volumes(&[]), own);
    let before = ["docker-volume/tin-data", "volume/hypernix/stall-root", "volume/other/stall-data"];
    assert_eq!(volumes(&before), ["hypernix/shop-data", "hypernix/stall-root", "box-more", "tin-data"]);
    let both = ["docker-volume/tin-data", "docker-volume/box-data"];
    assert_eq!(volumes(&both), own, "a volume of its own counts for more");
}
