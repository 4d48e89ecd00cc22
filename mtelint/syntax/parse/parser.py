"""Parsing: the tree of a masked text, each function held against its braces, and re-parsed alone where it must be."""

from collections.abc import Callable, Collection, Iterator

import tree_sitter
from msgspec import Struct

from mtelint.model.limits import limits
from mtelint.syntax.mask.masked_text import last_code, opening, word_before
from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import Masked, Note
from mtelint.syntax.parse.lexical import Body, bodies
from mtelint.syntax.parse.tree_lint import Suspects, language, suspects


class Reading(Struct, frozen=True):
    """One function body and how it was read.

    ``node`` is its ``function_definition`` (offsets of the whole text), or None where there is none; ``trouble`` says
    why the function must not be judged, and is empty for a sound one.
    """

    body: Body
    name: str
    name_start: int
    node: tree_sitter.Node | None
    trouble: str
    place: int
    """Offset of the trouble."""
    alone: bool
    """Whether the body had to be parsed by itself."""


class Part(Struct, frozen=True):
    """A masked text or a part of one, and its functions; ``variant`` masks it for another branch of its ``#if``."""

    masked: Masked
    tree: tree_sitter.Tree
    readings: tuple[Reading, ...]
    variant: Callable[[int], Masked]


_NOT_BRACKETS = bytes(byte for byte in range(256) if byte not in b"(){}[]")


def parse_tree(text: bytes, start: int = 0, end: int | None = None) -> tree_sitter.Tree:
    """Parse a text, or only a range of it; offsets are those of the whole text either way."""
    if end is None:
        return tree_sitter.Parser(language()).parse(text)
    first, last = (0, 0), (text.count(b"\n", 0, end), 0)
    row = text.count(b"\n", 0, start)
    first = (row, start - (text.rfind(b"\n", 0, start) + 1))
    last = (last[0], end - (text.rfind(b"\n", 0, end) + 1))
    span = tree_sitter.Range(tree_sitter.Point(*first), tree_sitter.Point(*last), start, end)
    return tree_sitter.Parser(language(), included_ranges=[span]).parse(text)


def read_functions(masked: Masked, start: int = 0) -> tuple[tree_sitter.Tree, list[Reading]]:
    """Parse a masked text (from ``start``, before which it is blank) and read every lexical function body, in order."""
    tree = parse_tree(masked.text, start, len(masked.text)) if start else parse_tree(masked.text)
    found = suspects(tree.root_node)
    nodes = {_body_range(node): node for node in found.functions}
    readings = []
    for body in bodies(masked.code, start):
        node = nodes.get((body.open, body.close))
        reading = judge(masked, body, node, found, alone=False)
        if reading.trouble and body.close >= 0:
            alone = read_alone(masked, body)
            reading = alone if not alone.trouble or node is None else reading
        readings.append(reading)
    return tree, readings


def read_alone(masked: Masked, body: Body) -> Reading:
    """Parse one function by itself."""
    tree = parse_tree(masked.text, body.start, body.close + 1)
    found = suspects(tree.root_node)
    nodes = {_body_range(node): node for node in found.functions}
    return judge(masked, body, nodes.get((body.open, body.close)), found, alone=True)


def _body_range(node: tree_sitter.Node) -> tuple[int, int]:
    body = node.child_by_field_name("body")
    return (body.start_byte, body.end_byte - 1) if body else (-1, -1)


def judge(masked: Masked, body: Body, node: tree_sitter.Node | None, found: Suspects, *, alone: bool) -> Reading:
    """Hold a function's tree against its braces and the lints."""
    start, name = lexical_name(masked.code, body.open)
    if node is None:
        return Reading(body, name, start, None, "the parser finds no function with these braces", body.open, alone)
    inner = node.child_by_field_name("body")
    damage = next(damages(inner), None) if inner else None
    if damage is not None:
        what = f"missing {damage.type}" if damage.is_missing else "syntax error"
        return Reading(body, name, start, node, what, damage.start_byte, alone)
    if depth(masked.code, body.open, body.close) > limits().nesting:  # what walks the tree by recursion would overflow
        trouble = f"brackets nest deeper than nesting = {limits().nesting} allows"
        return Reading(body, name, start, node, trouble, body.open, alone)
    suspect = found.within(masked.code, body.open, body.close + 1)
    if suspect:
        return Reading(body, name, start, node, suspect[1], suspect[0], alone)
    return Reading(body, name, start, node, "", body.open, alone)


def damages(root: tree_sitter.Node) -> Iterator[tree_sitter.Node]:
    """The ERROR and MISSING nodes below a node, in order.

    The missing ``;`` behind a label at the end of a block is none.
    """
    stack = [root]
    while stack:
        node = stack.pop()
        if node.is_error or node.is_missing:
            if not _after_label(node):
                yield node
        elif node.has_error:
            stack.extend(reversed(node.children))


def _after_label(node: tree_sitter.Node) -> bool:
    statement = node.parent
    above = statement.parent if statement and statement.child_count == 1 else None
    labels = ("labeled_statement", "case_statement")
    return node.is_missing and node.type == ";" and above is not None and above.type in labels


def depth(code: bytes, start: int, end: int) -> int:
    """How deep brackets nest in a range; 0 where there are too few to matter."""
    if sum(code.count(bracket, start, end) for bracket in (b"(", b"{", b"[")) <= limits().nesting:
        return 0
    deepest = level = 0
    for byte in code[start:end].translate(None, _NOT_BRACKETS):
        level += 1 if byte in b"({[" else -1
        deepest = max(deepest, level)
    return deepest


def lexical_name(code: bytes, brace: int) -> tuple[int, str]:
    """Offset and spelling of the identifier before the parameter list that ends before ``brace`` (empty for none)."""
    last = last_code(code, brace)
    if last >= 0 and code[last] == 0x3B:
        last = code.rfind(b")", 0, last)
    if last < 0 or code[last] != 0x29:
        return brace, ""
    left = opening(code, last)
    before = last_code(code, left) if left >= 0 else -1
    while before >= 0 and code[before] == 0x29:
        inner = opening(code, before)
        if inner < 0:
            return brace, ""
        words = code[inner + 1 : before].split(b"(")[0]
        name = bytes(words).strip().lstrip(b"*").strip()
        if name.replace(b"_", b"a").isalnum():
            return code.index(name, inner), name.decode("ascii", "replace")
        before = last_code(code, inner)
    if before < 0:
        return brace, ""
    start = word_before(code, before)
    return start, code[start : before + 1].decode("ascii", "replace")


def read_part(text: bytes, start: int, end: int, attributes: Collection[bytes] = ()) -> Part:
    """Read ``[start, end)``, which begins and ends at file level and at a line; ``attributes`` as for :func:`mask`."""
    masked = _masked(text, start, end, 0, attributes)
    tree, readings = read_functions(masked, start)
    return Part(masked, tree, tuple(readings), lambda branch: _masked(text, start, end, branch, attributes))


def read_whole(variant: Callable[[int], Masked]) -> Part:
    """Read all of a text, as ``variant`` masks it."""
    masked = variant(0)
    tree, readings = read_functions(masked)
    return Part(masked, tree, tuple(readings), variant)


def _masked(text: bytes, start: int, end: int, branch: int, attributes: Collection[bytes]) -> Masked:
    """The part alone, behind as many blanks as there are bytes before it."""
    part = mask(text[start:end], branch, attributes)
    notes = (Note(n.start + start, n.end + start, n.kind, n.original, n.extra) for n in part.notes)
    blank = b" " * start
    return Masked(blank + part.text, text, tuple(notes), blank + part.code, part.variants)
