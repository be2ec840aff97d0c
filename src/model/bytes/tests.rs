use super::Bytes;

#[track_caller]
fn check(text: &str, bytes: u64) {
    assert_eq!(text.parse::<Bytes>().map(Bytes::get), Ok(bytes), "{text}");
}

#[test]
fn binary_units_are_powers_of_1024_and_decimal_units_of_1000() {
    check("1Ki", 1024);
    check("1KiB", 1024);
    check("512Mi", 512 << 20);
    check("1.5Gi", 3 << 29);
    check("128Gi", 128 << 30);
    check("2Ti", 2 << 40);
    check("1K", 1000);
    check("4G", 4_000_000_000);
    check("10GB", 10_000_000_000);
    check("0", 0);
    check("4096", 4096);
}

#[test]
fn what_is_not_a_size_is_refused_with_an_example_of_one() {
    for text in ["", "lots", "-1Gi", "1Qi", "Gi", "1 2"] {
        let error = text.parse::<Bytes>().expect_err(text);
        assert!(error.to_string().contains("4Gi"), "{error}");
    }
}

#[test]
fn sizes_print_exactly_in_the_largest_unit_that_divides_them() {
    let print = |n: u64| Bytes::new(n).to_string();
    assert_eq!(print(1 << 30), "1 GiB");
    assert_eq!(print(1536 << 20), "1536 MiB");
    assert_eq!(print(1000), "1000 B");
    assert_eq!(print(0), "0 B");
}
