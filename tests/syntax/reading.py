"""Helpers: read a body or a text and look at what the parser made of it."""

from mtelint.syntax.mask.masking import mask
from mtelint.syntax.mask.notes import Masked, Note, NoteKind
from mtelint.syntax.parse.parser import Reading, damages, parse_tree, read_functions


def in_body(body: str) -> str:
    """A function around some statements, one tab deep."""
    lines = "".join(f"\t{line}\n" if line and not line.startswith("#") else f"{line}\n" for line in body.split("\n"))
    return f"int outer(struct s *p)\n{{\n{lines}}}\n"


def masked_body(body: str) -> tuple[str, Masked]:
    """The masked statements, without the indent, and all of the masked text."""
    masked = mask(in_body(body).encode())
    lines = masked.text.decode().split("\n")[2:-2]
    return "\n".join(line.removeprefix("\t") for line in lines), masked


def reading_of(text: str) -> Reading:
    """How the only function of a text was read."""
    readings = read_functions(mask(text.encode()))[1]
    assert len(readings) == 1
    return readings[0]


def is_sound(text: str) -> bool:
    """Whether a whole text parses without damage and each of its functions without suspicion, in one go."""
    masked = mask(text.encode())
    tree, readings = read_functions(masked)
    assert readings
    return not any(damages(tree.root_node)) and not any(item.trouble or item.alone for item in readings)


def notes_of(masked: Masked, kind: NoteKind) -> list[Note]:
    return list(masked.within(0, len(masked.text), kind))


def node_types(text: str) -> list[str]:
    """The types of all named nodes of a masked text, in order."""
    found, stack = [], [parse_tree(mask(text.encode()).text).root_node]
    while stack:
        node = stack.pop()
        found.append(node.type)
        stack.extend(reversed(node.named_children))
    return found
