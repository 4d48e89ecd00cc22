"""The targets.  A target returns for any bytes; what a law forbids is an AssertionError, a crash is any other error."""

import io
import re
from collections.abc import Callable
from contextlib import suppress

from mtelint.engine import review_patch_text, review_text
from mtelint.errors import InputError, RulebookError
from mtelint.flow.cfg import build_cfgs
from mtelint.flow.graph import Cfg
from mtelint.memsim.explore import decide
from mtelint.memsim.parse import parse_litmus
from mtelint.model import Era, Skipped
from mtelint.patches import read_patches
from mtelint.patches.diffs import file_diffs
from mtelint.patches.linemap import post_fragment, pre_fragment
from mtelint.patches.mailbox import MESSAGE_LIMIT, RawKind, split_stream
from mtelint.patches.mime import FAILURES, decode_text, letters
from mtelint.patches.reader import letter_patches, read_letters
from mtelint.patches.text import logical_lines, unquoted_layers
from mtelint.patches.values import SegmentStatus
from mtelint.rulebook import load
from mtelint.rulebook.pages import parse_page
from mtelint.rulebook.vocabulary import load_vocabulary
from mtelint.syntax.fragment import repair
from mtelint.syntax.masking import mask
from mtelint.syntax.unit import Unit, parse_file, parse_fragment

from .pieces import DIFF, LITMUS, PAGE, C, text_of

Target = Callable[[bytes], None]
TARGETS: dict[str, Target] = {}
_BOOK = load()
_CHARSETS = ("", "utf-8", "gb2312", "iso-8859-1", "utf-7", "utf-16", "x", "idna", "hz", "iso-2022-jp", "\0", "base64")


def target(function: Target) -> Target:
    """Register a target under its own name."""
    TARGETS[function.__name__] = function
    return function


def newlines(text: bytes) -> list[int]:
    """The offsets of the newlines."""
    return [index for index, byte in enumerate(text) if byte == 0x0A]


# --- mail -------------------------------------------------------------------------------------------------------------


@target
def splitter(data: bytes) -> None:
    """Messages of a stream hold its bytes in their order, and none is longer than the limit."""
    text = text_of(data, DIFF)
    found = list(split_stream(io.BytesIO(text)))
    assert sum(len(raw.data) for raw in found) <= len(text)
    assert all(len(raw.data) <= MESSAGE_LIMIT for raw in found)
    if len(found) > 1:
        assert all(raw.kind is RawKind.MAIL for raw in found)


@target
def decoder(data: bytes) -> None:
    """A mail gives text parts or one of the known failures; text of any charset can be read."""
    text = text_of(data, DIFF)
    decoded, _ = decode_text(text, _CHARSETS[len(data) % len(_CHARSETS)])
    assert isinstance(decoded, str)
    with suppress(*FAILURES):
        for number, letter in enumerate(letters(text, "x")):
            assert letter.part == number
    for each in read_letters(io.BytesIO(text), "x"):
        if not isinstance(each, Skipped):
            list(letter_patches(each, quoted=True))


@target
def diffs(data: bytes) -> None:
    """The hunks of a diff that is judged have the lines that their headers count, in numbers without a gap."""
    text = text_of(data, DIFF).decode("utf-8", "replace")
    for flowed in (False, True):
        lines = logical_lines(text, flowed, flowed)
        for layer in (lines, *unquoted_layers(lines)):
            for diff in file_diffs(layer):
                assert diff.is_judged or diff.reason
                if diff.status is not SegmentStatus.OK:
                    continue
                for hunk in diff.hunks:
                    assert len(hunk.pre_lines) == hunk.old_count
                    assert len(hunk.post_lines) == hunk.new_count
                    for fragment in (pre_fragment(hunk), post_fragment(hunk)):
                        assert fragment.text.count("\n") >= len(fragment.lines) - 1


@target
def mails(data: bytes) -> None:
    """The whole way from a stream to patches ends in values."""
    for quoted in (False, True):
        with suppress(InputError):
            for item in read_patches(io.BytesIO(text_of(data, DIFF)), "x", quoted=quoted):
                assert isinstance(item, Skipped) or item.files


# --- C ----------------------------------------------------------------------------------------------------------------


