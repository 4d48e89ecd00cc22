"""What a fragment says about names whose declarations are out of sight, and what callers say about parameters."""

from collections.abc import Callable, Collection, Iterable

from mtelint.flow.cfg.build import calls_in
from mtelint.flow.cfg.graph import Cfg, NodeKind
from mtelint.flow.dataflow.liveness import killed
from mtelint.model import Domain, EffectKind, Form, Vocabulary
from mtelint.syntax import c_tree

_ON_FLAGS = (EffectKind.TEST, EffectKind.SET, EffectKind.CLAIM, EffectKind.CLEAR)


def page_names(cfg: Cfg, vocabulary: Vocabulary) -> dict[str, str]:
    """Names that are neither declared nor assigned in sight, with the type that their use as a page tells."""
    known = {killed(node) for node in cfg.nodes} | {n.target for n in cfg.nodes if n.kind is NodeKind.DECLARE}
    types = {form: spelled for spelled, form in vocabulary.types.items()}
    found: dict[str, str] = {}
    for call in calls_in(cfg):
        for position, kind in _page_positions(call.name or "", vocabulary):
            if position <= len(call.args):
                name = _plain(call.args[position - 1])
                if name is not None and name not in known and kind in types:
                    found.setdefault(name, types[kind])
    return found


def _page_positions(name: str, vocabulary: Vocabulary) -> list[tuple[int, Form]]:
    conversion = vocabulary.conversions.get(name)
    if conversion is not None and conversion.source in vocabulary.types.values():
        return [(conversion.arg, conversion.source)]
    if name in vocabulary.bit_operations:
        return [(2, Form.PAGE)]
    entry = vocabulary.functions.get(name)
    if entry is None:
        return []
    return [
        (e.arg, Form.FOLIO if e.domain is Domain.HUGETLB else Form.PAGE)
        for e in entry.effects
        if e.arg and not e.address and not e.pfn and e.do in _ON_FLAGS
    ]


def _plain(expr: c_tree.Expr) -> str | None:
    """``page`` of ``page`` and of ``&page->flags``."""
    if isinstance(expr, c_tree.Name):
        return expr.id
    if isinstance(expr, c_tree.Unary) and expr.op == "&" and isinstance(expr.operand, c_tree.Member):
        member = expr.operand
        if member.field == "flags" and isinstance(member.object, c_tree.Name):
            return member.object.id
    return None


def hands_on_flags(function: c_tree.Function, flags: Collection[str], unknown: Callable[[str], bool]) -> bool:
    """Whether all that a function does with the flag's bits is to pass their numbers to functions out of sight.

    Then nothing happens to a page's flag or tags in it that anybody could follow (``kpf_copy_bit(k, A, PG_arch_2)``).
    """
    named = passed = 0
    for node in c_tree.walk(function.body, *function.alternatives):
        if isinstance(node, c_tree.Name):
            named += node.id in flags
        elif isinstance(node, c_tree.Call) and node.name and unknown(node.name):
            passed += sum(isinstance(arg, c_tree.Name) and arg.id in flags for arg in node.args)
    return 0 < named == passed


def address_parameters(function: c_tree.Function, callers: Iterable[Cfg], vocabulary: Vocabulary) -> dict[str, str]:
    """Parameters that are the address of the page in another parameter, as all calls in these graphs agree."""
    calls = []
    for cfg in callers:
        addresses = _page_addresses(cfg, vocabulary)
        calls += [(call, addresses) for call in calls_in(cfg) if call.name == function.name]
    return _address_aliases(function, calls, vocabulary)


def _address_aliases(
    function: c_tree.Function, calls: list[tuple[c_tree.Call, dict[str, str]]], vocabulary: Vocabulary
) -> dict[str, str]:
    """The same; ``calls`` pairs each call of the function with the caller's locals that hold the address of a page."""
    pairs: set[tuple[int, int]] | None = None
    for call, addresses in calls:
        here = set()
        names = [_plain(arg) for arg in call.args]
        for index, name in enumerate(names):
            page = _address_of(call.args[index], vocabulary) or addresses.get(name or "")
            if page is not None and page in names:
                here.add((index, names.index(page)))
        if not here and not addresses:
            continue  # the caller's assignments are out of sight
        pairs = here if pairs is None else pairs & here
    params = function.params
    return {params[a].name: params[p].name for a, p in pairs or () if max(a, p) < len(params)}


def _address_of(expr: c_tree.Expr, vocabulary: Vocabulary) -> str | None:
    if isinstance(expr, c_tree.Call) and len(expr.args) == 1:
        return _plain(expr.args[0]) if vocabulary.converts(expr.name or "", Form.PAGE, Form.ADDRESS) else None
    return None


def _page_addresses(cfg: Cfg, vocabulary: Vocabulary) -> dict[str, str]:
    """Locals that are assigned the address of a page with a plain name, by name."""
    found: dict[str, str] = {}
    for node in cfg.nodes:
        target, value = killed(node), node.expr
        if isinstance(value, c_tree.Assign):
            value = value.value
        page = _address_of(value, vocabulary) if value is not None else None
        if target and page:
            found[target] = page
    return found
