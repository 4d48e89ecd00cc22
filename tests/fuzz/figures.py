"""What all campaigns of a folder came to."""

import json
from pathlib import Path

from .targets import TARGETS

Row = dict[str, int]
_HEAD = "| target | executions | edges at 4/5 of the last long campaign | at its end | growth |"


def figures(file: Path) -> str:
    """The campaigns logged in a file as a Markdown table.

    Executions are those of all campaigns; edges those of the last long one: the last with at least half of the
    executions of the longest.
    """
    rows: dict[str, list[Row]] = {}
    for line in file.read_text().splitlines() if file.exists() else ():
        row = json.loads(line)
        rows.setdefault(row["target"], []).append(row)
    out = [_HEAD, "|---|---:|---:|---:|---:|"]
    out += [_line(name, rows[name]) for name in TARGETS if name in rows]
    out.append(f"| all | {sum(row['executions'] for every in rows.values() for row in every):,} | | | |")
    return "\n".join(out) + "\n"


def _line(name: str, every: list[Row]) -> str:
    longest = max(row["executions"] for row in every)
    last = [row for row in every if row["executions"] * 2 >= longest][-1]
    before, after = last["edges_before_last_fifth"], last["edges"]
    growth = 100 * (after - before) / max(1, before)
    return f"| {name} | {sum(row['executions'] for row in every):,} | {before:,} | {after:,} | {growth:.1f} % |"
