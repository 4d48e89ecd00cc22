"""The server itself: what is opened or changed is reviewed, what is closed is forgotten."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

from lsprotocol import types
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from mtelint import __version__
from mtelint.errors import MtelintError
from mtelint.lsp.convert import Positions, action, diagnostic
from mtelint.lsp.review import Reviewed, review

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
