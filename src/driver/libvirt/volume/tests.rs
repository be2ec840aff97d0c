use expect_test::{Expect, expect};
use model::spec::VolumeSpec;
use serde_json::json;

use super::{read, write};

#[track_caller]
fn check(spec: serde_json::Value, expected: Expect) {
    let spec: VolumeSpec = serde_json::from_value(spec).unwrap();
    let document = write(&spec);
    expected.assert_eq(&document.to_string());
    assert_eq!(read("p", &document), VolumeSpec { contents: None, ..spec });
}

#[test]
fn volumes_are_written_and_read_back() {
    check(
        json!({ "pool": "p", "name": "v", "capacity": 1048576, "format": "raw" }),
        expect![[
            r#"<volume><name>v</name><capacity unit="bytes">1048576</capacity><allocation unit="bytes">0</allocation><target><format type="raw"/></target></volume>"#
        ]],
    );
    check(
        json!({ "pool": "p", "name": "v", "format": "qcow2", "backing": "/images/b.img",
                "contents": { "overlay": { "format": "raw" } } }),
        expect![[
            r#"<volume><name>v</name><allocation unit="bytes">0</allocation><target><format type="qcow2"/></target><backingStore><path>/images/b.img</path><format type="raw"/></backingStore></volume>"#
        ]],
    );
}
