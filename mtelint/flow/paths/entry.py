"""What holds where a function is entered: the names and types in sight, and a state in which its parameters are theirs.

Apart from :mod:`mtelint.flow.program.program`, because it is told by the function and the vocabulary alone, whatever
else is under review.
"""

from collections.abc import Mapping

from mtelint.flow.domain import conversions
from mtelint.flow.domain.page_state import fresh_page
from mtelint.flow.domain.path_state import PathState
from mtelint.flow.domain.values import ValueKind
from mtelint.flow.transfer.context import Context
from mtelint.model import FlagRole, Vocabulary
from mtelint.syntax import c_tree
from mtelint.syntax.unit import Unit


def context_of(
    function: c_tree.Function, unit: Unit, index: int, vocabulary: Vocabulary, aliases: Mapping[str, FlagRole],
    matters: frozenset[str],
) -> Context:  # fmt: skip
    """The context of a function of a unit; ``matters`` are the names at which something may happen to a page."""
    named = [p for p in function.params if p.name]

    def text(span: c_tree.Span) -> str:
        return unit.text[span.start : span.end].decode("utf-8", "replace")

    return Context(
        unit.path, index, function.name, vocabulary, {p.name: p.type for p in named}, aliases, text,
        parameters=tuple(p.name for p in function.params), words_that_matter=matters,
        contract=frozenset(p.name for p in named if "static" in function.storage),
    )  # fmt: skip


def entry_state(context: Context, function: c_tree.Function, addresses: Mapping[str, str]) -> PathState:
    """The state at the first statement; ``addresses`` are the parameters that are the address of another's page."""
    work = PathState()
    entry = context.vocabulary.functions.get(function.name)
    for index, parameter in enumerate(function.params, 1):
        if not parameter.name:
            continue
        value = context.unassigned(parameter.name)
        work.env[parameter.name] = value
        if entry is not None and index in entry.fresh:
            work.pages[conversions.as_kind(value, ValueKind.PAGE).ref] = fresh_page(parameter.name)
    for name, page in addresses.items():
        work.env[name] = conversions.as_kind(work.env[page], ValueKind.ADDRESS)
    return work
