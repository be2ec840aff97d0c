use super::{decode, encode, last};

fn lines(records: &[&str]) -> Vec<u8> {
    records.iter().flat_map(encode).collect()
}

#[test]
fn records_come_back_in_order() {
    let bytes = lines(&["one", "two\nlines", ""]);
    let decoded = decode::<String>(&bytes).expect("sound");
    assert_eq!(decoded.records, ["one", "two\nlines", ""]);
    assert_eq!(decoded.sound, bytes.len());
    assert_eq!(last::<String>(&bytes).as_deref(), Some(""));
}

#[test]
fn a_tail_torn_at_any_byte_is_passed_over() {
    let bytes = lines(&["first", "second"]);
    let whole = lines(&["first"]).len();
    for length in whole..bytes.len() {
        let decoded = decode::<String>(&bytes[..length]).expect("a torn tail is no damage");
        assert_eq!((decoded.records.len(), decoded.sound), (1, whole), "cut at byte {length}");
    }
}

#[test]
fn a_tail_of_zeros_after_a_power_cut_is_passed_over() {
    let mut bytes = lines(&["first"]);
    let whole = bytes.len();
    bytes.extend([0; 4096]);
    assert_eq!(decode::<String>(&bytes).expect("a torn tail is no damage").sound, whole);
}

#[test]
fn any_changed_byte_before_the_last_record_is_damage() {
    let bytes = lines(&["first", "second"]);
    for at in 0..lines(&["first"]).len() {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x11;
        let error = decode::<String>(&damaged).expect_err("damage is found");
        assert_eq!(error.offset, 0, "byte {at}: {error}");
    }
}
