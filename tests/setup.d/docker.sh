# dockerd, by hand where no systemd runs it.
say "docker"
if has_systemd; then
  systemctl start docker.service
else
  mkdir -p /var/log /run/docker
  running dockerd || running containerd || rm -f /run/docker/containerd/containerd.pid
  start dockerd /run/docker.pid setsid --fork dockerd >/var/log/dockerd.log 2>&1 </dev/null
fi
await "dockerd (its log is /var/log/dockerd.log)" 60 docker info
