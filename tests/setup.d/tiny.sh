# The tiny guest (Debian's cloud kernel with a static busybox as its initial RAM disk; it boots under software
# emulation in about two seconds) and the tiny container image (the same busybox). No registry, no internet but
# Debian's packages.
say "tiny guest and image"
tiny=/var/lib/hypervisor/test/tiny
guest=$here/setup.d/guest
version=$(cat "$guest"/* "$here/setup.d/tiny.sh" | sha256sum | cut -c1-16)
if [ "$(cat "$tiny/version" 2>/dev/null)" != "$version" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  busybox=$(command -v busybox) || die "busybox is missing: apt-get install busybox-static"

  # The kernel is unpacked, not installed: the host keeps its own.
  unpack_kernel() (
    cd "$work"
    kernel=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/.*Depends: \(linux-image-[0-9].*\)/\1/p' | head -1)
    [ -n "$kernel" ] && apt download "$kernel" 2>/dev/null && dpkg-deb -x "$kernel"_*.deb kernel
  )
  # The lists of packages may be missing, or older than the mirror's kernel.
  unpack_kernel || { apt update && unpack_kernel; } || die "cannot download Debian's cloud kernel, linux-image-cloud-amd64"

  root=$work/root
  mkdir -p "$root"/{bin,dev,etc/acpi/PWRF,lib,proc,sys,tmp,mnt,var/www}
  cp "$busybox" "$root/bin/busybox"
  install -m 755 "$guest/init" "$root/init"
  install -m 755 "$guest/poweroff" "$root/etc/acpi/PWRF/00000080"
  install -m 755 "$guest/udhcpc" "$root/etc/udhcpc"
  modules=$(cat "$guest/modules")
  (cd "$work/kernel" && depmod -b "$work/kernel" "$(ls lib/modules)")
  # A driver that this kernel has built in, or lacks, has no file: not an error.
  for module in $modules; do
    modprobe -d "$work/kernel" -S "$(ls "$work/kernel/lib/modules")" --show-depends "$module" 2>/dev/null || true
  done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >"$work/modules"
  while read -r file; do
    cp "$file" "$root/lib/$(basename "$file")"
    basename "$file"
  done <"$work/modules" >"$root/lib/modules.order"
  (cd "$root" && find . -print0 | cpio --null -o -H newc --quiet | gzip -1) >"$work/initrd"

  rootfs=$work/rootfs
  mkdir -p "$rootfs"/{bin,etc,proc,sys,dev,tmp,srv}
  cp "$busybox" "$rootfs/bin/busybox"
  for applet in $("$busybox" --list | grep -vx busybox); do ln -s busybox "$rootfs/bin/$applet"; done
  echo 'hello from a tiny container' >"$rootfs/srv/index.html"
  echo 'root:x:0:0:root:/:/bin/sh' >"$rootfs/etc/passwd"

  mkdir -p "$tiny"
  cp "$work"/kernel/boot/vmlinuz-* "$tiny/vmlinuz"
  cp "$work/initrd" "$tiny/initrd"
  tar -C "$rootfs" --sort=name --mtime=@0 --owner=0 --group=0 -cf "$tiny/rootfs.tar" .
  chmod 644 "$tiny"/*
  echo "$version" >"$tiny/version"
  rm -rf "$work"
  trap - EXIT
fi
