#!/usr/bin/env python3
"""Measures the daemon over N shut-off domains, on a libvirtd of its own.

    tests/bench/private tests/bench/serve.py [--domains 1000] [--idle 60] [--drifts 20]

What it takes to stand by (memory, CPU), how soon a change behind its back is in its answer and healed, and what it
misses when libvirtd is restarted under it: nothing, or the benchmark fails.
"""

import argparse
import json
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

from libvirt import declaration, undefine_all
from measure import HYPERNIX, run

TICKS = os.sysconf("SC_CLK_TCK")


class Daemon:
    """A `hypernix serve` over a state directory."""

    def __init__(self, state):
        self.socket = str(state / "hypernix.sock")
        self.log = open(state / "daemon.log", "w")
        command = [HYPERNIX, "serve", "--no-listen", "--socket", self.socket, "--state-dir", state]
        self.process = subprocess.Popen(command, stderr=self.log)

    def get(self, path):
        """The status code and body of an answer."""
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(self.socket)
            client.sendall(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            answer = b"".join(iter(lambda: client.recv(1 << 16), b"")).decode()
        head, _, body = answer.partition("\r\n\r\n")
        return int(head.split()[1]), body

    def status(self):
        return json.loads(self.get("/v1/status")[1])

    def ready(self):
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False

    def cpu(self):
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self, line="VmRSS"):
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(next(text for text in status.splitlines() if text.startswith(line)).split()[1]) / 1024

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()


def until(what, holds, limit=60):
    """Seconds until it holds."""
    began = time.monotonic()
    while not holds():
        if time.monotonic() - began > limit:
            raise SystemExit(f"{what} did not come about within {limit} s")
        time.sleep(0.005)
    return time.monotonic() - began


def drift(daemon, number):
    """(seconds until a change is in the answer, seconds until it is healed)."""
    name = f"bench-{number:04}"
    run("virsh", "setmem", name, "49152", "--config")
    began = time.monotonic()
    until("the drift", lambda: f"domain/{name}" in daemon.status()["drift"])
    shown = time.monotonic() - began
    until("the healing", lambda: f"domain/{name}" not in daemon.status()["drift"])
    return shown, time.monotonic() - began


def restart_libvirtd(daemon):
    """Seconds until the daemon has found and healed what happened while libvirtd was down and unheard."""
    pid = int(os.environ["LIBVIRTD_PID"])
    os.kill(pid, signal.SIGKILL)
    until("libvirtd's end", lambda: not Path(f"/proc/{pid}").exists() or "Z" in Path(f"/proc/{pid}/stat").read_text())
    until("its loss", lambda: daemon.status()["backends"]["libvirt"]["state"] == "down")
    for path in sorted(Path("/etc/libvirt/qemu").glob("*.xml"))[:5]:
        path.write_text(path.read_text().replace("'KiB'>65536<", "'KiB'>32768<"))
    began = time.monotonic()
    run("libvirtd", "--daemon", "--pid-file", "/run/libvirt/bench.pid")
    until("its return", lambda: daemon.status()["backends"]["libvirt"]["state"] == "up")
    back = time.monotonic() - began

    def healed():
        texts = [path.read_text() for path in sorted(Path("/etc/libvirt/qemu").glob("*.xml"))[:5]]
        return all("'KiB'>32768<" not in text for text in texts)

    until("the healing of what was changed meanwhile", healed)
    until("calm", lambda: daemon.status()["drift"] == {})
    os.environ["LIBVIRTD_PID"] = Path("/run/libvirt/bench.pid").read_text().strip()
    return back, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--idle", type=float, default=60)
    parser.add_argument("--drifts", type=int, default=20)
    arguments = parser.parse_args()
    os.environ["LIBVIRT_DEFAULT_URI"] = "qemu:///system"
    with tempfile.TemporaryDirectory() as work:
        state = Path(work) / "state"
        host = Path(work) / "host.nix"
        host.write_text(declaration(arguments.domains))
        run(HYPERNIX, "apply", "--yes", "--state-dir", state, host)
        daemon = Daemon(state)
        try:
            ready = until("readiness", daemon.ready)
            began_cpu = daemon.cpu()
            time.sleep(arguments.idle)
            idle = (daemon.cpu() - began_cpu) / arguments.idle * 100
            resident = daemon.memory()
            times = [drift(daemon, number) for number in range(arguments.drifts)]
            shown, healed = ([pair[n] for pair in times] for n in (0, 1))
            back, whole = restart_libvirtd(daemon)
            rows = [
                ("ready after the start", f"{ready:.2f} s"),
                ("CPU of start and first reading", f"{began_cpu:.2f} s"),
                (f"CPU while idle, over {arguments.idle:.0f} s", f"{idle:.2f} %"),
                ("memory while idle (RSS)", f"{resident:.1f} MiB"),
                ("a change is in the answer, median of " + str(len(shown)), f"{statistics.median(shown) * 1000:.0f} ms"),
                ("… at worst", f"{max(shown) * 1000:.0f} ms"),
                ("it is healed, median", f"{statistics.median(healed) * 1000:.0f} ms"),
                ("libvirtd killed and started: it answers again", f"{back:.2f} s"),
                ("… and five changes made meanwhile are healed", f"{whole:.2f} s"),
                ("memory at the end (RSS, peak)", f"{daemon.memory():.1f}, {daemon.memory('VmHWM'):.1f} MiB"),
            ]
            print(f"| the daemon over {arguments.domains} shut-off domains | |\n|---|---|")
            print("\n".join(f"| {what} | {figure} |" for what, figure in rows))
        finally:
            daemon.stop()
            undefine_all()


if __name__ == "__main__":
    main()
