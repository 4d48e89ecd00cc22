"""``mtelint lsp`` with the client of pygls over standard input and output, as an editor would run it."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from lsprotocol import types
from pygls.lsp.client import LanguageClient

pytestmark = pytest.mark.integration

DEFECT = """\
/* {note} */
void init_tags(struct page *page)
{{
	if (!try_page_mte_tagging(page))
		return;

	set_page_mte_tagged(page); /* é */
	mte_clear_page_tags(page_address(page));
}}
"""
SECONDS = 60


class Editor:
    """One open file in a client; ``diagnostics()`` waits for what the server publishes next."""

    def __init__(self, client: LanguageClient, file: Path) -> None:
        self.client, self.uri, self.version = client, file.as_uri(), 0
        self.published: asyncio.Queue[types.PublishDiagnosticsParams] = asyncio.Queue()
        self.messages: asyncio.Queue[types.ShowMessageParams] = asyncio.Queue()
        # pygls marks what it is given, which a bound method does not allow
        client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)(lambda params: self.published.put_nowait(params))
        client.feature(types.WINDOW_SHOW_MESSAGE)(lambda params: self.messages.put_nowait(params))

    def open(self, text: str) -> None:
        item = types.TextDocumentItem(self.uri, "c", self.version, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))

    def change(self, text: str) -> None:
        self.version += 1
        document = types.VersionedTextDocumentIdentifier(uri=self.uri, version=self.version)
        whole = [types.TextDocumentContentChangeWholeDocument(text)]
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, whole))

    def close(self) -> None:
        self.client.text_document_did_close(
            types.DidCloseTextDocumentParams(types.TextDocumentIdentifier(self.uri)))  # fmt: skip

    async def diagnostics(self) -> types.PublishDiagnosticsParams:
        return await asyncio.wait_for(self.published.get(), SECONDS)

    async def actions(self, line: int) -> list[types.CodeAction]:
        where = types.Range(types.Position(line, 0), types.Position(line, 0))
        params = types.CodeActionParams(
            types.TextDocumentIdentifier(self.uri), where, types.CodeActionContext(diagnostics=[]))  # fmt: skip
        found = await asyncio.wait_for(self.client.text_document_code_action_async(params), SECONDS)
        return [each for each in found or [] if isinstance(each, types.CodeAction)]


@asynccontextmanager
async def editor(file: Path, encodings: list[types.PositionEncodingKind] | None = None) -> AsyncIterator[Editor]:
    client = LanguageClient("a test", "1")
    opened = Editor(client, file)
    await client.start_io(sys.executable, "-m", "mtelint", "lsp")
    general = types.GeneralClientCapabilities(position_encodings=encodings)
    params = types.InitializeParams(types.ClientCapabilities(general=general))
    started = await asyncio.wait_for(client.initialize_async(params), SECONDS)
    assert started.server_info is not None
    assert started.server_info.name == "mtelint"
    client.initialized(types.InitializedParams())
    yield opened
    await asyncio.wait_for(client.shutdown_async(None), SECONDS)
    client.exit(None)
    await asyncio.wait_for(client.stop(), SECONDS)  # type: ignore[no-untyped-call]  # pygls left it without


def run(story: Callable[[], Coroutine[None, None, None]]) -> None:
    asyncio.run(story())


def applied(text: str, edits: list[types.TextEdit]) -> str:
    """The text after edits in UTF-16 units, from the last to the first."""
    lines = text.split("\n")

    def offset(place: types.Position) -> int:
        front = lines[place.line].encode("utf-16-le")[: place.character * 2].decode("utf-16-le")
        return sum(len(line) + 1 for line in lines[: place.line]) + len(front)

    for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
        text = text[: offset(edit.range.start)] + edit.new_text + text[offset(edit.range.end) :]
    return text


@pytest.fixture
def file(tmp_path: Path) -> Path:
    folder = tmp_path / "arch/arm64/mm"
    folder.mkdir(parents=True)
    return folder / "new.c"


def test_a_finding_is_shown_when_the_file_is_opened_and_goes_when_it_is_repaired(file: Path) -> None:
    async def story() -> None:
        async with editor(file) as ed:
            ed.open(DEFECT.format(note=""))
            shown = await ed.diagnostics()
            (found,) = shown.diagnostics
            assert (found.source, found.code, found.severity) == ("mtelint", "MTE002", types.DiagnosticSeverity.Error)
            assert (found.range.start, found.range.end) == (types.Position(6, 1), types.Position(6, 26))
            assert shown.version == 0
            assert [each.location.range.start.line for each in found.related_information or []] == [3, 6, 6, 7]

            (action,) = await ed.actions(6)
            assert action.kind == types.CodeActionKind.QuickFix
            assert action.edit is not None
            (change,) = action.edit.document_changes or []
            assert isinstance(change, types.TextDocumentEdit)
            edits = [each for each in change.edits if isinstance(each, types.TextEdit)]
            ed.change(applied(DEFECT.format(note=""), edits))
            shown = await ed.diagnostics()
            assert (list(shown.diagnostics), shown.version) == ([], 1)
            assert await ed.actions(6) == []

    run(story)


def test_the_rule_link_is_the_page_of_the_rule(file: Path) -> None:
    async def story() -> None:
        async with editor(file) as ed:
            ed.open(DEFECT.format(note=""))
            (found,) = (await ed.diagnostics()).diagnostics
            assert found.code_description is not None
            page = Path(found.code_description.href.removeprefix("file://"))
            assert "# MTE002: flag-before-tags" in page.read_text(encoding="utf-8")

    run(story)


@pytest.mark.parametrize(("encoding", "end"), [("utf-8", 42), ("utf-16", 40), ("utf-32", 39)])
def test_columns_are_in_the_units_that_the_client_asks_for(file: Path, encoding: str, end: int) -> None:
    async def story() -> None:
        async with editor(file, [types.PositionEncodingKind(encoding)]) as ed:
            ed.open("void f(struct page *page)\n{\n\tif (!try_page_mte_tagging(page))\n\t\treturn;\n"
                    "\t/* \U0001f600 page */ set_page_mte_tagged(page);\n"
                    "\tmte_clear_page_tags(page_address(page));\n}\n")  # fmt: skip
            (found,) = (await ed.diagnostics()).diagnostics
            assert found.range.end == types.Position(4, end)

    run(story)


def test_typing_is_reviewed_once_and_closing_takes_the_findings_away(file: Path) -> None:
    async def story() -> None:
        async with editor(file) as ed:
            ed.open("int x;\n")
            assert not (await ed.diagnostics()).diagnostics
            for number in range(5):
                ed.change(DEFECT.format(note=number))
            shown = await ed.diagnostics()
            assert (len(shown.diagnostics), shown.version) == (1, 5)
            ed.close()
            assert not (await ed.diagnostics()).diagnostics
            assert ed.published.empty()

    run(story)


def test_the_configuration_of_the_folder_holds(file: Path, tmp_path: Path) -> None:
    (tmp_path / ".mtelint.toml").write_text('ignore = ["MTE002"]\n')

    async def story() -> None:
        async with editor(file) as ed:
            ed.open(DEFECT.format(note=""))
            assert not (await ed.diagnostics()).diagnostics

    run(story)


def test_a_broken_configuration_is_told_and_the_server_lives(file: Path, tmp_path: Path) -> None:
    config = tmp_path / ".mtelint.toml"
    config.write_text("ignore = [\n")

    async def story() -> None:
        async with editor(file) as ed:
            ed.open(DEFECT.format(note=""))
            assert ".mtelint.toml" in (await asyncio.wait_for(ed.messages.get(), SECONDS)).message
            config.unlink()
            ed.change(DEFECT.format(note="again"))
            assert len((await ed.diagnostics()).diagnostics) == 1

    run(story)