@target
def masking(data: bytes) -> None:
    """Masking keeps length and newlines, and masking twice is masking once."""
    text = text_of(data, C)
    masked = mask(text)
    assert len(masked.text) == len(masked.code) == len(text)
    assert newlines(masked.text) == newlines(text)
    assert masked.original == text
    assert mask(masked.text).text == masked.text, "masking twice is not masking once"
    for branch in range(1, min(masked.variants, 4)):
        assert newlines(mask(text, branch).text) == newlines(text)


def _lowered(unit: Unit) -> None:
    for ref in unit.functions:
        assert 0 <= ref.span.start <= ref.span.end <= len(unit.text)
        unit.lower(ref)


@target
def parser(data: bytes) -> None:
    """Every function in sight is read or named as unreliable; spans lie in the text."""
    unit = parse_file("x.c", text_of(data, C))
    assert all(0 <= each.span.start <= len(unit.text) for each in unit.skipped)
    _lowered(unit)


@target
def hunk(data: bytes) -> None:
    """A hunk of any lines is repaired to a text that holds it, and read."""
    text = text_of(data, C)
    heading = ("", "void f(struct page *page)", "static int g(", "#define X", "{", "x")[len(data) % 6]
    repaired = repair(text, heading)
    assert repaired.text[repaired.prefix : repaired.prefix + len(text)].count(b"\n") == text.count(b"\n")
    _lowered(parse_fragment("x.c", text, heading))


def _sound(graph: Cfg) -> None:
    size = len(graph.nodes)
    assert [node.index for node in graph.nodes] == list(range(size))
    assert 0 <= graph.entry < size
    assert 0 <= graph.exit < size
    assert all(0 <= edge.source < size and 0 <= edge.target < size for edge in graph.edges)
    assert sorted(map(id, (e for out in graph.successors for e in out))) == sorted(map(id, graph.edges))
    assert sorted(map(id, (e for into in graph.predecessors for e in into))) == sorted(map(id, graph.edges))
    assert not graph.successors[graph.exit]


@target
def cfg(data: bytes) -> None:
    """The graph of every function is one: numbered nodes, edges between them, none out of the exit."""
    unit = parse_file("x.c", b"void f(struct page *page)\n{\n" + text_of(data, C) + b"\n}\n")
    for ref in unit.functions:
        with suppress(InputError):
            for graph in build_cfgs(unit.lower(ref)):
                _sound(graph)


@target
def judging(data: bytes) -> None:
    """A file of any text is judged to its end."""
    body = text_of(data, C).decode("utf-8", "replace")
    text = f"void f(struct page *page)\n{{\n{body}\n}}\n"
    for finding in review_text("arch/arm64/mm/x.c", text, Era(("A", "B", "C", "D")[len(data) % 4]), _BOOK):
        assert 1 <= finding.line <= text.count("\n") + 1


@target
def patching(data: bytes) -> None:
    """A hunk of any text is judged to its end."""
    body = text_of(data, C).decode("utf-8", "replace").split("\n")
    lines = [("+", " ", "-")[(len(line) + number) % 3] + line for number, line in enumerate(body)]
    old, new = (sum(line[0] in (" ", side) for line in lines) for side in "-+")
    diff = f"--- a/arch/arm64/mm/x.c\n+++ b/arch/arm64/mm/x.c\n@@ -9,{old} +9,{new} @@ void f(struct page *page)\n"
    review_patch_text(diff + "\n".join(lines) + "\n", Era.C, _BOOK)


# --- data of ours, and the simulator's --------------------------------------------------------------------------------


@target
def pages(data: bytes) -> None:
    """A rule page is read, or refused with one line that names it."""
    text = text_of(data, PAGE).decode("utf-8", "replace")
    words = re.findall(r'^(?:id|name) = "(.*)"', text, re.MULTILINE)
    name = "-".join(words[:2]) + ".md"
    try:
        parse_page(text, name)
    except RulebookError as error:
        assert str(error).startswith(name)


@target
def vocabulary(data: bytes) -> None:
    """A vocabulary is read, or refused with one line that names it."""
    text = text_of(data, PAGE).decode("utf-8", "replace")
    try:
        load_vocabulary([("x.toml", text)])
    except RulebookError as error:
        assert "x.toml" in str(error)


@target
def litmus(data: bytes) -> None:
    """A litmus test is read, or refused with one line that names it; what is read is decided within its bound."""
    text = text_of(data, LITMUS).decode("utf-8", "replace")
    try:
        program = parse_litmus(text, "x.litmus")
    except InputError as error:
        assert str(error).startswith("x.litmus:")
        return
    decide(program, bound=50, timeout=1.0)
