"""Markdown of what was measured."""

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from timing import Measured, own_peak


@dataclass(frozen=True)
class Section:
    """A table: rows of one session, and the row that the ratios are to."""

    name: str
    title: str
    rows: tuple[Measured, ...]
    base: str = ""

    def row(self, name: str) -> Measured | None:
        return next((row for row in self.rows if row.name == name), None)

    def ratio(self, name: str) -> float | None:
        """Median of the CPU of a row as a multiple of that of the base; None where one was not measured."""
        mine, base = self.row(name), self.row(self.base)
        return mine.cpu / base.cpu if mine and base else None


def program_table(section: Section) -> str:
    """CPU, wall clock and memory of programs."""
    base = section.row(section.base)
    head = ["", "CPU s", "min..max", "wall s", "peak MB", *([f"times {base.label}"] if base else [])]
    return _table(section.title, head, (_program(section, row) for row in section.rows))


def _program(section: Section, row: Measured) -> list[str]:
    least, most = min(run.cpu for run in row.runs), max(run.cpu for run in row.runs)
    peak = f"{row.peak:.0f}" if row.peak else f"< {own_peak():.0f}"
    ratio = section.ratio(row.name)
    return [
        _label(row), f"{row.cpu:.3f}", f"{least:.3f}..{most:.3f}", f"{row.wall:.3f}", peak,
        *([f"{ratio:.1f}"] if ratio else []),
    ]  # fmt: skip


def _label(row: Measured) -> str:
    """Its name, and how many runs it had where those are fewer than were asked for."""
    number = len(row.runs)
    return row.label if number >= row.wanted else f"{row.label} ({number} run{'s' if number > 1 else ''})"


@dataclass(frozen=True)
class Mails:
    """CPU per mail of one kind of mails, a value for each round; sizes in bytes."""

    name: str
    label: str
    sizes: tuple[int, ...]
    seconds: tuple[float, ...]

    @property
    def ms(self) -> float:
        """Median of the milliseconds for one mail."""
        return statistics.median(self.seconds) * 1000


def mail_table(kinds: Sequence[Mails]) -> str:
    """CPU of mails in one process."""
    rows = (
        [each.label, str(len(each.sizes)), f"{statistics.mean(each.sizes) / 1000:.1f}", f"{each.ms:.2f}",
         f"{min(each.seconds) * 1000:.2f}..{max(each.seconds) * 1000:.2f}"]
        for each in kinds
    )  # fmt: skip
    title = f"Mails, in one process, {len(kinds[0].seconds)} rounds"
    return _table(title, ["", "mails", "kB each", "CPU ms each", "min..max"], rows)


def limit_table(rows: Iterable[Sequence[str]]) -> str:
    return _table("What was asked, and what was reached", ["figure", "asked, at most", "reached"], rows)


def _table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "\n".join([f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""])
