#!/usr/bin/env python3
"""Measures our evaluator against Nix 2.34 on module systems, small programs and a long file.

    tests/bench/eval.py [--nixpkgs-lib /path/to/nixpkgs/lib] [--rounds 5] [--only WORD]

Nix is the oracle that tests/setup puts beside the system (NIX_ORACLE names another nix-instantiate). The two take turns;
each cell is the least CPU time (user and system) of the rounds and the least peak memory. Both must print the same.
"""

import argparse
import os
import subprocess
import tempfile
import time
from pathlib import Path

from measure import HYPERNIX

ROOT = Path(__file__).resolve().parent.parent.parent
PROGRAMS = Path(__file__).resolve().parent / "eval"
ORACLE = os.environ.get("NIX_ORACLE", "/var/lib/hypervisor/test/nix-oracle/bin/nix-instantiate")
COUNTS = [1, 100, 1000, 5000]
MICRO = ["fib", "fold", "sort", "strings", "interpolation", "attributes", "updates", "lists", "json", "records"]
LINES = 10_000


def cost(command):
    """(CPU seconds, peak memory in MiB, output) of a command."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        if status != 0:
            raise SystemExit(f"{command} failed:\n{err.read().decode()[-4000:]}")
        return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, out.read()


def modules(lib, count):
    return f"import {PROGRAMS}/modules.nix {{ lib = import {lib}; count = {count}; }}\n"


def long_file():
    """A function whose set has one attribute a line, of the kinds that configurations are made of."""
    kinds = [
        '  name-{n} = "value ${{toString arg}} of {n}";',
        "  unit-{n}.resources = {{ memory.size = {n}; cpu.cores = 2 + {n}; tags = [ \"a\" \"b\" ]; }};",
        "  call-{n} = lib.mkIf (arg.enable && {n} > 10) (lib.mkForce (map (x: x + {n}) arg.items));",
        "  # A remark on {n}, as long as remarks are, that nobody evaluates but everybody has to skip.",
        "  path-{n} = ./folder/file-{n}.nix;",
        "  text-{n} = ''line {n} of ${{arg.name}}'';",
        "  function-{n} = {{ a, b ? {n}, ... }}@args: if a == null then b else args.c or (a // {{ inherit b; }});",
        "  let-{n} = let x = {n}; y = x * 2; in with arg; [ x y z ];",
    ]
    body = "\n".join(kinds[n % len(kinds)].format(n=n) for n in range(LINES - 4))
    return f"{{ lib, arg }}:\n{{\n{body}\n}}\n"


def rows(nixpkgs_lib):
    """(name, Nix text, whether the answer is JSON) of each row."""
    for name, lib in [("nixpkgs' lib", nixpkgs_lib), ("bundled lib", ROOT / "nix/lib")]:
        if lib:
            yield from ((f"{count:,} units, {name}", modules(lib, count), True) for count in COUNTS)
    yield from ((name, f"(import {PROGRAMS}/micro.nix).{name}\n", True) for name in MICRO)
    yield f"parse {LINES:,} lines", long_file(), False
    yield "nothing", "1\n", True


def ours(file, is_json):
    example = ROOT / "target/release/examples/eval"
    if os.environ.get("EVAL_EXAMPLE"):
        return [example, *([] if is_json else ["--print"]), file]
    return [HYPERNIX, "eval", *(["--json"] if is_json else ["--strict"]), file]


def nix(file, is_json):
    return [ORACLE, "--eval", "--strict", *(["--json"] if is_json else []), file]


def best(file, is_json, rounds):
    """Ours and Nix's least (CPU seconds, MiB)."""
    least = [(float("inf"), float("inf"))] * 2
    for _ in range(rounds):
        outputs = []
        for index, command in enumerate([ours(file, is_json), nix(file, is_json)]):
            seconds, memory, output = cost(command)
            least[index] = (min(least[index][0], seconds), min(least[index][1], memory))
            outputs.append(output.strip())
        if is_json and outputs[0] != outputs[1]:
            raise SystemExit(f"{file}: we say {outputs[0][:200]}, Nix says {outputs[1][:200]}")
    return least


def start_up(rounds):
    """The least wall seconds of evaluating `1`."""
    command = ours("", True)[:-1] + ["--expr", "1"]
    walls = []
    for _ in range(rounds * 10):
        begun = time.monotonic()
        cost(command)
        walls.append(time.monotonic() - begun)
    return min(walls)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nixpkgs-lib", type=Path, help="rows over nixpkgs' lib are left out without it")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", default="", help="only rows whose name has this word")
    args = parser.parse_args()
    print("| | hypernix, CPU s | MiB | Nix, CPU s | MiB | Nix ÷ ours, CPU | MiB |")
    print("|---" * 7 + "|")
    with tempfile.TemporaryDirectory(prefix="hypernix-bench-") as work:
        for name, text, is_json in rows(args.nixpkgs_lib):
            if args.only not in name:
                continue
            file = Path(work) / "row.nix"
            file.write_text(text)
            (cpu, memory), (nix_cpu, nix_memory) = best(file, is_json, args.rounds)
            cells = f"{cpu:.3f} | {memory:.0f} | {nix_cpu:.3f} | {nix_memory:.0f}"
            print(f"| {name} | {cells} | {nix_cpu / cpu:.1f} | {nix_memory / memory:.1f} |", flush=True)
    print(f"\n`hypernix eval --expr 1` takes {start_up(args.rounds) * 1000:.1f} ms of wall time.")


if __name__ == "__main__":
    main()
