# docs/examples/quickstart.nix, and what a switch does to what it declares.
{ lib, ... }:
{
  name = "hypernix-quickstart";

  nodes.host = {
    imports = [
      ./host.nix
      ../../../docs/examples/quickstart.nix
    ];
    specialisation = {
      # A change that can be made live, and one more unit.
      changed.configuration.hypervisor.compute.units = {
        tiny-vm.description = lib.mkForce "Another description";
        tiny-too = {
          features.isolation.type = "container";
          image.rootfs = "/var/lib/hypervisor/test/tiny/rootfs.tar";
          container.command = [
            "/bin/sleep"
            "1d"
          ];
        };
      };
      # A plan that cannot work: the kernel is not there.
      broken.configuration.hypervisor.compute.units.tiny-vm.boot.kernel = lib.mkForce "/nowhere";
    };
  };

  testScript = ''
    system = "/run/booted-system"
    switch = "bin/switch-to-configuration"

    def pid():
        return host.succeed("cat /run/libvirt/qemu/tiny-vm.pid")

    def started():
        return host.succeed("docker inspect --format '{{.State.StartedAt}}' tiny-web")

    host.wait_for_unit("multi-user.target")

    with subtest("the generation's declaration is applied at boot"):
        host.wait_for_unit("hypernix-apply.service")
        host.succeed("test -e /run/current-system/hypervisor/manifest.json")
        host.succeed("virsh domstate tiny-vm | grep -q running")
        host.wait_until_succeeds("curl -sf http://127.0.0.1:8080/ | grep -q 'tiny container'")
        host.succeed("hypernix list | grep -q tiny-vm")

    with subtest("the daemon runs, and its socket is for the group"):
        host.wait_for_unit("hypernix.service")
        host.succeed("test $(stat -c %G:%a /run/hypernix/hypernix.sock) = hypervisor:660")
        host.succeed("systemd-analyze security --threshold=30 hypernix.service")

    guest, container = pid(), started()

    with subtest("a dry run prints the plan and touches nothing"):
        said = host.succeed(f"{system}/specialisation/changed/{switch} dry-activate 2>&1")
        assert "tiny-too" in said, said
        host.fail("docker inspect tiny-too")

    with subtest("a switch changes what changed and nothing else"):
        host.succeed(f"{system}/specialisation/changed/{switch} test")
        host.wait_until_succeeds("docker inspect tiny-too")
        assert pid() == guest, "the guest was restarted"
        assert started() == container, "the container was restarted"
        host.succeed("virsh desc tiny-vm | grep -q 'Another description'")

    with subtest("a plan that cannot work stops the switch before anything changes"):
        host.fail(f"{system}/specialisation/broken/{switch} test")
        assert pid() == guest, "the guest was restarted"

    with subtest("going back brings the units back"):
        host.succeed(f"{system}/{switch} test")
        host.wait_until_fails("docker inspect --format '{{.State.Running}}' tiny-too | grep -q true")
        assert pid() == guest, "the guest was restarted"

    with subtest("a daemon that dies takes nothing along, and comes back"):
        host.succeed("systemctl kill --signal=KILL hypernix.service")
        host.wait_for_unit("hypernix.service")
        assert pid() == guest, "the guest was restarted"
        assert started() == container, "the container was restarted"
  '';
}
