"""Judge the files of one kernel tree together, or take what the cache has of them."""

from collections.abc import Sequence

from mtelint.cache import Cache, key_of
from mtelint.engine.files import FoundFile, Group, read_header
from mtelint.engine.verdict import Verdict
from mtelint.rulebook import Rulebook


def judged_group(
    group: Group, excluded: Sequence[bool], book: Rulebook, confirm: bool, cache: Cache | None = None
) -> Verdict:
    """The verdict on the files of ``group``; those ``excluded`` are there for their callees only."""
    header = read_header(group.root)
    if cache is None:
        return _judge(group.files, excluded, header, book, confirm)
    key = key_of(_parts(group.files, excluded, header, book, confirm))
    verdict = cache.get(key)
    if not isinstance(verdict, Verdict):
        verdict = _judge(group.files, excluded, header, book, confirm)
        cache.put(key, verdict)
    return verdict


def _parts(
    files: Sequence[FoundFile], excluded: Sequence[bool], header: bytes | None, book: Rulebook, confirm: bool
) -> list[bytes | str]:
    """All that the verdict depends on."""
    parts: list[bytes | str] = [book.digest, repr((confirm, header is None)), header or b""]
    for file, left_out in zip(files, excluded, strict=True):
        parts += [file.shown, repr(left_out), file.text]
    return parts


def _judge(
    files: Sequence[FoundFile], excluded: Sequence[bool], header: bytes | None, book: Rulebook, confirm: bool
) -> Verdict:
    from mtelint.engine.era import era_of  # the parser is for those who have something to parse
    from mtelint.engine.judge import judge
    from mtelint.engine.sources import Source
    from mtelint.syntax.unit import parse_file

    evidence = [header] if header else []
    sources = [
        Source(parse_file(file.shown, file.text), file.shown, judged=not left_out)
        for file, left_out in zip(files, excluded, strict=True)
    ]
    era = era_of(evidence or [source.unit.text for source in sources])
    return judge(sources, book, era, evidence, confirm=confirm)
