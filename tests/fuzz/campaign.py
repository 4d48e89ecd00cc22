"""One target under Atheris, in a process: ``python -m tests.fuzz.campaign TARGET FOUND [libFuzzer option...]``.

What fails is written to the folder FOUND, once per place of failure, and the campaign goes on.
"""

import hashlib
import os
import sys
import traceback
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["mtelint"]):
    from .targets import TARGETS

RETOLD = 3
"""Inputs kept for one place of failure."""


def _place(error: Exception) -> str:
    frames = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
    inner = [frame for frame in frames if "mtelint" in frame or "fuzz" in frame][-1:]
    return hashlib.sha256(f"{type(error).__name__}{inner}".encode()).hexdigest()[:10]


def main() -> None:
    """Hand the target to Atheris, which never returns."""
    name, found = sys.argv[1], Path(sys.argv[2])
    target, kept = TARGETS[name], dict[str, int]()

    def one(data: bytes) -> None:
        try:
            target(data)
        except Exception as error:
            place = _place(error)
            kept[place] = kept.get(place, 0) + 1
            if kept[place] <= RETOLD:
                found.mkdir(parents=True, exist_ok=True)
                (found / f"{place}-{kept[place]}").write_bytes(data)
                (found / f"{place}.txt").write_text(traceback.format_exc())

    os.environ.setdefault("PYTHONHASHSEED", "0")
    atheris.Setup([sys.argv[0], *sys.argv[3:]], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
