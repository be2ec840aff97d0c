# Nix 2.34, the oracle of the evaluator's tests and benchmarks, unpacked beside the system: Debian 12's own is from
# 2022 and lacks what Nix has learnt since. It is only evaluated with: no store, no daemon.
#
# The packages come from Debian's testing release, through an apt with directories of its own, so that the machine's
# packages stay what they are. Its signature is checked with the keyring of Debian 13, which Debian 12's keyring signs.
say "Nix, as the oracle"
oracle=/var/lib/hypervisor/test/nix-oracle
mirror=http://deb.debian.org/debian
version=$(sha256sum "$here/setup.d/oracle.sh" | cut -c1-16)

# apt in the directories below $1, for the suite $2, signed by a key of $3.
private_apt() {
  local root=$1 suite=$2 keys=$3
  shift 3
  mkdir -p "$root"/{lists/partial,cache/archives/partial,etc/preferences.d,etc/sources.list.d}
  [ -e "$root/status" ] || : >"$root/status"
  echo "deb [signed-by=$keys] $mirror $suite main" >"$root/etc/sources.list"
  apt -o Dir::Etc="$root/etc" -o APT::Sandbox::User=root -o Dir::State="$root" -o Dir::State::status="$root/status" \
    -o Dir::Cache="$root/cache" -o APT::Install-Recommends=false -o Acquire::Languages=none "$@"
}

if [ "$(cat "$oracle/version" 2>/dev/null)" != "$version" ]; then
  work=$(mktemp -d)
  chmod 755 "$work"
  trap 'rm -rf "$work"' EXIT
  keys=$work/keyring/usr/share/keyrings/debian-archive-keyring.gpg
  private_apt "$work/trixie" trixie /usr/share/keyrings/debian-archive-keyring.gpg update
  (cd "$work" && private_apt "$work/trixie" trixie /usr/share/keyrings/debian-archive-keyring.gpg download debian-archive-keyring)
  dpkg-deb -x "$work"/debian-archive-keyring_*.deb "$work/keyring"
  [ -e "$keys" ] || keys=${keys%.gpg}.pgp
  private_apt "$work/forky" forky "$keys" update
  private_apt "$work/forky" forky "$keys" install --download-only -y nix-bin >/dev/null
  rm -rf "$oracle"
  mkdir -p "$oracle/root"
  for package in "$work"/forky/cache/archives/*.deb; do dpkg-deb -x "$package" "$oracle/root"; done
  # Each program of Nix is one binary under several names, run by its own loader with its own libraries.
  mkdir -p "$oracle/bin"
  for name in nix nix-instantiate nix-store nix-hash; do
    cat >"$oracle/bin/$name" <<WRAPPER
#!/bin/sh
export NIX_REMOTE="\${NIX_REMOTE-dummy://}" NIX_CONF_DIR=/dev/null
exec "$oracle/root/usr/lib64/ld-linux-x86-64.so.2" --argv0 $name --library-path "$oracle/root/usr/lib/x86_64-linux-gnu" "$oracle/root/usr/bin/nix" "\$@"
WRAPPER
    chmod 755 "$oracle/bin/$name"
  done
  [ "$("$oracle/bin/nix-instantiate" --eval --expr '1 + 1')" = 2 ] || die "the unpacked Nix does not run"
  echo "$version" >"$oracle/version"
  rm -rf "$work"
  trap - EXIT
fi
