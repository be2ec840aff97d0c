//! Changes do what the plan predicts, and no more: a guest that need not restart keeps running.

use crate::site::{Site, TINY};

/// A domain whose body is filled in, beside a pool.
fn host(unit: &str) -> String {
    format!(
        r#"{{
  hypervisor.storage.pools."@-pool".path = "/var/lib/hypervisor/test/@/pool";
  hypervisor.compute.units."@-vm" = {{
    resources.compute = {{ units = 100; maxUnits = 400; }};
    resources.memory.maximum = "256Mi";
    boot = {{ kernel = "TINY/vmlinuz"; initrd = "TINY/initrd"; cmdline = "console=ttyS0 quiet"; }};
    {unit}
  }};
}}"#
    )
}

fn domain_id(site: &Site) -> String {
    site.virsh(&["domid", "@-vm"]).succeeded().stdout.trim().to_owned()
}

#[test]
fn memory_vcpus_disks_nics_and_titles_change_while_the_guest_runs() {
    let site = Site::new("live");
    let base = r#"resources.memory.size = "128Mi"; network = [ { name = "lan"; capability = "user"; } ];"#;
    site.apply(&host(base));
    site.await_console("@-vm", "tiny guest is ready");
    let id = domain_id(&site);

    let more_memory = r#"resources.memory.size = "192Mi"; network = [ { name = "lan"; capability = "user"; } ];"#;
    assert_eq!(site.converge(&host(more_memory)), ["domain/@-vm update live"]);

    let disk = format!(r#"{more_memory} storage = [ {{ name = "data"; size = "32Mi"; pool = "@-pool"; }} ];"#);
    assert_eq!(site.converge(&host(&disk)), ["volume/@-pool/@-vm-data create none", "domain/@-vm update live"],);

    let two_nics = disk.replace(
        r#"network = [ { name = "lan"; capability = "user"; } ];"#,
        r#"network = [ { name = "lan"; capability = "user"; } { name = "dmz"; capability = "user"; } ];"#,
    );
    assert_eq!(site.converge(&host(&two_nics)), ["domain/@-vm update live"]);

    let described = format!(r#"{two_nics} description = "the web server";"#);
    assert_eq!(site.converge(&host(&described)), ["domain/@-vm update live"]);

    let vcpus = host(&described).replace("units = 100;", "units = 200;");
    assert_eq!(site.converge(&vcpus), ["domain/@-vm update live"]);

    assert_eq!(domain_id(&site), id, "the guest was restarted by a change that is live");
}

#[test]
fn a_change_that_needs_a_cold_start_waits_for_it_unless_the_policy_says_otherwise() {
    let site = Site::new("cold");
    let size = r#"resources.memory.size = "128Mi";"#;
    site.apply(&host(size));
    let id = domain_id(&site);

    let more = host(size).replace(r#"maximum = "256Mi""#, r#"maximum = "384Mi""#);
    assert_eq!(site.converge(&more), ["domain/@-vm stage next-boot"]);
    assert_eq!(domain_id(&site), id, "a staged change restarted the guest");

    let restarting = more
        .replace(r#""384Mi""#, r#""320Mi""#)
        .replace(size, &format!("{size} update.onChange = \"restart-if-needed\"; shutdown.timeout = \"2s\";"));
    assert_eq!(site.converge(&restarting), ["domain/@-vm restart restart"]);
    assert_ne!(domain_id(&site), id);
}

#[test]
fn a_tag_shared_by_three_units_changes_all_three() {
    let site = Site::new("tags");
    let host = |memory: &str| {
        format!(
            r#"{{
  hypervisor.compute.tags.@-small = {{ category = "performance"; values.resources.memory.size = "{memory}"; }};
  hypervisor.compute.units = builtins.listToAttrs (map (n: {{
    name = "@-c${{n}}";
    value = {{
      tags = [ "@-small" ];
      features.isolation.type = "container";
      image.rootfs = "TINY/rootfs.tar";
      container.command = [ "/bin/sleep" "1000000" ];
      shutdown.timeout = "0s";
    }};
  }}) [ "1" "2" "3" ]);
}}"#
        )
    };
    site.apply(&host("32Mi"));
    let started = |site: &Site| {
        site.docker(&["inspect", "-f", "{{.State.StartedAt}}", "@-c1", "@-c2", "@-c3"]).succeeded().stdout
    };
    let before = started(&site);
    let predicted = site.converge(&host("48Mi"));
    assert_eq!(predicted, ["container/@-c1 update live", "container/@-c2 update live", "container/@-c3 update live"]);
    assert_eq!(started(&site), before, "a limit is changed in place");
    let limits = site.docker(&["inspect", "-f", "{{.HostConfig.Memory}}", "@-c1", "@-c2", "@-c3"]).succeeded().stdout;
    assert_eq!(limits.lines().collect::<Vec<_>>(), ["50331648"; 3]);
}

#[test]
fn a_label_or_a_command_replaces_the_container_and_only_it() {
    let site = Site::new("label");
    let unit = |body: &str| {
        format!(
            r#"features.isolation.type = "container"; image.rootfs = "TINY/rootfs.tar"; shutdown.timeout = "0s";
               container.command = [ "/bin/sleep" "1000000" ]; {body}"#
        )
    };
    let host = |a: &str| {
        format!(
            r#"{{ hypervisor.compute.units."@-a" = {{ {} }}; hypervisor.compute.units."@-b" = {{ {} }}; }}"#,
            unit(a),
            unit("")
        )
    };
    site.apply(&host(""));
    let id = |name: &str| site.docker(&["inspect", "-f", "{{.Id}}", name]).succeeded().stdout;
    let (a, b) = (id("@-a"), id("@-b"));
    assert_eq!(site.converge(&host(r#"labels.tier = "front";"#)), ["container/@-a recreate recreate"]);
    assert_ne!(id("@-a"), a);
    assert_eq!(id("@-b"), b, "an unchanged container was replaced");
    assert_eq!(site.docker(&["inspect", "-f", "{{.Config.Labels.tier}}", "@-a"]).succeeded().stdout.trim(), "front");
}

#[test]
fn a_changed_file_of_a_component_reaches_the_container_and_then_nothing_is_left_to_do() {
    let site = Site::new("files");
    let host = |greeting: &str| {
        format!(
            r#"{{
  hypervisor.composition.components."@-motd" = {{
    type = "service";
    configuration.files."/etc/motd".content = "{greeting}";
  }};
  hypervisor.composition.blueprints."@-front".components = [ {{ component = "@-motd"; }} ];
  hypervisor.compute.units."@-c" = {{
    labels.blueprint = "@-front";
    features.isolation.type = "container"; image.rootfs = "TINY/rootfs.tar"; shutdown.timeout = "0s";
    container.command = [ "/bin/sleep" "1000000" ];
  }};
}}"#
        )
    };
    for greeting in ["hello", "hello again", "hello"] {
        site.apply(&host(greeting));
        site.assert_settled(&host(greeting));
        let read = site.docker(&["exec", "@-c", "/bin/cat", "/etc/motd"]).succeeded().stdout;
        assert_eq!(read, greeting);
    }
}

#[test]
fn a_guest_that_does_not_start_with_its_new_kernel_runs_again_with_the_old_one() {
    let site = Site::new("back");
    let good =
        host(r#"resources.memory.size = "128Mi"; shutdown.timeout = "0s"; update.onChange = "restart-if-needed";"#);
    site.apply(&good);
    let before = site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout;

    // It is there, so nothing is missed beforehand; only QEMU finds out that it is no kernel.
    let bad = good.replace("TINY/vmlinuz", "TINY/rootfs.tar");
    let file = site.write(&bad);
    let said = site.refused(&["apply", "--yes", &file.to_string_lossy()]);
    assert!(said.contains("taken back") && said.contains("domain/e2e-back-vm"), "{said}");
    assert_eq!(site.virsh(&["domstate", "@-vm"]).succeeded().stdout.trim(), "running");
    assert_eq!(site.virsh(&["dumpxml", "--inactive", "@-vm"]).succeeded().stdout, before);

    assert_eq!(crate::site::changes(&site.plan(&bad)).collect::<Vec<_>>(), ["domain/e2e-back-vm restart restart"]);
    site.assert_settled(&good);
}

#[test]
fn a_changed_seed_is_a_new_file_and_the_old_one_goes_when_nobody_uses_it() {
    let site = Site::new("seed");
    let seeds = || {
        let read = std::fs::read_dir(site.path("seeds")).expect("seeds are kept there");
        let mut names: Vec<_> = read.map(|entry| entry.expect("an entry").file_name()).collect();
        names.sort();
        names
    };
    let told = |what: &str| host(&format!(r#"resources.memory.size = "128Mi"; cloudInit.userData.motd = "{what}";"#));
    site.apply(&told("one"));
    let first = seeds();
    assert_eq!(first.len(), 1);
    site.apply(&told("other"));
    site.assert_settled(&told("other"));
    let second = seeds();
    assert_eq!(second.len(), 1, "the old seed is left: {second:?}");
    assert_ne!(first, second);
    let media = site.virsh(&["domblklist", "@-vm"]).succeeded().stdout;
    assert!(media.contains(&*second[0].to_string_lossy()), "{media}");
}

#[test]
fn another_archive_behind_a_path_replaces_the_containers_made_of_it_and_only_those() {
    let site = Site::new("archive");
    let (changing, steady) = (site.path("changing.tar"), site.path("steady.tar"));
    std::fs::copy(format!("{TINY}/rootfs.tar"), &changing).expect("tests/setup made the archive");
    std::fs::copy(format!("{TINY}/rootfs.tar"), &steady).expect("tests/setup made the archive");
    let unit = |name: &str, archive: &str| {
        format!(
            r#"hypervisor.compute.units."@-{name}" = {{
  features.isolation.type = "container"; image.rootfs = "{archive}"; shutdown.timeout = "0s";
  container.command = [ "/bin/sleep" "1000000" ];
}};"#
        )
    };
    let host = format!("{{ {} {} {} }}", unit("c1", &changing), unit("c2", &changing), unit("other", &steady));
    site.apply(&host);
    site.assert_settled(&host);
    let images = || {
        let listed = site.docker(&["inspect", "-f", "{{.Config.Image}}", "@-c1", "@-c2", "@-other"]).succeeded().stdout;
        listed.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let before = images();
    assert_eq!(before[0], before[1], "one archive became two images");
    let started = |name: &str| site.docker(&["inspect", "-f", "{{.State.StartedAt}}", name]).succeeded().stdout;
    let (first, other) = (started("@-c1"), started("@-other"));

    site.append_to(&changing, "news", "the second edition");
    let predicted = site.converge(&host);
    let after = images();
    let (new, old) = (format!("container-image/{}", after[0]), format!("container-image/{}", before[0]));
    let recreated = ["container/@-c1 recreate recreate".to_owned(), "container/@-c2 recreate recreate".to_owned()];
    let mut expected = vec![format!("{new} create none"), format!("{old} remove none")];
    expected.sort();
    expected.extend(recreated);
    assert_eq!(predicted, expected);
    for name in ["@-c1", "@-c2"] {
        assert_eq!(site.docker(&["exec", name, "/bin/cat", "/news"]).succeeded().stdout, "the second edition");
    }
    assert_ne!(started("@-c1"), first);
    assert_eq!(started("@-other"), other, "a container of an unchanged archive was restarted");
    assert_ne!(site.docker(&["image", "inspect", &before[0]]).code, 0, "the image that nothing uses is still there");
}

#[test]
fn another_reference_replaces_the_container_and_only_it() {
    let site = Site::new("image");
    for (tag, change) in [("1", "ENV EDITION=first"), ("2", "ENV EDITION=second")] {
        let reference = format!("@-img:{tag}");
        site.docker(&["import", "--change", change, "TINY/rootfs.tar", &reference]).succeeded();
    }
    let host = |tag: &str| {
        format!(
            r#"{{
  hypervisor.compute.units = builtins.mapAttrs (name: tag: {{
    features.isolation.type = "container"; shutdown.timeout = "0s";
    image = {{ source = "@-img:${{tag}}"; pull = "never"; }};
    container.command = [ "/bin/sleep" "1000000" ];
  }}) {{ "@-a" = "{tag}"; "@-b" = "1"; }};
}}"#
        )
    };
    site.apply(&host("1"));
    let started = |name: &str| site.docker(&["inspect", "-f", "{{.State.StartedAt}}", name]).succeeded().stdout;
    let (a, b) = (started("@-a"), started("@-b"));
    assert_eq!(site.converge(&host("2")), ["container/@-a recreate recreate"]);
    assert_ne!(started("@-a"), a);
    assert_eq!(started("@-b"), b, "the container of the other reference was restarted");
    assert_eq!(site.docker(&["exec", "@-a", "/bin/sh", "-c", "echo $EDITION"]).succeeded().stdout.trim(), "second");
}

#[test]
fn a_renamed_container_keeps_the_volume_that_has_its_previous_name() {
    let site = Site::new("renamed");
    let host = |name: &str, previous: &str| {
        format!(
            r#"{{ hypervisor.compute.units."@-{name}" = {{
  previousNames = [ {previous} ];
  features.isolation.type = "container"; image.rootfs = "TINY/rootfs.tar"; shutdown.timeout = "0s";
  container.command = [ "/bin/sleep" "1000000" ];
  storage = [ {{ name = "data"; path = "/data"; }} ];
}}; }}"#
        )
    };
    site.apply(&host("old", ""));
    site.docker(&["exec", "@-old", "/bin/sh", "-c", "echo precious > /data/file"]).succeeded();
    let id = site.docker(&["inspect", "-f", "{{.Id}}", "@-old"]).succeeded().stdout;
    let renamed = host("new", r#""@-old""#);
    assert_eq!(site.converge(&renamed), ["container/@-new rename live"]);
    assert_eq!(site.docker(&["inspect", "-f", "{{.Id}}", "@-new"]).succeeded().stdout, id, "it was made anew");
    assert_eq!(site.docker(&["exec", "@-new", "/bin/cat", "/data/file"]).succeeded().stdout.trim(), "precious");

    let file = site.write(&host("new", ""));
    let said = site.refused(&["plan", &file.to_string_lossy()]);
    assert!(said.contains("previousNames") && said.contains("e2e-renamed-old-data"), "{said}");
}
