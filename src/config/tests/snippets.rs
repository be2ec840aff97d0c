//! The configurations that the architecture prints evaluate as printed and resolve.

use expect_test::{Expect, expect};
use regex::Regex;
use serde_json::Value;

use super::support::{errors, good, yaml};

/// What explains the unit of a snippet, without the places in files.
#[track_caller]
fn check_unit(nix: &str, unit: &str, expected: Expect) {
    let loaded = good(nix);
    let explanation = loaded.explain(unit, None).expect("the unit exists").to_string();
    let place = Regex::new(r", /[^\s)]*").expect("it is one");
    let explanation = place.replace_all(&explanation, "");
    let without_places = explanation.lines();
    let notes = loaded.notes().iter().map(|note| format!("note: {}\n", note.text));
    let text: String = without_places.map(|line| format!("{line}\n")).chain(notes).collect();
    expected.assert_eq(&text);
}

/// The part of the manifest that a snippet declares.
#[track_caller]
fn check_manifest(nix: &str, path: &str, expected: Expect) {
    let manifest: Value = serde_json::from_str(&good(nix).manifest_json()).expect("it is JSON");
    expected.assert_eq(&yaml(manifest.pointer(path).expect("the snippet declares it")));
}

#[test]
fn tag_based_compute_units() {
    check_unit(
        include_str!("snippets/tag-based-units.nix"),
        "webserver",
        expect![[r#"
            webserver  tags: high-performance, public-facing, secure-boot, production
              autostart = true
                  tag `production` (priority 70)
                  overrides true (option default)
              boot.firmware = "uefi"
                  tag `secure-boot` (priority 80)
                  overrides "bios" (option default)
              boot.secureBoot = true
                  tag `secure-boot` (priority 80)
                  overrides false (option default)
              cpu.mode = "host-model"
                  tag `high-performance` (priority 60)
                  overrides null (option default)
              deletionPolicy = "retain"
                  tag `production` (priority 70)
                  overrides "retain" (option default)
              features.isolation.securityLevel = "hardened"
                  tag `secure-boot` (priority 80)
                  overrides "hardened" (tag `public-facing` (priority 70))
                  overrides "standard" (option default)
              labels.tier = "frontend"
                  policy `web-tier`
              policies = ["production","web-tier"]
                  set by the unit
                  overrides [] (option default)
              protect = true
                  tag `production` (priority 70)
                  overrides false (option default)
              resources.compute.units = 400
                  set by the unit
                  overrides 100 (option default)
              shutdown.timeout = "30s"
                  policy `web-tier`
                  overrides "3m" (policy `production`)
                  overrides "60s" (option default)
              tags = ["high-performance","public-facing","secure-boot"]
                  set by the unit
                  overrides [] (option default)
              update.onChange = "live-or-stage"
                  policy `production`
                  overrides "live-or-stage" (option default)
              workload.profile = "cpu-intensive"
                  set by the unit
                  overrides "cpu-intensive" (tag `high-performance` (priority 60))
                  overrides null (option default)
              workload.type = "persistent"
                  set by the unit
                  overrides "persistent" (option default)
        "#]],
    );
}

#[test]
fn the_integration_example_as_a_whole() {
    check_unit(
        include_str!("snippets/integration.nix"),
        "prod-web",
        expect![[r#"
            prod-web  tags: production, tier-0-storage
              autostart = true
                  tag `production` (priority 70)
                  overrides true (option default)
              configuration.files."/etc/security.conf" = "..."
                  component `security-hardened` of blueprint `secure-web`
              configuration.packages.nginx = "install"
                  component `nginx-base` of blueprint `secure-web`
              configuration.ports.80/tcp = null
                  component `nginx-base` of blueprint `secure-web`
              deletionPolicy = "retain"
                  tag `production` (priority 70)
                  overrides "retain" (option default)
              labels.blueprint = "secure-web"
                  set by the unit
              labels.tier = "frontend"
                  set by the unit
              protect = true
                  tag `production` (priority 70)
                  overrides false (option default)
              tags = ["production","tier-0-storage"]
                  set by the unit
                  overrides [] (option default)
              workload.profile = "io-intensive"
                  tag `tier-0-storage` (priority 60)
                  overrides null (option default)
        "#]],
    );
}

#[test]
fn what_the_integration_example_leaves_out_to_boot_is_asked_for() {
    let text = errors(include_str!("snippets/integration.nix"));
    assert!(text.contains("the unit `prod-web` has nothing to boot"), "{text}");
}

#[test]
fn reusable_components() {
    let nix = include_str!("snippets/components.nix");
    check_manifest(
        nix,
        "/hypervisor/composition/components/nginx-base/configuration/packages/install",
        expect![[r#"
        - nginx
    "#]],
    );
    check_manifest(
        nix,
        "/hypervisor/composition/components/security-hardened/configuration/files",
        expect![[r#"
        /etc/security.conf:
          content: "..."
          group: root
          mode: "0644"
          owner: root
    "#]],
    );
}

#[test]
fn a_blueprint() {
    let nix = include_str!("snippets/blueprint.nix");
    check_manifest(
        nix,
        "/hypervisor/composition/blueprints/secure-web/components",
        expect![[r#"
        - alias: null
          component: nginx-base
          condition: null
          inputs: {}
        - alias: null
          component: security-hardened
          condition: null
          inputs: {}
    "#]],
    );
}

#[test]
fn storage_tiers() {
    check_manifest(
        include_str!("snippets/storage-tiers.nix"),
        "/hypervisor/declared",
        expect![[r#"
        storage:
          tiers:
            tier-0:
              characteristics:
                cost: 1.0
                durability: 0.999999999
                iops: null
                latency: < 0.1ms
                throughput: null
              level: 0
              policies:
                demotion:
                  enabled: true
                  excludePatterns: []
                  threshold:
                    heatScore: 0.2
                    idleTime: 7d
                promotion:
                  batchSize: 1Gi
                  enabled: true
                  threshold:
                    accessFrequency: 10
                    heatScore: 0.8
                    latencySensitivity: 0.9
                retention:
                  maxTime: null
                  minTime: null
              providers:
              - capacity: 128Gi
                features: {}
                location: ""
                name: ""
                type: memory
    "#]],
    );
}

#[test]
fn a_mesh() {
    check_manifest(
        include_str!("snippets/mesh.nix"),
        "/hypervisor/declared",
        expect![[r#"
        mesh:
          consensus:
            algorithm: raft
          topology:
            mode: partial-mesh
    "#]],
    );
}

#[test]
fn capabilities() {
    check_manifest(
        include_str!("snippets/capabilities.nix"),
        "/hypervisor/declared",
        expect![[r#"
        security:
          capabilities:
            defaults:
              auditLevel: basic
              requireMFA: false
              sessionTimeout: 8h
            enable: true
            principals: {}
            web-operator:
              conditions: []
              delegation:
                allowed: false
                maxDepth: 0
                restrictions: []
              description: ""
              name: web-operator
              operations: []
              resources:
                cluster:
                  configure: false
                  join: false
                  schedule: false
                compute:
                  console: true
                  control: true
                  create: false
                  delete: false
                  limits:
                    maxResources: null
                    maxUnits: 10
                  modify: false
                network:
                  attach: false
                  capabilities: []
                  configure: false
                  create: false
                storage:
                  allocate: false
                  quota: null
                  read: false
                  snapshot: false
                  tiers: []
                  write: false
            zeroTrust:
              contextual:
                devicePolicy: null
                ipRestrictions: []
              continuous:
                factors:
                - device-trust
                interval: 5m
                verification: true
    "#]],
    );
}

#[test]
fn a_backup_source() {
    check_manifest(
        include_str!("snippets/backup.nix"),
        "/hypervisor/declared",
        expect![[r#"
        backup:
          sources:
            production:
              dataHandling:
                compliance: []
                geoRestrictions: []
                sensitivity: internal
              name: production
              schedule:
                continuous: true
                interval: 1h
                window: null
              selection:
                ids: []
                labels:
                  tier: frontend
                patterns: []
              strategy:
                changeDetection: journal
                consistency: crash-consistent
                mode: incremental-forever
                postScript: ""
                preScript: ""
              type: compute-unit
    "#]],
    );
}
