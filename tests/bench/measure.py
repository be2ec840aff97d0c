"""What the benchmarks share: running a command, and the wall and CPU seconds of a deed."""

import os
import resource
import subprocess
import time
from pathlib import Path

HYPERNIX = Path(__file__).resolve().parent.parent.parent / "target/release/hypernix"
TINY = "/var/lib/hypervisor/test/tiny"


def run(*command, stdin=None, cwd=None, ok=(0,)):
    """The command's standard output; ends the benchmark where it fails."""
    done = subprocess.run(command, input=stdin, cwd=cwd, capture_output=True, text=True)
    if done.returncode not in ok:
        raise SystemExit(f"{command} failed with {done.returncode}:\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}")
    return done.stdout


def timed(deed, daemon):
    """(wall, cpu) seconds of a deed; CPU is that of our child processes and of the process `daemon`."""
    cpu_before, wall_before = cpu(daemon), time.monotonic()
    deed()
    return time.monotonic() - wall_before, cpu(daemon) - cpu_before


def cpu(daemon):
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    fields = Path(f"/proc/{daemon}/stat").read_text().rsplit(")", 1)[1].split()
    return children.ru_utime + children.ru_stime + (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def table(title, deeds, names, figures):
    """A Markdown table: a row a deed, a column a contestant, ours first, and the first peer's ratio to ours."""
    print(f"| {title} | " + " | ".join(f"{name}, wall (CPU) s" for name in names) + f" | {names[1]} ÷ ours |")
    print("|---" * (len(names) + 2) + "|")
    for deed in deeds:
        cells = [f"{wall:.3f} ({used:.2f})" for wall, used in (figures[deed, name] for name in names)]
        ratio = figures[deed, names[1]][0] / figures[deed, names[0]][0]
        print(f"| {deed.replace('_', ' ')} | " + " | ".join(cells) + f" | {ratio:.1f} |")


def best_of(rounds, contestants, deeds, daemon):
    """The best (wall, cpu) by (deed, contestant); they take turns, each beginning from a reset."""
    best = {}
    for _ in range(rounds):
        for contestant in contestants:
            contestant.reset()
            for deed in deeds:
                figures = timed(getattr(contestant, deed), daemon)
                key = (deed, contestant.name)
                best[key] = min(best.get(key, figures), figures)
            contestant.reset()
    return best
