"""The limits that mtelint is held to, beside what one session of measuring reached."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tables import Mails, Section
from timing import Measured


@dataclass(frozen=True)
class Reached:
    """All that one session measured."""

    sections: tuple[Section, ...]
    mails: tuple[Mails, ...]

    def section(self, name: str) -> Section | None:
        return next((each for each in self.sections if each.name == name), None)

    def row(self, section: str, name: str) -> Measured | None:
        found = self.section(section)
        return found.row(name) if found else None

    def ratio(self, section: str, name: str) -> float | None:
        found = self.section(section)
        return found.ratio(name) if found else None

    def cpu(self, section: str, name: str) -> float | None:
        found = self.row(section, name)
        return found.cpu if found else None

    def wall(self, section: str, name: str) -> float | None:
        found = self.row(section, name)
        return found.wall if found else None

    def ms(self, name: str) -> float | None:
        return next((each.ms for each in self.mails if each.name == name), None)

    def has(self, name: str) -> bool:
        """Whether a row was measured in any table."""
        return any(each.row(name) for each in self.sections)

    def fewest(self) -> int:
        """Runs of the row that had the fewest."""
        runs = [len(row.runs) for section in self.sections for row in section.rows]
        return min([*runs, *(len(each.seconds) for each in self.mails)])


@dataclass(frozen=True)
class Limit:
    """A figure, the most that it may be, its unit, and how it is read off a session."""

    figure: str
    most: float
    unit: str
    read: Callable[[Reached], float | None]


RIPGREP, PYTHON = "times ripgrep's CPU", "times `python -c pass`"
LIMITS = (
    Limit("`mtelint check`, whole tree", 2.0, RIPGREP, lambda found: found.ratio("whole", "check")),
    Limit("`mtelint check`, middle folders", 5.0, RIPGREP, lambda found: found.ratio("middle", "check")),
    Limit("`mtelint check`, small folders", 0.4, "CPU s", lambda found: found.cpu("small", "check")),
    Limit("`mtelint --version`", 7.0, PYTHON, lambda found: found.ratio("start", "version")),
    Limit("`mtelint patch`, a mail that cannot matter", 9.0, PYTHON, lambda found: found.ratio("start", "patch")),
    Limit("one of many mails that cannot matter, written", 0.6, "CPU ms", lambda found: found.ms("mails-harmless")),
    Limit("one of many mails that cannot matter, known", 0.6, "CPU ms", lambda found: found.ms("known-harmless")),
    Limit("one of many mails that matter, written", 37.0, "CPU ms", lambda found: found.ms("mails-matter")),
    Limit("one of many mails that matter, known", 37.0, "CPU ms", lambda found: found.ms("known-matter")),
    Limit("`mtelint patch --confirm`, the seed mail", 5.0, "s", lambda found: found.wall("seed", "seed")),
)


def compared(found: Reached) -> Iterator[Sequence[str]]:
    """Figure, limit and value of each limit that was measured; a value above its limit is marked."""
    for limit in LIMITS:
        value = limit.read(found)
        if value is not None:
            shown = f"{value:.2f} {limit.unit}"
            yield limit.figure, f"{limit.most:g} {limit.unit}", shown if value <= limit.most else f"**{shown}**"
