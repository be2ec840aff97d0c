# A Debian with a real systemd, libvirtd and dockerd, in a folder: the machine on which the NixOS module's units are
# switched, rolled back and rebooted (tests/systemd). It is never booted itself; each test boots an overlay of it.
say "a machine with systemd"
image=/var/lib/hypervisor/test/systemd/image
version=$(sha256sum "$here/setup.d/systemd.sh" | cut -c1-16)
if [ "$(cat "$image.version" 2>/dev/null)" != "$version" ]; then
  packages=(
    systemd systemd-sysv libpam-systemd dbus polkitd
    libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients qemu-system-x86 qemu-utils
    dnsmasq-base iptables docker.io procps iproute2
  )
  rm -f "$image.version"
  mkdir -p "${image%/*}"
  log=${image%/*}/debootstrap.log
  unpack_system() {
    rm -rf "$image"
    debootstrap --variant=minbase --include="$(IFS=,; echo "${packages[*]}")" \
      "$(. /etc/os-release && echo "$VERSION_CODENAME")" "$image" http://deb.debian.org/debian >"$log" 2>&1
  }
  # It does not ask a mirror twice that did not answer.
  unpack_system || unpack_system || unpack_system || die "debootstrap failed three times; its log is $log"
  rm -rf "$image"/var/cache/apt/archives/*.deb "$image"/var/lib/apt/lists/*
  : >"$image/etc/machine-id"
  # systemd-nspawn leaves the old control groups read-only, and the engines make groups.
  cat >"$image/etc/systemd/system/control-groups.service" <<'UNIT'
[Unit]
Description=Writable control groups
DefaultDependencies=no
Before=sysinit.target
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'for group in /sys/fs/cgroup/*; do mount -o remount,rw,bind $group; done'
[Install]
WantedBy=sysinit.target
UNIT
  chroot "$image" systemctl enable -q control-groups.service
  echo "$version" >"$image.version"
fi
