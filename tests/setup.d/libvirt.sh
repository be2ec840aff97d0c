# virtlogd and libvirtd, by hand where no systemd runs them.
say "libvirt"
# Without udev /dev/kvm is root's alone. libvirt probes QEMU as another user, sees KVM "not available now", throws
# its cached capabilities away and probes again about twenty times for each define: 84 s instead of 0.1 s.
[ ! -e /dev/kvm ] || chmod 666 /dev/kvm
mkdir -p /run/dbus /run/libvirt /var/lib/hypervisor
if has_systemd; then
  systemctl start virtlogd.socket libvirtd.service
else
  start dbus-daemon /run/dbus/pid dbus-daemon --system --fork
  start virtlogd /run/virtlogd.pid virtlogd -d
  start libvirtd /run/libvirtd.pid libvirtd -d
fi
await "libvirtd" 60 virsh -c qemu:///system list
# Guests of the tests join libvirt's own network. libvirt starts it by itself on some machines, and may be doing so
# at this moment, hence what counts is that it runs and not who started it.
default_runs() { virsh -c qemu:///system net-list --name | grep -qx default; }
default_runs || virsh -q -c qemu:///system net-start default >/dev/null 2>&1 || true
await "libvirt's network \`default\`" 30 default_runs
