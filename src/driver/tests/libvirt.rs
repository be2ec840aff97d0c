//! The libvirt driver against a real libvirtd. The URI is that of `HYPERNIX_TEST_LIBVIRT`, else `qemu:///system`;
//! `tests/setup` brings the machine into the state that these tests need.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

mod libvirt {
    mod bench;
    mod connection;
    mod domains;
    mod live;
    mod networks;
    mod storage;

    pub mod bed;
}
