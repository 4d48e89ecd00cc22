"""Names of the kernel are data: no literal of the program names a function, flag, header or symbol of it."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

KERNEL_NAME = re.compile(
    r"mte_|_mte|PG_|hugetlb|page_address|_page\b|page_to|pfn|pte_|_pte|kmap|alloc_|CONFIG_|folio|smp_|_bit\b|arch/"
    r"|asm/|linux/|ZERO_PAGE|PAGE_SIZE|PAGE_SHIFT|\bBIT|_ONCE\b|\bBUG|WARN_|panic|spin_|spinlock|mutex|kasan"
)
"""What the names of helpers, flags, headers, symbols and operations of the kernel have in them."""

OWN = {"parse_page", "GIT_CONFIG_NOSYSTEM", "GIT_CONFIG_GLOBAL"}
"""What only looks like it: a page of the rulebook, the environment of git."""

ENUMS = {"folio", "pfn", "hugetlb", "hugetlb-test"}
"""Values of enums in ``mtelint.model`` and ``mtelint.flow.domain.values``, which are words of vocabulary files too."""

GRAMMAR = "what a family of macros does to the grammar or to control flow, whatever the kernel calls its members"
SYMBOLS = "the spelling of a page that the source gives no name, as reports show it"
LITMUS = "the language of litmus tests, which has these names of the kernel's memory model"

REASONS = {
    "mtelint/syntax/mask/macro_names.py": GRAMMAR,
    "mtelint/flow/cfg/control_names.py": GRAMMAR,
    "mtelint/memsim/": LITMUS,
    "mtelint/replay/machine.py": "what a kernel is told on its command line",
    "mtelint/flow/domain/symbols.py": SYMBOLS,
    "mtelint/flow/transfer/operators.py": "arithmetic on the size of a page, by the names that C code has for it",
    "mtelint/flow/dataflow/natural_loops.py": "the same, in the bound of a loop",
    "mtelint/flow/program/scope.py": "where a kernel tree keeps what belongs to one architecture",
    "mtelint/checks/mte004_partial_tags_flagged.py": "a word of English in a message: what a folio is",
    "mtelint/checks/mte017_helper_domain.py": "a word of English in a message: what a folio and hugetlb are",
    "mtelint/cli/review_command.py": "what a folder must hold to be a kernel tree",
    "mtelint/report/overview.py": "the closing line says what mtelint looks for",
    "mtelint/report/formats/sarif.py": "the address of a page of documentation",
}
"""Modules, or rooms, that may hold some, and why."""


def literals(source: bytes) -> Iterator[tuple[int, str]]:
    """Line and text of every string literal, docstrings left out."""
    tree = ast.parse(source)
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose and isinstance(node.value, str | bytes):
            yield node.lineno, node.value if isinstance(node.value, str) else node.value.decode("latin-1")


def named(source: bytes) -> list[tuple[int, str]]:
    """The literals that name something of the kernel."""
    return [(line, text) for line, text in literals(source) if KERNEL_NAME.search(text) and text not in ENUMS | OWN]


def excused(module: str) -> str | None:
    return next((place for place in REASONS if module.startswith(place)), None)


@pytest.fixture(scope="module")
def found(root: Path) -> dict[str, list[tuple[int, str]]]:
    """Per module, the literals that name something of the kernel."""
    modules = sorted((root / "mtelint").rglob("*.py"))
    return {str(module.relative_to(root)): named(module.read_bytes()) for module in modules}


def test_no_literal_names_a_function_a_flag_a_header_or_a_symbol_of_the_kernel(
    found: dict[str, list[tuple[int, str]]],
) -> None:
    assert [f"{m}:{line}: {text}" for m, each in found.items() if not excused(m) for line, text in each] == []


def test_every_reason_is_needed(found: dict[str, list[tuple[int, str]]]) -> None:
    assert {excused(module) for module, each in found.items() if each} - {None} == set(REASONS)


@pytest.mark.parametrize(
    "line",
    [
        'x = "set_page_mte_tagged"',
        'x = b"PG_arch_2"',
        'x = f"{y} and smp_wmb()"',
        'f("arch/arm64/include/asm/mte.h")',
        'x = {"test_and_set_bit": 1}',
    ],
)
def test_a_name_of_the_kernel_is_found_in_whatever_literal_it_stands(line: str) -> None:
    assert named(line.encode())
