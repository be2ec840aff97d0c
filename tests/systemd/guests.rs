//! The guests of these tests, and who of them runs since when.

use crate::machine::{Machine, TINY};

/// What the changing guest is at first.
pub const SMALL: &str = r#"resources.memory.size = "96Mi";"#;
/// What it is changed to.
pub const LARGE: &str = r#"resources.memory.size = "128Mi";"#;

/// A host with a guest that never changes, one that tests change, and a container; `more` is in it too.
pub fn guests(changing: &str, more: &str) -> String {
    let guest = format!(
        r#"boot = {{ kernel = "{TINY}/vmlinuz"; initrd = "{TINY}/initrd"; cmdline = "console=ttyS0 quiet"; }};
           shutdown.timeout = "10s";"#
    );
    format!(
        r#"{{
  hypervisor.enable = true;
  hypervisor.compute.units.steady = {{ resources.memory.size = "96Mi"; {guest} }};
  hypervisor.compute.units.changing = {{ {guest} {changing} }};
  hypervisor.compute.units.web = {{
    features.isolation.type = "container";
    image.rootfs = "{TINY}/rootfs.tar";
    container.command = [ "/bin/httpd" "-f" "-p" "80" "-h" "/srv" ];
  }};
  {more}
}}"#
    )
}

/// Who runs since when: the processes of guests and the start of containers.
pub fn running(machine: &Machine) -> Vec<String> {
    let domains = machine.sh("for guest in $(virsh -c qemu:///system list --name); do \
           echo \"$guest $(cat /run/libvirt/qemu/$guest.pid)\"; done");
    let containers =
        machine.sh("docker ps -q | xargs -r docker inspect -f '{{.Name}} {{.State.StartedAt}} {{.State.Pid}}'");
    let mut all: Vec<String> = domains.lines().chain(containers.lines()).map(str::to_owned).collect();
    all.sort();
    all
}

/// Whose line it is.
pub fn line<'a>(running: &'a [String], name: &str) -> &'a str {
    running.iter().find(|line| line.trim_start_matches('/').starts_with(name)).map_or("", String::as_str)
}
