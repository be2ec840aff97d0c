# What the daemon may do, and why it may do that much: docs/nixos.md has the
# same list for people. `systemd-analyze security` is held to 3.0 by a test.
{ lib, daemon }:
{
  # Root, because libvirt and Docker are as good as root to whoever may speak to
  # them. It keeps the rights over files that disk images of other users need,
  # and the one that puts a guest's interface back on its bridge.
  CapabilityBoundingSet = [
    "CAP_CHOWN"
    "CAP_DAC_OVERRIDE"
    "CAP_FOWNER"
    "CAP_NET_ADMIN"
  ];
  NoNewPrivileges = true;

  # Its state, and what the host's owner lists for scripts of units. The sockets
  # of libvirt, Docker and D-Bus are below /run and need no more than to be seen.
  ProtectSystem = "strict";
  ReadWritePaths = [ "/var/lib/hypervisor" ] ++ daemon.readWritePaths;
  # Images may lie in home directories.
  ProtectHome = "read-only";
  PrivateMounts = true;
  PrivateTmp = true;
  # A guest of one sector is started now and then to see whether KVM works.
  DevicePolicy = "closed";
  DeviceAllow = [ "/dev/kvm rw" ];

  ProtectClock = true;
  ProtectControlGroups = true;
  ProtectHostname = true;
  ProtectKernelLogs = true;
  ProtectKernelModules = true;
  ProtectKernelTunables = true;
  ProtectProc = "invisible";

  # Loopback for clients, guests for health checks, registries and mirrors for
  # images; netlink for bridges.
  RestrictAddressFamilies = [
    "AF_INET"
    "AF_INET6"
    "AF_NETLINK"
    "AF_UNIX"
  ];
  RestrictNamespaces = true;
  RestrictRealtime = true;
  RestrictSUIDSGID = true;
  RemoveIPC = true;
  KeyringMode = "private";
  LockPersonality = true;

  # Memory may be both written and executed: QEMU translates a guest's code, also
  # when it is only asked what it can do.
  SystemCallArchitectures = "native";
  SystemCallErrorNumber = "EPERM";
  SystemCallFilter = [ "@system-service" ];

  # Clients that only hold connections open must not use up what libvirt, Docker
  # and the journal of a run need.
  LimitNOFILE = 65536;
}
