"""``python -m tests.fuzz``: run every target for a share of the given time, and say what came of it.

    python -m tests.fuzz --time 120                      all targets, two minutes together
    python -m tests.fuzz --time 60 --target masking      one of them
    python -m tests.fuzz --runs 100000                   100,000 executions of each target
    python -m tests.fuzz --runs 300 --seed 1             the same executions each time, in a new folder
    python -m tests.fuzz --figures                       what all campaigns of this folder came to

The corpus and the figures grow in ``--folder`` from campaign to campaign.  Status 1: a target failed, and its inputs
are in the folder ``found``; put them below ``crashes/`` here once the cause is mended.
"""

import argparse
import json
import sys
from pathlib import Path

from .figures import figures
from .launch import Bound, Result, campaign
from .seeds import ROOT
from .targets import TARGETS

_SHARES = {"judging": 5, "patching": 5, "cfg": 2, "hunk": 2, "litmus": 2}
"""Parts of the time for targets that are slow; the others get one."""
_TIME = 120


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--time", type=int, metavar="SECONDS", help=f"for all targets together ({_TIME}, or no limit)")
    parser.add_argument("--runs", type=int, metavar="N", help="executions of each target")
    parser.add_argument("--seed", type=int, metavar="N", help="of the random numbers")
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), default=[])
    parser.add_argument("--folder", type=Path, default=ROOT / "build" / "fuzz", help="corpus, finds and figures")
    parser.add_argument("--figures", action="store_true", help="print the figures so far, and run nothing")
    return parser.parse_args()


def _bounds(options: argparse.Namespace) -> dict[str, Bound]:
    """How long each of the chosen targets runs."""
    chosen = options.target or list(TARGETS)
    total = options.time or (None if options.runs else _TIME)
    share = total / sum(_SHARES.get(name, 1) for name in chosen) if total else None
    return {
        name: Bound(max(1, int(share * _SHARES.get(name, 1))) if share else None, options.runs, options.seed)
        for name in chosen
    }


def _tell(result: Result) -> None:
    made = f"{result.executions:,} executions in {result.seconds} s"
    print(f"{result.target}: {made}, {result.edges:,} edges", flush=True)
    for path in result.failures:
        last = Path(path).read_bytes().splitlines()[-1:] if path.endswith(".txt") else []
        print(f"  FAILED: {path}", *(line.decode("utf-8", "replace") for line in last), flush=True)


def main() -> int:
    """Run what is asked for; one line per target."""
    options = _options()
    log: Path = options.folder / "figures.jsonl"
    if options.figures:
        print(figures(log), end="")
        return 0
    options.folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for name, bound in _bounds(options).items():
        result = campaign(name, options.folder.resolve(), bound)
        with log.open("a") as stream:
            stream.write(json.dumps(result.row()) + "\n")
        failed = failed or bool(result.failures)
        _tell(result)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
