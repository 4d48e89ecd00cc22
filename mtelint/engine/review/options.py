"""What a review is asked for, and how many processes pay for it."""

import os
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from mtelint.config import Baseline, Configs, Said
from mtelint.mail.inputs import Input
from mtelint.model import Confidence, Severity
from mtelint.model.limits import Limits

__all__ = ["Input", "Options", "processes_for"]


class Options(Struct, frozen=True):
    """Options of a review.

    ``select`` and ``ignore`` hold rule ids or names; empty or None, as the levels, leaves it to the configuration.
    ``config`` is a configuration file that holds in place of those found upwards from each file; findings in
    ``baseline`` are known.  ``show_all`` adds existing and fixed findings of a patch; ``command`` is how a reader
    reproduces the run.
    """

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    min_severity: Severity | None = None
    min_confidence: Confidence | None = None
    show_all: bool = False
    tree: str | None = None
    base: str = "."
    """Without a tree: the folder that the paths of a patch count from, for the configuration."""
    rev: str | None = None
    quoted: bool = False
    confirm: bool = False
    index: str | None = None
    """For staged changes: the index file, where a running commit has one of its own (``GIT_INDEX_FILE``)."""
    jobs: int = 1
    """Processes for mail files, and for kernel trees; 0 is as many as pay."""
    cache: Path | None = None
    """Folder of results by content; None to do without."""
    command: str = "mtelint"
    config: Path | None = None
    limits: tuple[tuple[str, int], ...] = ()
    """Bounds by name, over those of the configuration."""
    baseline: Baseline | None = None

    def configs(self) -> Configs:
        """Finds what holds for each file of a run."""
        return Configs(self.config, Said(self.select, self.ignore, self.min_severity, self.min_confidence))

    @property
    def place(self) -> Path:
        """The folder that the paths of a patch count from."""
        return Path(self.tree or self.base)

    def bounds(self, place: Path) -> Limits:
        """The bounds of a run on a place: the options over the configuration there; raises as ``Configs.of``."""
        config = self.configs().of(place)
        return Limits(**{**(config.limits if config is not None else {}), **dict(self.limits)})


def processes_for(sizes: Sequence[int], asked: int, worth: int) -> int:
    """What was ``asked`` for, no more than there are parts; for 0 one, unless as much as ``worth`` is taken off it.

    ``sizes`` are those of the parts.  What takes longest is the largest part, or a share of all.
    """
    if len(sizes) < 2:
        return 1
    if asked:
        return min(asked, len(sizes))
    processes = min(_processors(), len(sizes))
    longest = max(max(sizes), sum(sizes) // processes)
    return processes if sum(sizes) - longest >= worth else 1


def _processors() -> int:
    """Those that this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)  # which not every system has
    return len(affinity(0)) if affinity else os.cpu_count() or 1
