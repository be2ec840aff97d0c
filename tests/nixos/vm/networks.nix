# docs/examples/networks.nix
{
  name = "hypernix-networks";

  nodes.host.imports = [
    ./host.nix
    ../../../docs/examples/networks.nix
  ];

  testScript = ''
    host.wait_for_unit("hypernix-apply.service")

    with subtest("networks of both backends are there"):
        for network in ["internal", "sealed"]:
            host.succeed(f"virsh net-info {network} | grep -q 'Active: *yes'")
        host.succeed("virsh net-dumpxml internal | grep -q 52:54:00:96:00:0a")
        host.succeed("docker network inspect front | grep -q 172.30.0.0/24")

    with subtest("the declared volume is in its pool, and protected"):
        host.succeed("virsh vol-info --pool fast database | grep -q '20.00 GiB'")
        host.succeed("docker volume inspect pages")

    with subtest("the machine has its disks and its address, the container its own"):
        host.succeed("virsh domstate database | grep -q running")
        host.succeed("virsh domblklist database | grep -q /srv/nvme/volumes")
        host.succeed("docker inspect web | grep -q 172.30.0.10")
  '';
}
