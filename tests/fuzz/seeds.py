"""The fixed corpus: our own fixtures as seeds, and inputs that once crashed, which stay for ever."""

from collections.abc import Iterator
from pathlib import Path

from .pieces import CONFIG, DIFF, LITMUS, PAGE, STATE, C

ROOT = Path(__file__).resolve().parents[2]
CRASHES = Path(__file__).with_name("crashes")
"""``crashes/<target>/<name>``: the bytes that a target was given."""
_LONGEST = 4_000
_WORDS = 50
"""Words of one seed: fewer than the bytes of the shortest inputs that a campaign tries."""
PIECES = {"litmus": LITMUS, "pages": PAGE, "vocabulary": PAGE, "splitter": DIFF, "decoder": DIFF, "mails": DIFF,
          "diffs": DIFF, "packed": DIFF, "configuration": CONFIG, "baseline": STATE, "state": STATE}  # fmt: skip
_WHOLE = {
    "pages": [bytes([0, *range(9), 0, *range(9, 17), 19, 17, *range(13, 15), 17])],
    "configuration": [bytes([0, *range(4), 4, 6, 8, 7, 9]), bytes([0, 10, 11, 31, 13, 31, 14, 18])],
    "baseline": [bytes([0, 0, 2, 1]), bytes([0, 0, 2, 31, 2, 1])],
    "state": [bytes([0, 4, 7, 8, 6]), bytes([0, 4, 6, 7, 6, 8])],
    "packed": [bytes([kind, 0, 0, change, 0, 0, *range(0, 60, 3)]) for kind in range(3) for change in (0, 1)],
}
"""Texts of words that are whole, for languages in which few are."""
_FOLDERS = {
    "splitter": ("fixtures/mail",), "decoder": ("fixtures/mail",), "mails": ("fixtures/mail", "fixtures/demo"),
    "diffs": ("fixtures/mail", "fixtures/trees/patches"), "litmus": ("fixtures/litmus",), "pages": ("rules",),
    "vocabulary": ("rules/protocols",),
    "packed": (), "configuration": (), "baseline": (), "state": (),
}  # fmt: skip
_C = ("fixtures/tree", "fixtures/trees/small", "tests/mutations/subjects")


def words_of(target: str) -> tuple[str, ...]:
    """The words of the target's language."""
    return PIECES.get(target, C)


def seeds(target: str) -> Iterator[bytes]:
    """Inputs to begin with: all words in turn, and fixtures (long ones in parts), each after a byte for "as it is"."""
    words = bytes(range(len(words_of(target))))
    yield from (b"\0" + words[start : start + _WORDS] for start in range(0, len(words), _WORDS // 2))
    yield from _WHOLE.get(target, ())
    for folder in _FOLDERS.get(target, _C):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.is_file() and path.suffix not in (".py", ".pyc"):
                yield from (b"\x01" + part for part in _parts(path.read_bytes(), path.suffix))


def _parts(data: bytes, suffix: str) -> Iterator[bytes]:
    """The whole where it is short; functions of C and entries of TOML by themselves."""
    end = {".c": b"\n}\n", ".h": b"\n}\n", ".toml": b"\n\n"}.get(suffix)
    if end is not None:
        yield from (part + end for part in data.split(end) if part.strip() and len(part) <= _LONGEST)
    elif len(data) <= _LONGEST:
        yield data


def crashes(target: str) -> list[Path]:
    """What once crashed a target."""
    folder = CRASHES / target
    return sorted(folder.iterdir()) if folder.is_dir() else []
