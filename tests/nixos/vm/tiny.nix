# The files that the examples name: the tiny guest and the tiny container of
# tests/setup.d/tiny.sh, made of nixpkgs' kernel and busybox, and a disk image
# with nothing on it.
{ lib, pkgs }:
let
  inherit (pkgs.linuxPackages) kernel;
  busybox = pkgs.pkgsStatic.busybox;
  parts = ../../setup.d/guest;
in
{
  kernel = "${kernel}/bzImage";

  initrd = pkgs.runCommand "tiny-initrd" {
    nativeBuildInputs = [
      pkgs.cpio
      pkgs.kmod
      pkgs.xz
    ];
  } ''
    mkdir -p root/{bin,dev,etc/acpi/PWRF,lib,proc,sys,tmp,mnt,var/www}
    cp ${busybox}/bin/busybox root/bin/busybox
    install -m 755 ${parts}/init root/init
    install -m 755 ${parts}/poweroff root/etc/acpi/PWRF/00000080
    install -m 755 ${parts}/udhcpc root/etc/udhcpc
    for module in $(cat ${parts}/modules); do
      modprobe -d ${kernel.modules or kernel} -S ${kernel.modDirVersion} --show-depends $module 2>/dev/null || true
    done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' >modules
    while read -r file; do
      name=$(basename "$file" .xz)
      xz -dc "$file" >"root/lib/$name" 2>/dev/null || cp "$file" "root/lib/$name"
      echo "$name"
    done <modules >root/lib/modules.order
    (cd root && find . -print0 | cpio --null -o -H newc --quiet | gzip -1) >$out
  '';

  rootfs = pkgs.runCommand "tiny-rootfs.tar" { } ''
    mkdir -p root/{bin,etc,proc,sys,dev,tmp,srv}
    cp ${busybox}/bin/busybox root/bin/busybox
    for applet in $(root/bin/busybox --list | grep -vx busybox); do ln -s busybox root/bin/$applet; done
    echo 'hello from a tiny container' >root/srv/index.html
    echo 'root:x:0:0:root:/:/bin/sh' >root/etc/passwd
    tar -C root --sort=name --mtime=@0 --owner=0 --group=0 -cf $out .
  '';

  disk = pkgs.runCommand "empty.qcow2" { nativeBuildInputs = [ pkgs.qemu-utils ]; } ''
    qemu-img create -f qcow2 $out 64M
  '';

  # Stands in for an image of a registry, which a test cannot reach.
  web = pkgs.dockerTools.buildImage {
    name = "docker.io/library/nginx";
    tag = "1.27";
    copyToRoot = [ busybox ];
    config.Cmd = [
      "/bin/httpd"
      "-f"
      "-p"
      "80"
      "-h"
      "/usr/share/nginx/html"
    ];
  };
}
