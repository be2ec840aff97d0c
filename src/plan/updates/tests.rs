use expect_test::expect_file;

#[test]
fn the_documentation_of_updates_is_what_the_tables_say() {
    expect_file!["../../../docs/updates.md"].assert_eq(&super::updates_document());
}
