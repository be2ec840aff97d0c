# docs/examples/components.nix
{
  name = "hypernix-components";

  nodes.host.imports = [
    ./host.nix
    ../../../docs/examples/components.nix
  ];

  testScript = ''
    host.wait_for_unit("hypernix-apply.service")

    with subtest("the unit and the instance run, each with its seed"):
        for unit in ["shop", "shop-staging"]:
            host.succeed(f"virsh domstate {unit} | grep -q running")
            host.succeed(f"virsh domblklist {unit} | grep -q /var/lib/hypervisor/seeds")

    with subtest("the components' smallest memory is kept to"):
        host.succeed("virsh dominfo shop | grep -q 'Max memory: *1048576 KiB'")
  '';
}
