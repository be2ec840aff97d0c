use std::{collections::BTreeMap, path::Path};

use expect_test::{Expect, expect};
use model::{Address, Kind, Spec};
use serde_json::{Value, json};

use super::{made_by, needs, open};

#[track_caller]
fn check(wanted: &[(Kind, &str, Value)], expected: Expect) {
    let parse = |(kind, name, spec): &(Kind, &str, Value)| {
        let spec = match kind {
            Kind::Domain => serde_json::from_value(spec.clone()).map(Spec::Domain),
            Kind::Volume => serde_json::from_value(spec.clone()).map(Spec::Volume),
            Kind::Pool => serde_json::from_value(spec.clone()).map(Spec::Pool),
            Kind::Network => serde_json::from_value(spec.clone()).map(Spec::Network),
            Kind::File => serde_json::from_value(spec.clone()).map(Spec::File),
            other => panic!("{other:?} is not needed here"),
        };
        (Address::new(*kind, *name), spec.expect("a specification"))
    };
    let wanted: BTreeMap<Address, Spec> = wanted.iter().map(parse).collect();
    let named = wanted.iter().flat_map(|(address, spec)| needs(address, spec)).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let open = runtime.block_on(open(named, &made_by(&wanted), Path::new("/state")));
    let lines: Vec<String> =
        open.iter().map(|need| need.finding()).map(|f| format!("{}: {}\n", f.address, f.text)).collect();
    expected.assert_eq(&lines.concat());
}

#[test]
fn everything_that_a_unit_names_and_the_host_lacks_is_told_with_the_field() {
    check(
        &[
            (
                Kind::Domain,
                "web",
                json!({
                    "boot": { "kernel": "/none/kernel", "initrd": "/none/initrd" },
                    "disks": { "a": { "source": { "file": "/none/a" } }, "b": { "source": { "block": "/none/b" } } },
                    "filesystems": { "srv": { "source": "/none/srv" } },
                    "interfaces": { "lan": { "source": { "bridge": "brnone" } } },
                }),
            ),
            (
                Kind::Volume,
                "p/v",
                json!({ "pool": "p", "name": "v", "backing": "/none/base",
                        "contents": { "copy": { "image": "/none/image", "format": "raw" } } }),
            ),
        ],
        expect![[r#"
            volume/p/v: backing: there is no /none/base on this host: put the image there, or declare where it is fetched from
            volume/p/v: contents.copy.image: there is no /none/image on this host: put the image there, or declare where it is fetched from
            domain/web: boot.kernel: there is no /none/kernel on this host: put it there, or name a file that is there
            domain/web: boot.initrd: there is no /none/initrd on this host: put it there, or name a file that is there
            domain/web: disks.a.source.file: there is no /none/a on this host: put the disk's file there, or declare a volume for it
            domain/web: disks.b.source.block: there is no /none/b on this host: make the device available, or name one that is there
            domain/web: filesystems.srv.source: there is no /none/srv on this host: make the directory, or share another
            domain/web: interfaces.lan.source.bridge: there is no bridge `brnone` on this host: make the bridge in the host's network configuration, or plug the interface into a network
        "#]],
    );
}

#[test]
fn what_is_there_is_coming_or_is_kept_by_us_is_not_missed() {
    check(
        &[
            (
                Kind::Domain,
                "web",
                json!({
                    "boot": { "kernel": "/proc/version", "initrd": "/state/images/initrd" },
                    "disks": { "a": { "source": { "file": "/none/pool/v" } } },
                    "filesystems": { "srv": { "source": "/none/srv" } },
                    "interfaces": { "lan": { "source": { "bridge": "brnone" } }, "lo": { "source": { "bridge": "lo" } } },
                }),
            ),
            (Kind::File, "motd", json!({ "path": "/none/srv/motd" })),
            (Kind::Network, "lan", json!({ "forward": "nat", "bridge": "brnone" })),
            (Kind::Pool, "p", json!({ "path": "/none/pool" })),
            (Kind::Volume, "p/v", json!({ "pool": "p", "name": "v" })),
        ],
        expect![[""]],
    );
}
