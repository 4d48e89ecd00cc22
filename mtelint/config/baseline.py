"""The baseline: findings that are known and not reported again, by fingerprint.

One finding a line, sorted, nothing that changes from run to run: a baseline is kept under version control.  Rule, path
and function stand beside each fingerprint for people; only the fingerprint counts.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from msgspec import Struct

from mtelint.errors import InputError
from mtelint.model import Finding

VERSION = 1
_REMEDY = "write it again with --write-baseline"


class Entry(Struct, frozen=True, order=True):
    """One known finding."""

    path: str
    function: str
    rule: str
    fingerprint: str


class Baseline(Struct, frozen=True):
    """The entries of a file named ``name``, and how it says that some match nothing any more."""

    name: str
    entries: tuple[Entry, ...] = ()

    @property
    def fingerprints(self) -> frozenset[str]:
        """Those of all entries."""
        return frozenset(entry.fingerprint for entry in self.entries)

    def stale(self, seen: Iterable[str], scopes: Iterable[str]) -> tuple[Entry, ...]:
        """Entries in the files or below the folders ``scopes`` that none of the fingerprints ``seen`` matches."""
        known, tops = frozenset(seen), tuple(scopes)
        return tuple(e for e in self.entries if e.fingerprint not in known and any(_below(e.path, t) for t in tops))


def _below(path: str, top: str) -> bool:
    return top == "." or path == top or path.startswith(top.rstrip("/") + "/")


def complaint(stale: tuple[Entry, ...]) -> str:
    """One sentence about entries that match nothing any more."""
    named = [f"{e.rule} in {e.function}() of {e.path}" if e.function else f"{e.rule} in {e.path}" for e in stale[:3]]
    more = f" and {len(stale) - 3} more" if len(stale) > 3 else ""
    what = "1 entry matches" if len(stale) == 1 else f"{len(stale)} entries match"
    return f"{what} no finding any more ({', '.join(named)}{more}): {_REMEDY}"


def render_baseline(findings: Iterable[Finding]) -> str:
    """The text of a baseline that holds ``findings``, each fingerprint once."""
    import json  # here and below: a run without a baseline starts faster

    entries = {f.fingerprint: Entry(f.path, f.function or "", f.rule, f.fingerprint) for f in findings}
    lines = ",\n".join(f"  {json.dumps(_row(entry))}" for entry in sorted(entries.values()))
    body = f"[\n{lines}\n ]" if lines else "[]"
    return f'{{\n "mtelint-baseline": {VERSION},\n "findings": {body}\n}}\n'


def _row(entry: Entry) -> dict[str, str]:
    row = {"fingerprint": entry.fingerprint, "rule": entry.rule, "path": entry.path}
    return {**row, "function": entry.function} if entry.function else row


def read_baseline(file: Path) -> Baseline:
    """Read a baseline.

    Raises:
        InputError: it cannot be read, or is no baseline.
    """
    import json

    try:
        data = json.loads(file.read_bytes())
    except OSError as error:
        raise InputError(f"{file}: cannot be read: {error.strerror}: {_REMEDY}") from None
    except json.JSONDecodeError as error:
        raise InputError(f"{file}:{error.lineno}: not valid JSON: {error.msg}: {_REMEDY}") from None
    except (ValueError, RecursionError):  # no UTF-8, a number that is too long, deep nesting
        raise InputError(f"{file}: is no JSON text: {_REMEDY}") from None
    return Baseline(str(file), tuple(_entry(each, file) for each in _rows(data, file)))


def _rows(data: Any, file: Path) -> list[Any]:
    rows = data.get("findings") if isinstance(data, dict) else None
    if not isinstance(rows, list) or "mtelint-baseline" not in data:
        raise InputError(f"{file}: is no baseline of mtelint: name another file, or {_REMEDY}")
    if data["mtelint-baseline"] != VERSION:
        raise InputError(f"{file}: is a baseline of version {data['mtelint-baseline']}, due is {VERSION}: {_REMEDY}")
    return rows


def _entry(row: Any, file: Path) -> Entry:
    texts = row if isinstance(row, dict) and all(isinstance(value, str) for value in row.values()) else {}
    if not {"fingerprint", "rule", "path"} <= texts.keys():
        raise InputError(f"{file}: the entry {row!r} lacks fingerprint, rule or path: {_REMEDY}")
    return Entry(texts["path"], texts.get("function", ""), texts["rule"], texts["fingerprint"])
