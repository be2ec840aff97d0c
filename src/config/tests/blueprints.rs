//! Blueprints: what components bring, in which order, and what is wrong with those that do not fit.

mod misfits;

use expect_test::expect;

use super::support::{desired, good, spec};

/// A database and an application that takes its address.
const SHOP: &str = r#"
  hypervisor.composition.components = {
    database = {
      type = "service";
      properties.compatibility.provides = [ "sql" ];
      interface.inputs.port = { type = "port"; default = 5432; };
      interface.outputs = {
        url = { type = "string"; value = "postgres://localhost:{{ inputs.port }}/{{ parameters.name }}"; };
        port = { type = "port"; value = "{{ inputs.port }}"; };
      };
      configuration = {
        packages.install = [ "postgresql" ];
        hooks.configure = "createdb {{ parameters.name }}";
        resources.memory = { add = "512Mi"; minimum = "1Gi"; };
        volumes = [ { name = "pgdata"; path = "/var/lib/postgresql"; size = "5Gi"; } ];
      };
    };
    app = {
      type = "framework";
      properties.compatibility.requires = [ "sql" ];
      interface.inputs = {
        url = { type = "string"; required = true; };
        workers = { type = "int"; default = 2; };
      };
      configuration = {
        packages.install = [ "shop" ];
        environment.WORKERS = "{{ inputs.workers }}";
        files."/etc/shop.conf".content = "db={{ inputs.url }}\n{{ left alone }}\n";
        ports = [ { internal = 8000; external = 8000; } ];
        resources.cpu.multiply = 2.0;
      };
    };
    metrics = {
      type = "monitoring";
      configuration.packages.install = [ "node-exporter" "shop" ];
    };
  };
  hypervisor.composition.blueprints.shop = {
    parameters = {
      name = { type = "string"; validation = "[a-z]+"; };
      metrics = { type = "bool"; default = false; };
      workers = { type = "int"; default = 4; validation = "1..8"; };
    };
    components = [
      { component = "metrics"; condition = "parameters.metrics"; }
      { component = "app"; inputs.workers = "{{ parameters.workers }}"; }
      { component = "database"; alias = "db"; }
    ];
    connections = [ { from = "db.url"; to = "app.url"; } ];
    validation.rules = [
      { name = "enough-workers"; expression = "inputs.app.workers >= 2"; message = "one worker cannot restart in turn"; }
    ];
  };
"#;

fn shop(rest: &str) -> String {
    format!("{{{SHOP}{rest}\n}}")
}

const INSTANCE: &str = r#"
  hypervisor.compute.defaults.unit.image = "/images/debian.qcow2";
  hypervisor.composition.instances.store = {
    blueprint = "shop";
    parameters.name = "store";
  };
"#;

