#!/usr/bin/env python3
"""Measures hypernix against virsh on N shut-off domains, side by side on a libvirtd of its own.

    tests/bench/private tests/bench/libvirt.py [--domains 1000] [--rounds 3]

Each row is the best of the rounds; the contestants take turns. CPU is the client's and libvirtd's together.
Peers: a loop of `virsh define`, and one `virsh` process that is fed all the commands.
"""

import argparse
import os
import shutil
import tempfile
from pathlib import Path

from measure import HYPERNIX, TINY, best_of, run, table

LIBVIRTD = int(os.environ["LIBVIRTD_PID"])
os.environ["LIBVIRT_DEFAULT_URI"] = "qemu:///system"
DEEDS = ["create", "no_op", "one_change", "redefine"]


def declaration(count, memory="64Mi", odd=None):
    """A host with `count` shut-off domains; the one called `odd` has other memory."""
    units = "\n".join(
        f'  bench-{n:04} = unit // {{ resources.memory.size = "{"96Mi" if n == odd else memory}"; }};' for n in range(count)
    )
    return f"""let unit = {{
  state = "stopped"; autostart = false; console.log = false;
  boot = {{ kernel = "{TINY}/vmlinuz"; initrd = "{TINY}/initrd"; cmdline = "console=ttyS0"; }};
  network = [ {{ name = "lan"; capability = "user"; }} ];
}}; in {{
  hypervisor.compute.units = {{
{units}
  }};
}}
"""


class Hypernix:
    """hypernix with a state directory of its own."""

    name = "hypernix"

    def __init__(self, work, count):
        self.state, self.count = work / "state", count
        self.files = {}
        for key, text in {
            "all": declaration(count),
            "one": declaration(count, odd=count // 2),
            "redefine": declaration(count, memory="80Mi"),
        }.items():
            self.files[key] = work / f"{key}.nix"
            self.files[key].write_text(text)

    def apply(self, key):
        run(HYPERNIX, "apply", "--yes", "--json", "--state-dir", self.state, self.files[key])

    def create(self):
        self.apply("all")

    def no_op(self):
        self.apply("all")

    def one_change(self):
        self.apply("one")

    def redefine(self):
        self.apply("redefine")

    def reset(self):
        undefine_all()
        # What libvirt's embedded driver has found out about QEMU is kept: three seconds, once in a machine's life.
        for part in ("state", "generations", "journal"):
            shutil.rmtree(self.state / part, ignore_errors=True)


def undefine_all():
    names = run("virsh", "list", "--all", "--name").split()
    run("virsh", stdin="".join(f"undefine {name}\n" for name in names) or "version\n")


class Virsh:
    """The XML that hypernix defined, defined again by virsh."""

    def __init__(self, work, count):
        self.dir = work / "xml"
        self.dir.mkdir(exist_ok=True)
        self.count = count

    def export(self):
        for name in run("virsh", "list", "--all", "--name").split():
            (self.dir / f"{name}.xml").write_text(run("virsh", "dumpxml", "--inactive", name))

    def files(self):
        return sorted(self.dir.glob("*.xml"))


class VirshLoop(Virsh):
    name = "virsh loop"

    def create(self):
        for file in self.files():
            run("virsh", "define", file)

    def one_change(self):
        run("virsh", "define", self.files()[self.count // 2])

    no_op = create
    redefine = create

    def reset(self):
        undefine_all()


class VirshBatch(VirshLoop):
    name = "virsh batch"

    def create(self):
        run("virsh", stdin="".join(f"define {file}\n" for file in self.files()))

    no_op = create
    redefine = create


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--domains", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hypernix-bench-") as work:
        work = Path(work)
        ours = Hypernix(work, args.domains)
        peers = [VirshLoop(work, args.domains), VirshBatch(work, args.domains)]
        ours.reset()
        ours.create()  # warm-up, and the XML for the peers
        peers[0].export()
        best = best_of(args.rounds, [ours, *peers], DEEDS, LIBVIRTD)
    table(f"{args.domains} shut-off domains", DEEDS, [c.name for c in [ours, *peers]], best)


if __name__ == "__main__":
    main()
