use expect_test::{Expect, expect};
use model::spec::PoolSpec;
use serde_json::json;

use super::{read, write};

#[track_caller]
fn check(spec: serde_json::Value, expected: Expect) {
    let spec: PoolSpec = serde_json::from_value(spec).unwrap();
    let document = write("p", &spec);
    expected.assert_eq(&document.to_string());
    assert_eq!(PoolSpec { path: spec.path.clone(), ..read(&document) }, spec);
}

#[test]
fn pools_are_written_and_read_back() {
    check(
        json!({ "uuid": "c2177883-f1bb-47f0-914d-32a22e3a8804", "type": "dir", "path": "/pools/p" }),
        expect![[
            r#"<pool type="dir"><name>p</name><uuid>c2177883-f1bb-47f0-914d-32a22e3a8804</uuid><target><path>/pools/p</path></target></pool>"#
        ]],
    );
    check(
        json!({ "type": "logical", "sourceName": "vg0" }),
        expect![[
            r#"<pool type="logical"><name>p</name><source><name>vg0</name></source><target><path>/dev/vg0</path></target></pool>"#
        ]],
    );
    check(
        json!({ "type": "netfs", "path": "/mnt/p", "sourceHost": "nas", "sourceDir": "/export" }),
        expect![[
            r#"<pool type="netfs"><name>p</name><source><host name="nas"/><dir path="/export"/><format type="auto"/></source><target><path>/mnt/p</path></target></pool>"#
        ]],
    );
    check(
        json!({ "type": "zfs", "sourceName": "tank/vm" }),
        expect![[r#"<pool type="zfs"><name>p</name><source><name>tank/vm</name></source></pool>"#]],
    );
}
