"""``python -m tests.mutations FILE... [--json]``: mutate any C file, and say of each mutant whether it is found."""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from mtelint.engine.find.era import era_of
from mtelint.rulebook import load

from . import operators
from .mutants import OPERATORS, Verdict, judge, mutants


def verdicts(path: Path, shown: str, chosen: Sequence[str]) -> Iterator[Verdict]:
    """Mutate one file, of the era that its content shows, and judge each mutant against the file as it is."""
    text = path.read_bytes().decode("utf-8", "replace")
    era = era_of([text.encode()], load().vocabulary)
    for mutant in mutants(path.stem, text):
        if not chosen or mutant.operator in chosen:
            yield judge(shown, mutant, era)


def as_line(verdict: Verdict) -> str:
    mutant = verdict.mutant
    state = "killed  " if verdict.killed else "SURVIVED"
    found = " ".join(verdict.found) or "nothing"
    return f"{state} {mutant.name}: expected {' or '.join(mutant.expected)}, found {found}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print one line (or one JSON object) per mutant, and a line with the score at the end."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE", help="C files; best correct ones")
    parser.add_argument("--json", action="store_true", help="one JSON object per mutant and line")
    parser.add_argument("--operator", action="append", default=[], choices=sorted(OPERATORS), metavar="NAME")
    parser.add_argument("--show", metavar="MUTANT", help="print the text of this mutant instead")
    parser.add_argument("--path", help="the path under which the code is reviewed (default: the file's own)")
    options = parser.parse_args(arguments)
    total = killed = 0
    for file in options.files:
        if options.show:
            found = [m for m in mutants(file.stem, file.read_text(errors="replace")) if m.name == options.show]
            sys.stdout.writelines(m.text for m in found)
            continue
        for verdict in verdicts(file, options.path or str(file), options.operator):
            total, killed = total + 1, killed + verdict.killed
            print(json.dumps(verdict.as_json()) if options.json else as_line(verdict), flush=True)
    if not options.json and not options.show:
        print(f"{killed} of {total} mutants killed by {len(operators.__all__)} families of operators")
    return 0


if __name__ == "__main__":
    sys.exit(main())
