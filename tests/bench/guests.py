#!/usr/bin/env python3
"""Measures starting and stopping N emulated guests: hypernix against a loop of `virsh start` and `virsh shutdown`.

    tests/bench/guests.py [--guests 20]

Starting ends when every domain runs, stopping when every domain is off by its own shutdown. The guests are the tiny
ones of tests/setup, on the host's libvirtd (a private mount namespace would hide them from the cgroups).
"""

import argparse
import shutil
import tempfile
import time
from pathlib import Path

from measure import HYPERNIX, TINY, run, table, timed

VIRSH = ("virsh", "-c", "qemu:///system")


def declaration(count, state):
    units = "\n".join(f'  guest-{n:02} = unit;' for n in range(count))
    return f"""let unit = {{
  state = "{state}"; autostart = false; resources.memory.size = "96Mi"; shutdown.timeout = "120s";
  update.onChange = "restart-if-needed";
  boot = {{ kernel = "{TINY}/vmlinuz"; initrd = "{TINY}/initrd"; cmdline = "console=ttyS0 quiet"; }};
}}; in {{
  hypervisor.compute.units = {{
{units}
  }};
}}
"""


def await_ready(state, count):
    """Waits until every guest has booted, so that it can hear the power button."""
    logs = state / "logs"
    while True:
        ready = sum("tiny guest is ready" in log.read_text(errors="replace") for log in logs.glob("guest-*.log"))
        if ready == count:
            return
        time.sleep(0.2)


def await_off():
    while "guest-" in run(*VIRSH, "list", "--name"):
        time.sleep(0.05)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guests", type=int, default=20)
    args = parser.parse_args()
    names = [f"guest-{n:02}" for n in range(args.guests)]
    state = Path(tempfile.mkdtemp(prefix="bench-", dir="/var/lib/hypervisor/test"))
    state.chmod(0o755)
    files = {word: state / f"{word}.nix" for word in ("running", "stopped")}
    for word, file in files.items():
        file.write_text(declaration(args.guests, word))

    def apply(word):
        run(HYPERNIX, "apply", "--yes", "--json", "--state-dir", state, files[word])

    def clear_logs():
        for log in (state / "logs").glob("guest-*.log"):
            log.write_text("")

    libvirtd = run("pgrep", "-x", "libvirtd").split()[0]
    figures = {}
    try:
        apply("stopped")
        figures["start", "hypernix"] = timed(lambda: apply("running"), libvirtd)
        await_ready(state, args.guests)
        figures["stop", "hypernix"] = timed(lambda: apply("stopped"), libvirtd)
        clear_logs()
        figures["start", "virsh loop"] = timed(lambda: [run(*VIRSH, "start", name) for name in names], libvirtd)
        await_ready(state, args.guests)
        figures["stop", "virsh loop"] = timed(
            lambda: ([run(*VIRSH, "shutdown", name) for name in names], await_off()), libvirtd)
    finally:
        run(HYPERNIX, "destroy", "--all", "--yes", "--state-dir", state, ok=(0, 1))
        shutil.rmtree(state, ignore_errors=True)
    table(f"{args.guests} emulated guests", ["start", "stop"], ["hypernix", "virsh loop"], figures)


if __name__ == "__main__":
    main()
