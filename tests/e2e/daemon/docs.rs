//! Every command in docs/daemon.md works as printed.

use std::{path::Path, process::Command};

use super::HOST;
use crate::{ran::Ran, serving::Daemon, site::Site};

#[test]
fn the_commands_of_the_page_about_the_daemon_work() {
    let site = Site::new("docs");
    let file = site.write(HOST);
    site.apply(HOST);
    let daemon = Daemon::start(&site, &[]);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/daemon.md");
    let page = std::fs::read_to_string(page).expect("the page is there");
    let blocks: Vec<_> = page.split("```sh\n").skip(1).filter_map(|rest| rest.split("\n```").next()).collect();
    assert_eq!(blocks.len(), 3, "the page lost its examples");
    for block in blocks {
        let script = block
            .replace("localhost:8080", &daemon.address)
            .replace("/run/hypernix/hypernix.sock", &daemon.socket.to_string_lossy())
            .replace("/run/current-system/hypervisor/manifest.json", &file.to_string_lossy())
            .replace("curl ", "curl --fail-with-body ");
        let output = Command::new("bash").args(["-ec", &script]).output().expect("bash is installed");
        let ran = Ran::from(output).succeeded();
        assert!(!ran.stdout.is_empty() && !ran.stdout.contains("\"errors\""), "{block}\n{}", ran.stdout);
    }
}
