"""Measures the memory-model simulator: agreement and time, beside herd7 where one is on the PATH.

Run from the repository: ``python benchmarks/litmus.py [--repeat N] [--herd7 PATH]``.  Reads the kernel's own litmus
tests below ``$MTELINT_KERNELS`` (default ``~/.cache/mtelint/kernels``) and the corpus in ``$MTELINT_CORPUS`` (default
``../shared``); what is absent is left out and said.  Times are in-process, parsing included, on one CPU.
"""

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from places import CORPUS, KERNELS, ROOT

sys.path.insert(0, str(ROOT))

from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.output.answers import agrees
from mtelint.memsim.search.decide import decide
from mtelint.memsim.search.outcome import Outcome


@dataclass(frozen=True)
class Run:
    """One file, answered: the fastest of the repetitions counts."""

    path: Path
    outcome: Outcome
    seconds: float


def answer(path: Path, model: str, repeat: int) -> Run:
    best = float("inf")
    for _ in range(repeat):
        started = time.perf_counter()
        outcome = decide(parse_litmus(path.read_text(encoding="utf-8"), str(path)), model, bound=1_000_000)
        best = min(best, time.perf_counter() - started)
    return Run(path, outcome, best)


def milliseconds(seconds: Iterable[float]) -> str:
    values = sorted(seconds)
    p99 = values[min(len(values) - 1, int(len(values) * 0.99))]
    return f"median {statistics.median(values) * 1e3:.2f} ms, p99 {p99 * 1e3:.1f} ms, max {values[-1] * 1e3:.1f} ms"


def kernel_files() -> list[Path]:
    tree = KERNELS / "linux-source-6.1"
    found = sorted((tree / "tools/memory-model/litmus-tests").glob("*.litmus"))
    found += sorted((tree / "Documentation/litmus-tests").glob("*/*.litmus"))
    if not found:
        print(f"kernel tests: left out, no Linux 6.1 source at {tree}")
    return found


def corpus_folder(name: str) -> Path | None:
    folder = CORPUS / "litmus" / name
    if folder.is_dir():
        return folder
    print(f"{name}: left out, no {folder}")
    return None


def measure_kernel(repeat: int) -> list[Run]:
    files = kernel_files()
    runs = [answer(path, model, repeat) for model in ("lkmm", "lkmm-6.1") for path in files]
    if runs:
        right = sum(agrees(run.outcome) is True for run in runs)
        print(f"kernel tests (Linux 6.1), both models: {right}/{len(runs)} as their Result lines say")
    return runs


def measure_corpus(name: str, race: str, repeat: int) -> list[Run]:
    folder = corpus_folder(name)
    if folder is None:
        return []
    stored = json.loads((folder / "verdicts.json").read_text())
    runs, right = [], 0
    for model, key in (("lkmm-6.1", "6.1"), ("lkmm", "6.3")):
        for path in sorted(folder.glob("*.litmus")):
            run = answer(path, model, repeat)
            right += same(run.outcome, stored[path.stem][key], race)
            runs.append(run)
    print(f"{name}, both models: {right}/{len(runs)} as herd7")
    return runs


def same(outcome: Outcome, wanted: dict[str, Any], race: str) -> bool:
    states = wanted.get("states")
    if isinstance(states, list):
        found = sorted(" ".join(f"{name}={value}" for name, value in state.items()) for state in outcome.states)
        if found != sorted(states):
            return False
    elif states is not None and states != len(outcome.states):
        return False
    raced = bool(wanted.get(race, outcome.data_race))
    return outcome.verdict.value == str(wanted["verdict"]) and outcome.data_race == raced


def measure_scale() -> None:
    folder = corpus_folder("scale")
    for path in sorted(folder.glob("*.litmus")) if folder else ():
        run = answer(path, "lkmm", 1)
        print(f"  {path.stem:12} {run.outcome.verdict.value:9} {len(run.outcome.states):5} states"
              f" {run.outcome.candidates:6} candidates {run.seconds:8.3f} s {run.outcome.reason or ''}")  # fmt: skip


def against_herd(runs: list[Run], herd: str) -> None:
    """Median ratio of herd7's own time (as it reports it) to ours, file by file."""
    ratios, differing = [], []
    for run in (run for run in runs if run.outcome.model == "lkmm"):
        command = [herd, "-conf", "linux-kernel.cfg", str(run.path)]
        printed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        lines = {line.split()[0]: line.split() for line in printed.splitlines() if line.split()}
        if "Observation" not in lines or "Time" not in lines:
            continue
        ratios.append(max(float(lines["Time"][2]), 0.005) / run.seconds)
        if lines["Observation"][2] != run.outcome.verdict.value:
            differing.append(run.path.stem)
    if ratios:
        print(f"herd7: {len(ratios)} files, {statistics.median(ratios):.1f} times our time in the median,"
              f" {len(differing)} verdicts differ {differing}")  # fmt: skip
    else:
        print("herd7: no answer to any file (does it find linux-kernel.cfg?)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--herd7", default=shutil.which("herd7"))
    options = parser.parse_args()
    runs = measure_kernel(options.repeat) + measure_corpus("scenarios", "data_race", options.repeat)
    if runs:
        print(f"  {milliseconds(run.seconds for run in runs)} ({len(runs)} answers)")
    grid = measure_corpus("grid", "race", 1)
    if grid:
        print(f"  {milliseconds(run.seconds for run in grid)}")
    print("families that grow:")
    measure_scale()
    if options.herd7:
        against_herd(runs, options.herd7)
    else:
        print("herd7: not on the PATH, no comparison")


if __name__ == "__main__":
    main()
