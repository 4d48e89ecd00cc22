"""Judge the files of one kernel tree together, or take what the cache has of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from mtelint.engine.find.candidates import FoundFile, Group, read_headers
from mtelint.engine.judge.verdict import Verdict
from mtelint.model.limits import Limits, holding, limits
from mtelint.records import dataclass
from mtelint.rulebook import Rulebook

if TYPE_CHECKING:
    from mtelint.cache import Cache


@dataclass(frozen=True, slots=True)
class Job:
    """All that a verdict on the files of one tree depends on, but for the rulebook.

    Those ``excluded`` are there for their callees only; ``headers`` are those of the tree that tell the era.
    """

    files: tuple[FoundFile, ...]
    excluded: tuple[bool, ...]
    headers: tuple[bytes, ...]
    confirm: bool
    limits: Limits = Limits()

    @property
    def size(self) -> int:
        """Bytes to parse."""
        return sum(len(file.text) for file in self.files)

    def key(self, book: Rulebook) -> str:
        """What the cache calls the verdict."""
        asked = repr((self.confirm, len(self.headers), self.limits))
        parts: list[bytes | str] = [book.digest, asked, *self.headers]
        for file, left_out in zip(self.files, self.excluded, strict=True):
            parts += [file.shown, repr(left_out), file.text]
        from mtelint.cache import key_of  # which loads what a run without a cache does not need

        return key_of(parts)


def job_of(group: Group, excluded: Sequence[bool], confirm: bool, book: Rulebook) -> Job:
    """What is to be judged of a group, by the bounds that hold now."""
    return Job(tuple(group.files), tuple(excluded), read_headers(group.root, book.vocabulary), confirm, limits())


def known(job: Job, book: Rulebook, cache: "Cache | None") -> Verdict | None:
    """The verdict that the cache has."""
    verdict = cache.get(job.key(book)) if cache is not None else None
    return verdict if isinstance(verdict, Verdict) else None


def judged(job: Job, book: Rulebook) -> Verdict:
    """The verdict on the files of ``job``."""
    with holding(job.limits):
        return _judged(job, book)


def _judged(job: Job, book: Rulebook) -> Verdict:
    from mtelint.engine.find.era import era_of  # the parser is for those who have something to parse
    from mtelint.engine.judge.judge import judge
    from mtelint.engine.judge.sources import Source
    from mtelint.syntax.outline import outline_file

    sources = [
        Source(outline_file(file.shown, file.text), file.shown, judged=not left_out)
        for file, left_out in zip(job.files, job.excluded, strict=True)
    ]
    era = era_of(job.headers or [source.unit.text for source in sources], book.vocabulary)
    return judge(sources, book, era, job.headers, confirm=job.confirm)
