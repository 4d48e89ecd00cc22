"""Findings and repairs in the words of the Language Server Protocol."""

from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

from lsprotocol import types

from mtelint.fix import Fix
from mtelint.model import Finding, Severity, Step
from mtelint.records import dataclass
from mtelint.rulebook.book import rules_folder

SOURCE = "mtelint"

_SEVERITIES = {
    Severity.ERROR: types.DiagnosticSeverity.Error,
    Severity.WARNING: types.DiagnosticSeverity.Warning,
    Severity.NOTE: types.DiagnosticSeverity.Information,
}
_UNITS: dict[str, Callable[[str], int]] = {
    "utf-8": lambda text: len(text.encode("utf-8", "surrogatepass")),
    "utf-16": lambda text: len(text.encode("utf-16-le", "surrogatepass")) // 2,
    "utf-32": len,
}


@dataclass(slots=True)
class Positions:
    """Places of a text in the units that client and server agreed on: ``utf-8``, ``utf-16`` or ``utf-32``."""

    text: bytes
    encoding: str
    _starts: list[int]

    @classmethod
    def of(cls, text: bytes, encoding: str) -> "Positions":
        """For one version of a text; lines end with a newline, as compilers count them."""
        starts = [0]
        at = text.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = text.find(b"\n", at + 1)
        return cls(text, encoding, starts)

    def at(self, offset: int) -> types.Position:
        """The position of a byte offset."""
        row = bisect_right(self._starts, offset) - 1
        front = self.text[self._starts[row] : offset].decode("utf-8", "ignore")
        return types.Position(row, _UNITS[self.encoding](front))

    def place(self, line: int, column: int) -> types.Position:
        """The position of a line and byte column, both from 1."""
        row = min(max(line, 1), len(self._starts)) - 1
        end = self._starts[row + 1] - 1 if row + 1 < len(self._starts) else len(self.text)
        return self.at(min(self._starts[row] + max(column, 1) - 1, end))


def diagnostic(finding: Finding, uri: str, positions: Positions) -> types.Diagnostic:
    """A finding, with the steps of its path in this file as related places and a link to its rule's page."""
    link = rule_link(finding)
    steps = [_related(step, uri, positions) for step in finding.steps if step.path == finding.path]
    return types.Diagnostic(
        range=types.Range(
            positions.place(finding.line, finding.column), positions.place(finding.end_line, finding.end_column)
        ),
        message=finding.message, severity=_SEVERITIES[finding.severity], code=finding.rule, source=SOURCE,
        code_description=types.CodeDescription(href=link) if link else None, related_information=steps or None,
        data=finding.fingerprint,
    )  # fmt: skip


def rule_link(finding: Finding) -> str | None:
    """The page of the finding's rule as a file that an editor can open; None where the rules are in an archive."""
    folder = rules_folder()
    return (folder / f"{finding.rule}-{finding.name}.md").as_uri() if isinstance(folder, Path) else None


def _related(step: Step, uri: str, positions: Positions) -> types.DiagnosticRelatedInformation:
    start = positions.place(step.line, step.column)
    end = positions.place(step.end_line, step.end_column) if step.end_line else start
    return types.DiagnosticRelatedInformation(types.Location(uri, types.Range(start, end)), step.message)


def action(fix: Fix, uri: str, version: int | None, shown: types.Diagnostic, positions: Positions) -> types.CodeAction:
    """A repair as a quick fix of its diagnostic, for one version of the file."""
    title = f"{fix.title[:1].upper()}{fix.title[1:]} ({fix.finding.rule})"
    document = types.OptionalVersionedTextDocumentIdentifier(uri=uri, version=version)
    edit = types.TextDocumentEdit(text_document=document, edits=list(_edits(fix, positions)))
    return types.CodeAction(
        title=title, kind=types.CodeActionKind.QuickFix, diagnostics=[shown], is_preferred=True,
        edit=types.WorkspaceEdit(document_changes=[edit]),
    )  # fmt: skip


def _edits(fix: Fix, positions: Positions) -> Iterator[types.TextEdit]:
    for each in fix.edits:
        place = types.Range(positions.at(each.start), positions.at(each.end))
        yield types.TextEdit(place, each.text.decode("utf-8", "replace"))
