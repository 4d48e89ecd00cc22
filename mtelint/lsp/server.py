"""The editor server: documents are reviewed as they are edited, and findings become diagnostics."""

import asyncio
import os
from bisect import bisect_right
from collections.abc import Callable, Iterator
from pathlib import Path

from lsprotocol import types
from msgspec import Struct
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from mtelint import __version__
from mtelint.engine.find.candidates import read_headers
from mtelint.engine.find.era import era_of
from mtelint.engine.review.options import Options
from mtelint.engine.review.report_builder import ReportBuilder
from mtelint.errors import MtelintError
from mtelint.fix import Fix, Workspace, propose_in, workspace_of
from mtelint.model import Finding, Severity, Step, Verdict
from mtelint.patches.trees import kernel_root
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


class Positions(Struct):
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


class Reviewed(Struct, frozen=True):
    """An open file and its findings, as the configuration lets them through; ``space`` is None where none can be."""

    text: bytes
    findings: tuple[Finding, ...] = ()
    space: Workspace | None = None
    verdict: Verdict | None = None

    def fix(self, finding: Finding) -> Fix | None:
        """The proved repair of one of the findings, or None."""
        if self.space is None or self.verdict is None:
            return None
        known = (each for each in self.verdict.findings if each.fingerprint == finding.fingerprint)
        found = next(known, None)
        return propose_in(self.space, self.verdict, found) if found is not None else None


PAUSE = 0.2
"""Seconds without a further change after which a changed file is reviewed."""


class Server(LanguageServer):
    """A language server that remembers the last review of each open file."""

    def __init__(self, pause: float = PAUSE) -> None:
        # Whole texts, not changed ranges: pygls counts a form feed as the end of a line, and kernel files hold some.
        super().__init__("mtelint", __version__, text_document_sync_kind=types.TextDocumentSyncKind.Full)
        self.pause = pause
        self.reviewed: dict[str, tuple[int | None, Reviewed]] = {}
        self.waiting: dict[str, asyncio.Task[None]] = {}

    def look(self, uri: str) -> None:
        """Review an open file and publish what is found; a configuration that cannot be read is shown as a message."""
        document = self.workspace.get_text_document(uri)
        try:
            found = review(Path(to_fs_path(uri) or "untitled.c"), document.source.encode("utf-8", "surrogatepass"))
        except MtelintError as error:
            self.window_show_message(types.ShowMessageParams(types.MessageType.Error, f"mtelint: {error}"))
            return
        self.reviewed[uri] = (document.version, found)
        positions = self.positions(found)
        shown = [diagnostic(finding, uri, positions) for finding in found.findings]
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, shown, document.version))

    def look_soon(self, uri: str) -> None:
        """The same after a pause in typing."""
        self.stop_waiting(uri)
        self.waiting[uri] = asyncio.get_running_loop().create_task(self._wait(uri))

    async def _wait(self, uri: str) -> None:
        await asyncio.sleep(self.pause)
        self.waiting.pop(uri, None)
        self.look(uri)

    def stop_waiting(self, uri: str) -> None:
        """Forget a review that is due."""
        task = self.waiting.pop(uri, None)
        if task is not None:
            task.cancel()

    def forget(self, uri: str) -> None:
        """A closed file has no diagnostics."""
        self.stop_waiting(uri)
        self.reviewed.pop(uri, None)
        self.text_document_publish_diagnostics(types.PublishDiagnosticsParams(uri, []))

    def positions(self, found: Reviewed) -> Positions:
        """Positions in a reviewed text as client and server agreed to count."""
        agreed = self.workspace.position_encoding
        return Positions.of(found.text, agreed.value if isinstance(agreed, types.PositionEncodingKind) else str(agreed))

    def actions(self, uri: str, where: types.Range) -> Iterator[types.CodeAction]:
        """The repairs of the findings in a range; none for a text that has changed since it was reviewed."""
        version, found = self.reviewed.get(uri, (None, None))
        if found is None or version != self.workspace.get_text_document(uri).version:
            return
        positions = self.positions(found)
        for finding in found.findings:
            shown = diagnostic(finding, uri, positions)
            fix = found.fix(finding) if _meet(shown.range, where) else None
            if fix is not None:
                yield action(fix, uri, version, shown, positions)


def _meet(one: types.Range, other: types.Range) -> bool:
    """Whether two ranges share a line: an editor asks with the line of the cursor."""
    return one.start.line <= other.end.line and other.start.line <= one.end.line


def make_server(pause: float = PAUSE) -> Server:
    """A server with its features, not started yet."""
    server = Server(pause)

    @server.feature(types.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: types.DidOpenTextDocumentParams) -> None:
        server.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
    async def changed(params: types.DidChangeTextDocumentParams) -> None:
        server.look_soon(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_SAVE)
    def saved(params: types.DidSaveTextDocumentParams) -> None:
        server.stop_waiting(params.text_document.uri)
        server.look(params.text_document.uri)

    @server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: types.DidCloseTextDocumentParams) -> None:
        server.forget(params.text_document.uri)

    @server.feature(
        types.TEXT_DOCUMENT_CODE_ACTION, types.CodeActionOptions(code_action_kinds=[types.CodeActionKind.QuickFix])
    )
    def code_actions(params: types.CodeActionParams) -> list[types.CodeAction]:
        return list(server.actions(params.text_document.uri, params.range))

    return server


def review(file: Path, text: bytes) -> Reviewed:
    """Review a file as the editor has it, by the headers of its tree and the configuration found upwards of it.

    Raises:
        InputError: the configuration cannot be read.
    """
    options = Options()
    configs = options.configs()
    book = configs.book([file])
    root = kernel_root(file)
    base = root or file.parent
    shown = os.path.relpath(file.resolve(), base.resolve())
    builder = ReportBuilder(configs)
    if not any(needle.encode() in text for needle in book.vocabulary.needles) or builder.excluded(base, shown):
        return Reviewed(text)
    headers = read_headers(root, book.vocabulary)
    space = workspace_of({shown: text}, book, era_of(headers or (text,), book.vocabulary), headers)
    verdict = space.verdict()
    builder.add(verdict, base)
    return Reviewed(text, builder.report(options, book).findings, space, verdict)


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
