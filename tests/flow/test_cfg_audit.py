"""Every call of the source is in the graph, or there is a reason."""

from pathlib import Path

import pytest

from mtelint.flow.cfg.call_audit import Reason, audit
from mtelint.syntax.scan import scan
from mtelint.syntax.unit import parse_file

TEXT = b"""
#define TWICE(x) ((x) + (x))

int f(struct page *p, int x)
{
\tu8 buf[LENGTH(4)];
\tint (*fn)(int) = pick(p);
\tstatic const int table[] = { [FIRST(1)] = value(2) };

\tif (WARN_ON(bad(p)) || unlikely(x))
\t\treturn -1;
\tfor_each_thing(x, list(p))
\t\tfn(x);
\tguard(mutex)(&m);
\tasm volatile(ALTERNATIVE("a", "b", CAP) : : "r" (reg(x)));
\tswitch (x) {
\tcase KEY(1):
\t\treturn TWICE(x);
\t}
#if 0
\tnever(p);
#endif
\treturn p->ops->run(p);
\tafter(p);
}
"""


def reasons(text: bytes) -> dict[str, Reason]:
    unit, code = parse_file("f.c", text), scan(text).code
    return {
        token.name: token.reason for ref in unit.functions for token in audit(unit.lower(ref), code, unit.condition_at)
    }


def test_each_call_has_its_reason() -> None:
    found = reasons(TEXT)
    in_graph = {
        "pick",
        "value",
        "WARN_ON",
        "bad",
        "unlikely",
        "for_each_thing",
        "list",
        "fn",
        "guard",
        "reg",
        "run",
        "TWICE",
    }
    assert {name for name, reason in found.items() if reason is Reason.IN_GRAPH} == in_graph
    assert {name: reason for name, reason in found.items() if name not in in_graph} == {
        "LENGTH": Reason.DECLARATION,
        "FIRST": Reason.CONSTANT,
        "KEY": Reason.CONSTANT,
        "ALTERNATIVE": Reason.ASM,
        "never": Reason.CONDITION,
        "after": Reason.DEAD,
    }


def test_a_call_that_the_graph_lacks_is_reported() -> None:
    unit = parse_file("f.c", TEXT)
    lowered = unit.lower(unit.functions[0])
    hidden = TEXT.replace(b"after(p)", b"after(g())")
    lost = [token.name for token in audit(lowered, scan(hidden).code, unit.condition_at) if token.reason is Reason.LOST]
    assert lost == ["g"]


@pytest.mark.kernel
@pytest.mark.parametrize("folder", ["arch/arm64/kernel", "arch/arm64/kvm", "arch/arm64/mm", "mm"])
def test_no_call_of_the_kernel_is_lost(kernel_61: Path, folder: str) -> None:
    tokens = 0
    for path in sorted((kernel_61 / folder).rglob("*.c")):
        text = path.read_bytes()
        unit, code = parse_file(str(path), text), scan(text).code
        for ref in unit.functions:
            found = list(audit(unit.lower(ref), code, unit.condition_at))
            tokens += len(found)
            assert [(path.name, token) for token in found if token.reason is Reason.LOST] == []
    assert tokens > 1000
