#!/usr/bin/env python3
"""Measures hypernix against docker-compose 1.29 (Debian's docker-compose package) on N containers.

    tests/bench/docker.py [--containers 50] [--rounds 3]

Each row is the best of the rounds; the contestants take turns. CPU is the client's and dockerd's together.
"""

import argparse
import json
import shutil
import tempfile
from pathlib import Path

from measure import HYPERNIX, TINY, best_of, run, table

IMAGE = "hypernix-bench:1"
DEEDS = ["create", "no_op", "one_change"]


class Hypernix:
    name = "hypernix"

    def __init__(self, work, count):
        self.state = work / "state"
        self.files = {"all": work / "all.nix", "one": work / "one.nix"}
        for key, file in self.files.items():
            file.write_text(self.declaration(count, count // 2 if key == "one" else None))

    @staticmethod
    def declaration(count, odd):
        units = "\n".join(
            f'  bench-{n:03} = unit // {{ resources.memory.size = "{"48Mi" if n == odd else "32Mi"}"; }};' for n in range(count)
        )
        return f"""let unit = {{
  features.isolation.type = "container";
  image = {{ source = "{IMAGE}"; pull = "never"; }};
  container.command = [ "/bin/sleep" "1000000" ];
  shutdown.timeout = "0s";
}}; in {{
  hypervisor.compute.units = {{
{units}
  }};
}}
"""

    def apply(self, key):
        run(HYPERNIX, "apply", "--yes", "--json", "--state-dir", self.state, self.files[key])

    def create(self):
        self.apply("all")

    def no_op(self):
        self.apply("all")

    def one_change(self):
        self.apply("one")

    def reset(self):
        if self.state.exists():
            run(HYPERNIX, "destroy", "--all", "--yes", "--state-dir", self.state)
        shutil.rmtree(self.state, ignore_errors=True)


class Compose:
    name = "docker-compose"

    def __init__(self, work, count):
        self.dir = work / "compose"
        self.dir.mkdir()
        for key, odd in {"all": None, "one": count // 2}.items():
            services = {
                f"bench-{n:03}": {
                    "image": IMAGE,
                    "command": ["/bin/sleep", "1000000"],
                    "mem_limit": "48m" if n == odd else "32m",
                    "restart": "unless-stopped",
                    "stop_grace_period": "0s",
                }
                for n in range(count)
            }
            (self.dir / f"{key}.json").write_text(json.dumps({"version": "2.4", "services": services}))

    def compose(self, key, *words):
        run("docker-compose", "-p", "hypernixbench", "-f", f"{key}.json", *words, cwd=self.dir)

    def create(self):
        self.compose("all", "up", "-d")

    no_op = create

    def one_change(self):
        self.compose("one", "up", "-d")

    def reset(self):
        self.compose("all", "down", "-t", "0")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--containers", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=3)
    args = parser.parse_args()
    dockerd = run("pgrep", "-x", "dockerd").split()[0]
    run("docker", "import", f"{TINY}/rootfs.tar", IMAGE)
    with tempfile.TemporaryDirectory(prefix="hypernix-bench-") as work:
        work = Path(work)
        contestants = [Hypernix(work, args.containers), Compose(work, args.containers)]
        best = best_of(args.rounds, contestants, DEEDS, dockerd)
    run("docker", "rmi", IMAGE)
    table(f"{args.containers} containers", DEEDS, [c.name for c in contestants], best)


if __name__ == "__main__":
    main()
