"""Which body a call means: a static function is its file's own, and no build has both arms of an ``#if``."""

from mtelint.flow.program.program import Program
from mtelint.model import EffectKind
from mtelint.rulebook import load
from mtelint.syntax.unit import parse_file

VOCABULARY = load().vocabulary
FINISHES = "{ mte_clear_page_tags(page_address(page)); set_page_mte_tagged(page); }"
WRITES = "{ mte_clear_page_tags(page_address(page)); }"
USE = "void use(struct page *page)\n{\n\tif (try_page_mte_tagging(page))\n\t\tprepare(page);\n}\n"
SEEN, UNSEEN = {EffectKind.WRITE, EffectKind.BARRIER, EffectKind.SET}, {EffectKind.CALL}


def prepare(body: str, storage: str = "static ") -> str:
    return f"{storage}void prepare(struct page *page)\n{body}\n"


def in_use(**files: str) -> set[EffectKind]:
    """What ``prepare()`` does to the page as ``use()`` sees it; in the names of files ``__`` is ``/``, ``_`` a dot."""
    units = [parse_file(n.replace("__", "/").replace("_", "."), text.encode()) for n, text in files.items()]
    (use,) = (a for a in Program(units, VOCABULARY).analyses() if a.name == "use")
    return {r.event.kind for r in use.records if r.event.callee == "prepare"}


def test_a_static_function_is_its_files_own() -> None:
    assert in_use(a_c=prepare(FINISHES), b_c=prepare(WRITES) + USE) == {EffectKind.WRITE}
    assert in_use(a_c=prepare(WRITES), b_c=prepare(FINISHES) + USE) == SEEN


def test_no_other_file_calls_a_static_function() -> None:
    assert in_use(a_c=prepare(FINISHES), b_c=USE) == UNSEEN


def test_unless_it_includes_that_file() -> None:
    assert in_use(mm__a_c=prepare(FINISHES), mm__b_c='#include "a.c"\n' + USE) == SEEN


def test_a_static_function_of_a_header_is_everybodys() -> None:
    assert in_use(a_h=prepare(FINISHES, "static inline "), b_c=USE) == SEEN


def test_a_function_that_is_not_static_is_everybodys_but_who_has_one_of_his_own() -> None:
    assert in_use(a_c=prepare(FINISHES, ""), b_c=USE) == SEEN
    assert in_use(a_c=prepare(FINISHES, ""), b_c=prepare(WRITES) + USE) == {EffectKind.WRITE}


def test_an_architecture_calls_no_function_of_another_one() -> None:
    assert in_use(arch__riscv__a_c=prepare(FINISHES, ""), arch__arm64__b_c=USE) == UNSEEN
    assert in_use(arch__riscv__a_c=prepare(FINISHES, ""), mm__b_c=USE) == SEEN


def test_common_code_calls_the_architecture_under_review() -> None:
    other, home = prepare(FINISHES, ""), prepare(WRITES, "")
    assert in_use(arch__riscv__a_c=other, arch__arm64__a_c=home, mm__b_c=USE) == {EffectKind.WRITE}


def test_of_twins_the_one_is_meant_that_is_built_with_the_caller() -> None:
    twins = f"#ifdef CONFIG_A\n{prepare(FINISHES)}#else\n{prepare(WRITES)}#endif\n"
    assert in_use(a_c=f"{twins}#ifdef CONFIG_A\n{USE}#endif\n") == SEEN
    assert in_use(a_c=f"{twins}#ifndef CONFIG_A\n{USE}#endif\n") == {EffectKind.WRITE}
