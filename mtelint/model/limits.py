"""The bounds of a run, by the names under which configuration, command line and reports know them."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from msgspec import Struct


class Limits(Struct, frozen=True):
    """What passes a bound is left out and named as skipped, with the name of the bound; the rest goes on."""

    message_bytes: int = 6 << 20
    """Bytes of one mail."""
    document_bytes: int = 24 << 20
    """Bytes of one plain diff or saved page."""
    file_bytes: int = 16 << 20
    """Bytes of one source file."""
    unpacked_bytes: int = 64 << 20
    """Bytes that any packed stream may unpack to."""
    unpacked_ratio: int = 200
    """What a packed stream beyond ``unpacked_bytes`` may unpack to, as a multiple of its size; mail packs 10:1."""
    nesting: int = 150
    """Brackets within brackets of one function."""
    nodes: int = 5_000
    """Statements and conditions of one function that is judged."""
    steps: int = 20_000
    """Steps of following the paths of one function; a step that carries much along counts more than once."""
    total_steps: int = 30_000
    """Steps of all functions of a mail, and for each file of a tree; ten bytes of a function count as one."""
    states: int = 128
    """States at one statement that are told apart by more than what happened to the pages."""
    live: int = 12_000_000
    """Variables and conditions, counted at each join of ways, that are looked at to tell what a function asks for."""
    events: int = 256
    """Events of one path through a function that its callers are told of."""
    calls: int = 30
    """Functions within functions that are followed from one that is judged."""


NAMES = Limits.__struct_fields__
_held: ContextVar[Limits | None] = ContextVar("limits", default=None)
_DEFAULT = Limits()


def limits() -> Limits:
    """The bounds that hold now."""
    return _held.get() or _DEFAULT


@contextmanager
def holding(wanted: Limits) -> Iterator[None]:
    """Let other bounds hold for a while."""
    token = _held.set(wanted)
    try:
        yield
    finally:
        _held.reset(token)