#[test]
fn what_components_configure_reaches_the_guest_of_a_vm() {
    let desired = desired(&shop(INSTANCE));
    expect![[r#"
        path: /state/seeds/store-ccee7eeac117.iso
        userData: |
          #cloud-config
          hostname: store
          packages:
          - postgresql
          - shop
          write_files:
          - path: /etc/profile.d/hypernix.sh
            content: |
              export WORKERS='4'
            owner: root:root
            permissions: "0644"
          - path: /etc/systemd/system.conf.d/hypernix.conf
            content: |
              [Manager]
              DefaultEnvironment="WORKERS=4"
            owner: root:root
            permissions: "0644"
          - path: /etc/shop.conf
            content: |
              db=postgres://localhost:5432/store
              {{ left alone }}
            owner: root:root
            permissions: "0644"
          runcmd:
          - - sh
            - -c
            - createdb store
          fs_setup:
          - device: /dev/disk/by-id/virtio-pgdata
            filesystem: ext4
            partition: none
            overwrite: false
          mounts:
          - - /dev/disk/by-id/virtio-pgdata
            - /var/lib/postgresql
            - auto
            - defaults,nofail
            - "0"
            - "2"
          package_update: true
        metaData: |
          instance-id: d59d3a54-9269-569a-aa62-27607dde4e0b
          local-hostname: store
    "#]]
    .assert_eq(&spec(&desired, "seed/store"));
    expect![[r#"
        pool: hypernix
        name: store-pgdata
        capacity: 5368709120
        format: qcow2
    "#]]
    .assert_eq(&spec(&desired, "volume/hypernix/store-pgdata"));
}

#[test]
fn components_change_resources_in_their_order() {
    let loaded = good(&shop(INSTANCE));
    let explained = |field| loaded.explain("store", Some(field)).expect("it exists").to_string();
    let text = explained("resources.compute.units") + &explained("resources.memory.size");
    expect![[r#"
        store
          resources.compute.units = 200
              component `app` of blueprint `shop`, /etc/hypernix/host.nix:30:9
              overrides 100 (option default)
        store
          resources.memory.size = "1536Mi"
              component `db` of blueprint `shop`, /etc/hypernix/host.nix:14:9
              overrides "1Gi" (option default)
    "#]]
    .assert_eq(&text);
}

#[test]
fn an_instance_overrides_inputs_configuration_and_resources() {
    let nix = shop(
        r#"
  hypervisor.compute.defaults.unit.image = "/images/debian.qcow2";
  hypervisor.composition.instances.store = {
    blueprint = "shop";
    parameters = { name = "store"; metrics = true; };
    overrides.resources.memory.size = "4Gi";
    overrides.components.db.inputs.port = 6000;
    overrides.components.app.configuration.environment.DEBUG = "{{ inputs.url }}";
  };"#,
    );
    let loaded = good(&nix);
    let unit = &loaded.composition.units["store"];
    assert_eq!(unit.unit.resources.memory.size.0, model::Bytes::mib(4096 + 512));
    assert_eq!(unit.guest.environment["DEBUG"].value, "postgres://localhost:6000/store");
    let packages: Vec<&str> = unit.guest.packages.iter().map(|package| package.value.as_str()).collect();
    assert_eq!(packages, ["node-exporter", "shop", "postgresql"], "each once, in order");
}

#[test]
fn what_components_configure_reaches_a_container_by_mounts_environment_and_ports() {
    let nix = r#"{
      hypervisor.composition.components.site = {
        type = "service";
        configuration = {
          environment.MODE = "fast";
          files."/etc/site.conf" = { content = "listen 80"; mode = "0600"; };
          ports = [ { internal = 80; external = 8080; } { internal = 9000; } ];
          volumes = [
            { name = "cache"; path = "/cache"; type = "ephemeral"; }
            { name = "data"; path = "/data"; }
          ];
        };
      };
      hypervisor.composition.blueprints.site.components = [ { component = "site"; } ];
      hypervisor.compute.units.web = {
        features.isolation.type = "container";
        image = "nginx:1.27";
        labels.blueprint = "site";
        container.env.MODE = "slow";
      };
    }"#;
    let desired = desired(nix);
    expect![[r#"
        image: nginx:1.27
        env:
          MODE: slow
        labels:
          blueprint: site
        mounts:
          /cache:
            type: tmpfs
            source: ""
            readOnly: false
          /data:
            type: volume
            source: web-data
            readOnly: false
          /etc/site.conf:
            type: bind
            source: /state/files/web/536cd3ea5187-site.conf
            readOnly: true
        ports:
          80/tcp:
          - address: "0.0.0.0"
            port: 8080
        restart:
          name: unless-stopped
          maxRetries: 0
        limits:
          memory: 1073741824
          nanoCpus: 1000000000
    "#]]
    .assert_eq(&spec(&desired, "container/web"));
    expect![[r#"
        path: /state/files/web/536cd3ea5187-site.conf
        content: listen 80
        mode: "0600"
        owner: root
        group: root
    "#]]
    .assert_eq(&spec(&desired, "file/web/etc/site.conf"));
}

#[test]
fn what_is_doubtful_is_only_noted_where_validation_is_not_strict() {
    let nix = shop(INSTANCE).replace("inputs.workers =", "inputs.wrokers = 3; inputs.workers =");
    let lenient = nix.replacen('{', "{ hypervisor.composition.settings.validation.strict = false;", 1);
    assert_eq!(good(&lenient).notes()[0].text, "the component `app` has no input `wrokers`");
}
