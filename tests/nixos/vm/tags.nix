# docs/examples/tags.nix
{
  name = "hypernix-tags";

  nodes.host.imports = [
    ./host.nix
    ../../../docs/examples/tags.nix
  ];

  testScript = ''
    manifest = "/run/current-system/hypervisor/manifest.json"
    host.wait_for_unit("hypernix-apply.service")

    with subtest("all units run, and none starts with the host"):
        for unit in ["lab-1", "lab-2", "lab-3", "lab-big"]:
            host.succeed(f"virsh domstate {unit} | grep -q running")
            host.succeed(f"virsh dominfo {unit} | grep -q 'Autostart: *disable'")

    with subtest("the tag of the higher priority wins"):
        host.succeed("virsh dominfo lab-1 | grep -q 'Max memory: *262144 KiB'")
        host.succeed("virsh dominfo lab-big | grep -q 'Max memory: *1048576 KiB'")

    with subtest("explain tells where a value came from"):
        host.succeed(f"hypernix explain lab-big resources.memory.size -f {manifest} | grep -q roomy")
  '';
}
