# Debian packages: the backends, what the build needs, what the tests ask.
say "packages"
wanted=(
  libvirt-daemon libvirt-daemon-system libvirt-daemon-driver-qemu libvirt-clients libvirt-dev
  qemu-system-x86 qemu-utils ovmf dnsmasq-base iptables dbus
  docker.io busybox-static cpio curl kmod genisoimage
  debootstrap systemd-container
  gcc pkg-config ca-certificates procps
)
missing() {
  local package
  for package in "${wanted[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || echo "$package"
  done
}
# All of them are named, lest one that is there be removed for another's sake.
install_wanted() { apt install -y --no-install-recommends "${wanted[@]}" "$@" >/dev/null; }
if [ -n "$(missing)" ]; then
  export DEBIAN_FRONTEND=noninteractive
  apt update
  # A qemu-utils from backports forbids the stable emulator; the stable one of both is taken then.
  install_wanted 2>/dev/null || install_wanted --allow-downgrades "qemu-utils/$(. /etc/os-release && echo "$VERSION_CODENAME")"
  [ -z "$(missing)" ] || die "apt-get left out: $(missing | xargs)"
fi
if ! command -v cargo >/dev/null && [ -x "$HOME/.cargo/bin/cargo" ]; then export PATH="$HOME/.cargo/bin:$PATH"; fi
command -v cargo >/dev/null || die "cargo is missing: hypernix needs Rust $(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$here/../Cargo.toml") or newer; Debian 12's own is too old, so install rustup and run: rustup default stable"
