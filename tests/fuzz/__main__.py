"""``python -m tests.fuzz``: run every target for a share of the given time, and say what came of it.

    python -m tests.fuzz --time 120                      all targets, two minutes together
    python -m tests.fuzz --time 60 --target masking      one of them
    python -m tests.fuzz --figures                       what all campaigns of this folder came to

The corpus and the figures grow in ``--folder`` from campaign to campaign.  Status 1: a target failed, and its inputs
are in the folder ``found``; put them below ``crashes/`` here once the cause is mended.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from .seeds import ROOT, crashes, seeds, words_of
from .targets import TARGETS

_PULSE = re.compile(r"^#(\d+)\s+\w+\s+cov: (\d+)", re.MULTILINE)
_MEMORY = 2_048
_ONE_INPUT = 20
_LENGTHS = {"judging": 200, "patching": 200, "cfg": 250, "hunk": 250, "parser": 250, "litmus": 300, "masking": 250,
            "diffs": 250, "mails": 250, "decoder": 250, "splitter": 250, "vocabulary": 1_000}  # fmt: skip
"""Bytes of an input where the work grows with it; elsewhere the option says it."""
_SHARES = {"judging": 5, "patching": 5, "cfg": 2, "hunk": 2, "litmus": 2}
"""Parts of the time for targets that are slow; the others get one."""


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


def campaign(name: str, seconds: int, folder: Path, longest: int) -> dict[str, object]:
    """Run one target; executions, edges, the edges at four fifths of the executions, and the failures found."""
    corpus, found = _corpus(name, folder), folder / "found" / name
    before = set(found.glob("*.txt")) if found.is_dir() else set()
    options = [
        f"-max_total_time={seconds}", f"-max_len={_LENGTHS.get(name, longest)}", f"-rss_limit_mb={_MEMORY}",
        f"-timeout={_ONE_INPUT}",
        f"-dict={_dictionary(name, folder)}", f"-artifact_prefix={folder}/found-{name}-", "-print_final_stats=1",
        "-report_slow_units=5", str(corpus), *(str(path.parent) for path in crashes(name)[:1]),
    ]  # fmt: skip
    started = time.monotonic()
    with tempfile.TemporaryFile("w+") as log:
        done = subprocess.run(
            [sys.executable, "-m", "tests.fuzz.campaign", name, str(found), *options],
            cwd=ROOT, stdout=log, stderr=log, check=False,
        )  # fmt: skip
        log.seek(0)
        said = log.read()
    pulses = [(int(runs), int(edges)) for runs, edges in _PULSE.findall(said)] or [(0, 0)]
    runs, edges = pulses[-1]
    earlier = max((e for r, e in pulses if r <= runs * 0.8), default=0)
    new = sorted(str(path) for path in set(found.glob("*.txt")) - before) if found.is_dir() else []
    if done.returncode:
        log_file = folder / f"died-{name}.log"
        log_file.write_text(said)
        new.append(str(log_file))
    return {"target": name, "executions": runs, "seconds": round(time.monotonic() - started), "edges": edges,
            "edges_before_last_fifth": earlier, "failures": new}  # fmt: skip


def figures(file: Path) -> str:
    """All campaigns of a folder together, as a Markdown table."""
    rows: dict[str, list[dict[str, int]]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        row = json.loads(line)
        rows.setdefault(row["target"], []).append(row)
    out = ["| target | executions | edges | edges before the last fifth |", "|---|---:|---:|---:|"]
    for name in TARGETS:
        every = rows.get(name, [])
        if not every:
            continue
        last = max(every, key=lambda row: row["executions"])
        total = sum(row["executions"] for row in every)
        out.append(f"| {name} | {total:,} | {last['edges']:,} | {last['edges_before_last_fifth']:,} |")
    total = sum(row["executions"] for every in rows.values() for row in every)
    return "\n".join([*out, f"| all | {total:,} | | |"]) + "\n"


def main() -> int:
    """Run what is asked for; one line per target."""
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--time", type=int, default=120, metavar="SECONDS", help="for all targets together")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), default=[])
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz", help="corpus, finds and figures")
    parser.add_argument("--max-len", type=int, default=2_048, metavar="BYTES")
    parser.add_argument("--figures", action="store_true", help="print the figures so far, and run nothing")
    options = parser.parse_args()
    log: Path = options.folder / "figures.jsonl"
    if options.figures:
        print(figures(log), end="")
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    chosen = options.target or list(TARGETS)
    share = options.time / sum(_SHARES.get(name, 1) for name in chosen)
    failed = False
    for name in chosen:
        seconds = max(1, int(share * _SHARES.get(name, 1)))
        result = campaign(name, seconds, options.folder.resolve(), options.max_len)
        with log.open("a") as stream:
            stream.write(json.dumps(result) + "\n")
        failed = failed or bool(result["failures"])
        print(
            f"{name}: {result['executions']:,} executions in {result['seconds']} s, {result['edges']} edges", flush=True
        )
        for path in result["failures"]:  # type: ignore[attr-defined]  # a list by construction
            print(f"  FAILED: {path}", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
