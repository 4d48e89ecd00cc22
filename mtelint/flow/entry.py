"""What holds where a function is entered: the names and types in sight, and a state in which its parameters are theirs.

Apart from :mod:`mtelint.flow.program`, because it is told by the function and the vocabulary alone, whatever else is
under review.
"""

from collections.abc import Mapping

from mtelint.flow import convert
from mtelint.flow.context import Context
from mtelint.flow.pages import PageState
from mtelint.flow.state import Work
from mtelint.flow.values import ValueKind
from mtelint.model import Vocabulary
from mtelint.syntax import nodes
from mtelint.syntax.unit import Unit


def context_of(
    function: nodes.Function, unit: Unit, index: int, vocabulary: Vocabulary, aliases: Mapping[str, str],
    matters: frozenset[str],
) -> Context:  # fmt: skip
    """The context of a function of a unit; ``matters`` are the names at which something may happen to a page."""
    named = [p for p in function.params if p.name]

    def text(span: nodes.Span) -> str:
        return unit.text[span.start : span.end].decode("utf-8", "replace")

    return Context(
        unit.path, index, function.name, vocabulary, {p.name: p.type for p in named}, aliases, text,
        parameters=tuple(p.name for p in function.params), words_that_matter=matters,
        contract=frozenset(p.name for p in named if "static" in function.storage),
    )  # fmt: skip


def entry_state(context: Context, function: nodes.Function, addresses: Mapping[str, str]) -> Work:
    """The state at the first statement; ``addresses`` are the parameters that are the address of another's page."""
    work = Work({}, {}, {})
    entry = context.vocabulary.functions.get(function.name)
    for index, parameter in enumerate(function.params, 1):
        if not parameter.name:
            continue
        value = context.typed(parameter.name, parameter.name)
        work.env[parameter.name] = value
        if entry is not None and index in entry.fresh:
            work.pages[convert.as_kind(value, ValueKind.PAGE).ref] = PageState(words=parameter.name, fresh=True)
    for name, page in addresses.items():
        work.env[name] = convert.as_kind(work.env[page], ValueKind.ADDRESS)
    return work
