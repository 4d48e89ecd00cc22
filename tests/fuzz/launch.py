"""One campaign of one target in a process of its own, and what came of it."""

import os
import re
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from .seeds import ROOT, crashes, seeds, words_of

_PULSE = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+)", re.MULTILINE)
_MEMORY = 2_048
_ONE_INPUT = 60
"""Seconds by the clock, on a machine that may be busy."""
_LENGTHS = {
    "litmus": 300, "diffs": 120, "packed": 120, "vocabulary": 1_000, "pages": 2_048,
    "splitter": 250, "decoder": 250, "mails": 250,
}  # fmt: skip
_LENGTH = 64
"""Bytes of an input: each may stand for a word, so that a text of C is some ten times as long and has twenty lines."""


@dataclass(frozen=True, slots=True)
class Bound:
    """When a campaign ends: after seconds, or executions, whichever comes first; a seed makes it repeatable."""

    seconds: int | None = None
    runs: int | None = None
    seed: int | None = None

    def options(self) -> list[str]:
        """What libFuzzer is told."""
        given = {"max_total_time": self.seconds, "runs": self.runs, "seed": self.seed}
        return [f"-{name}={value}" for name, value in given.items() if value is not None]


@dataclass(frozen=True, slots=True)
class Result:
    """Executions, edges reached at the end and when four fifths of the executions were done, and the failures found."""

    target: str
    executions: int
    seconds: int
    edges: int
    edges_before_last_fifth: int
    failures: tuple[str, ...]

    def row(self) -> dict[str, object]:
        """As a JSON object."""
        return asdict(self)


def _dictionary(name: str, folder: Path) -> Path:
    """The words of the target's language, as libFuzzer reads them."""
    path = folder / f"{name}.dict"
    lines = ["".join(f"\\x{byte:02x}" for byte in word.encode()) for word in words_of(name)]
    path.write_text("".join(f'"{line}"\n' for line in lines))
    return path


def _corpus(name: str, folder: Path) -> Path:
    corpus = folder / "corpus" / name
    corpus.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(seeds(name)):
        seed = corpus / f"seed-{number}"
        if not seed.exists():
            seed.write_bytes(data)
    return corpus


def _run(name: str, folder: Path, bound: Bound) -> tuple[int, str]:
    """Exit status and log of a campaign."""
    options = [
        *bound.options(), f"-max_len={_LENGTHS.get(name, _LENGTH)}",
        f"-rss_limit_mb={_MEMORY}", f"-timeout={_ONE_INPUT}",
        f"-dict={_dictionary(name, folder)}", f"-artifact_prefix={folder}/found-{name}-", "-print_final_stats=1",
        "-report_slow_units=5", str(_corpus(name, folder)), *(str(path.parent) for path in crashes(name)[:1]),
    ]  # fmt: skip
    with tempfile.TemporaryFile("w+", errors="replace") as log:
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.campaign", name, str(folder / "found" / name), *options],
            cwd=ROOT, stdout=log, stderr=log, check=False, env={**os.environ, "PYTHONHASHSEED": "0"},
        )  # fmt: skip
        log.seek(0)
        return done.returncode, log.read()


def campaign(name: str, folder: Path, bound: Bound) -> Result:
    """Run one target within a bound; its corpus in ``folder`` grows, and what fails is kept there."""
    before = _finds(name, folder)
    started = time.monotonic()
    status, said = _run(name, folder, bound)
    pulses = [(int(runs), int(edges)) for runs, edges in _PULSE.findall(said)] or [(0, 0)]
    runs, edges = pulses[-1]
    earlier = max((e for r, e in pulses if r <= runs * 0.8), default=0)
    new = sorted(_finds(name, folder) - before)
    if status:
        log_file = folder / f"died-{name}.log"
        log_file.write_text(said)
        new.append(str(log_file))
    return Result(name, runs, round(time.monotonic() - started), edges, earlier, tuple(new))


def _finds(name: str, folder: Path) -> set[str]:
    """Tracebacks of the target, and inputs that took too long or too much memory."""
    found = [*(folder / "found" / name).glob("*.txt"), *folder.glob(f"found-{name}-*")]
    return {str(path) for path in found if "-slow-unit-" not in path.name}
