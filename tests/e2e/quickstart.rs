//! The example of the README, and what a second apply does.

use crate::site::Site;

const HOST: &str = r#"{
  hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool";
  hypervisor.compute.units."@-vm" = {
    resources.memory.size = "128Mi";
    boot = { kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; };
    storage = [ { name = "data"; size = "64Mi"; pool = "@-pool"; } ];
    network = [ { name = "lan"; capability = "user"; } ];
  };
  hypervisor.compute.units."@-web" = {
    features.isolation.type = "container";
    image.rootfs = "TINY/rootfs.tar";
    container.command = [ "/bin/httpd" "-f" "-p" "80" "-h" "/srv" ];
    container.ports = [ "127.0.0.1:18080:80/tcp" ];
    lifecycle.healthCheck = { type = "http"; config.url = "http://127.0.0.1:18080/index.html"; };
  };
}"#;

#[test]
fn a_nix_file_becomes_a_running_domain_and_a_running_container() {
    let site = Site::new("quick");
    site.apply(HOST);

    let domains = site.virsh(&["list", "--name"]).succeeded().stdout;
    assert!(domains.lines().any(|name| name == "e2e-quick-vm"), "virsh list: {domains}");
    let containers = site.docker(&["ps", "--format", "{{.Names}} {{.Ports}}"]).succeeded().stdout;
    assert!(containers.contains("e2e-quick-web 127.0.0.1:18080->80/tcp"), "docker ps: {containers}");
    let listed = site.hypernix(&["list"]).succeeded().stdout;
    for unit in ["e2e-quick-vm", "e2e-quick-web"] {
        let line = listed.lines().find(|line| line.contains(unit)).unwrap_or_else(|| panic!("no {unit} in:\n{listed}"));
        assert!(line.contains("running"), "{line}");
    }
    site.await_console("@-vm", "tiny guest is ready");
}

#[test]
fn a_second_apply_plans_nothing_and_writes_nothing() {
    let site = Site::new("twice");
    let host = HOST.replace("18080", "18081");
    site.apply(&host);
    site.assert_settled(&host);

    let file = site.write(&host);
    let report = site.hypernix(&["apply", "--yes", "--json", &file.to_string_lossy()]).succeeded().json();
    for backend in ["libvirt", "docker"] {
        assert_eq!(report["calls"][backend]["writes"], 0, "{report:#}");
    }
    assert_eq!(site.hypernix(&["plan", "--detailed-exitcode", &file.to_string_lossy()]).code, 0);
}
