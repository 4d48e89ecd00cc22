"""Defects planted in Linux 6.12 are repaired to what was there before, and the kernel as it is stays as it is."""

import re
from pathlib import Path

import pytest

from mtelint.fix import Repair, workspace_of
from mtelint.model import Era
from mtelint.rulebook import load

pytestmark = pytest.mark.kernel

HEADER = "arch/arm64/include/asm/mte.h"
WRITE_AND_SET = re.compile(r"^(\t+mte_\w+_page_tags\(.*\);\n)(\t+set_page_mte_tagged\(.*\);\n)", re.MULTILINE)
ADDRESS = re.compile(r"(mte_(?:zero_)?(?:clear|restore)_page_tags\()page_address\((\w+)\)")
SWAPPED = ["arch/arm64/kernel/mte.c", "arch/arm64/kvm/mmu.c", "arch/arm64/mm/mteswap.c", "arch/arm64/mm/copypage.c",
           "arch/arm64/mm/fault.c"]  # fmt: skip


def repaired(tree: Path, path: str, text: str) -> str:
    header = (tree / HEADER).read_bytes()
    repair = Repair(workspace_of({path: text.encode()}, load(), Era.C, (header,)))
    repair.run(lambda finding: True)
    return repair.changed.get(path, text.encode()).decode()


@pytest.mark.parametrize("path", SWAPPED)
def test_a_set_moved_before_its_tags_is_moved_back(kernel_612: Path, path: str) -> None:
    original = (kernel_612 / path).read_text(encoding="utf-8")
    planted, count = WRITE_AND_SET.subn(r"\2\1", original)
    assert count == 1
    assert repaired(kernel_612, path, planted) == original


@pytest.mark.parametrize("path", ["arch/arm64/kernel/mte.c", "arch/arm64/kvm/mmu.c", "arch/arm64/mm/mteswap.c"])
def test_a_page_in_place_of_its_address_is_put_right(kernel_612: Path, path: str) -> None:
    original = (kernel_612 / path).read_text(encoding="utf-8")
    planted, count = ADDRESS.subn(r"\1\2", original, count=1)
    assert count == 1
    assert repaired(kernel_612, path, planted) == original


def turned_round(text: str) -> str:
    planted, count = re.subn(r"if \(try_page_mte_tagging", "if (!try_page_mte_tagging", text)
    assert count == 1
    return planted


@pytest.mark.parametrize("path", ["arch/arm64/kernel/mte.c", "arch/arm64/mm/mteswap.c"])
def test_a_claim_turned_round_is_turned_back(kernel_612: Path, path: str) -> None:
    original = (kernel_612 / path).read_text(encoding="utf-8")
    assert repaired(kernel_612, path, turned_round(original)) == original


def test_what_would_bring_even_a_note_is_not_offered(kernel_612: Path) -> None:
    """The function as it was has a note on the zero page (MTE016), which the planted defect hides."""
    path = "arch/arm64/kvm/mmu.c"
    planted = turned_round((kernel_612 / path).read_text(encoding="utf-8"))
    assert repaired(kernel_612, path, planted) == planted


@pytest.mark.parametrize("path", [*SWAPPED, "arch/arm64/kvm/guest.c", "arch/arm64/kernel/hibernate.c"])
def test_a_set_that_is_dropped_comes_back_or_stays_away(kernel_612: Path, path: str) -> None:
    """Where the flag is due by a claim or a contract the set comes back; elsewhere nothing is offered."""
    original = (kernel_612 / path).read_text(encoding="utf-8")
    planted = re.sub(r"^\t+set_page_mte_tagged\(.*\);\n", "", original, flags=re.MULTILINE)
    assert repaired(kernel_612, path, planted) in (original, planted)


@pytest.mark.parametrize("path", [*SWAPPED, "arch/arm64/kvm/guest.c"])
def test_the_kernel_as_it_is_stays_as_it_is(kernel_612: Path, path: str) -> None:
    original = (kernel_612 / path).read_text(encoding="utf-8")
    assert repaired(kernel_612, path, original) == original
