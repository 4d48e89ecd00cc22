"""Patches made from mutants: a subject in a tree of its own, its mutant, and the diff between them."""

import difflib
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mutations import operators
from mutations.mutants import mutants

from mtelint.engine import Input, Options, review_patches, review_paths
from mtelint.model import Confidence, Era, Finding, Report

assert operators.__all__  # importing them is what registers them
SUBJECTS = Path(__file__).parents[1] / "mutations" / "subjects"
FOLDER = "arch/arm64/mm"


@dataclass(frozen=True)
class Planted:
    """A defect that a patch brings into a file; ``before`` and ``after`` are the whole file."""

    name: str
    path: str
    before: str
    after: str

    def diff(self, context: int = 3) -> str:
        """The patch as git shows it, with so many lines of context."""
        lines = difflib.unified_diff(
            self.before.splitlines(keepends=True), self.after.splitlines(keepends=True),
            f"a/{self.path}", f"b/{self.path}", n=context,
        )  # fmt: skip
        head = f"diff --git a/{self.path} b/{self.path}\n"
        return head + "".join(_headed(self.before, line) for line in lines)


def _headed(before: str, line: str) -> str:
    """A hunk header with the heading that git would write: the nearest line above that starts like a declaration."""
    found = re.match(r"@@ -(\d+)", line)
    if not found:
        return line
    above = before.splitlines()[: int(found.group(1)) - 1]
    heading = next((text for text in reversed(above) if re.match(r"[A-Za-z_$]", text)), "")
    return f"{line.rstrip()} {heading[:80]}".rstrip() + "\n"


@cache
def planted() -> tuple[Planted, ...]:
    """One mutant of each operator for each function of the subjects."""
    return tuple(_each())


def _each() -> Iterator[Planted]:
    for path in sorted(SUBJECTS.glob("*.c")):
        text = path.read_text()
        seen: set[tuple[str, str]] = set()
        for mutant in mutants(path.stem, text):
            if (mutant.operator, mutant.function) not in seen:
                seen.add((mutant.operator, mutant.function))
                yield Planted(mutant.name, f"{FOLDER}/{path.name}", mutant.original, mutant.text)


def era(text: str) -> Era:
    """The era that the first line of a subject names."""
    return Era(text.removeprefix("// era: ")[0])


HELPERS = {
    Era.A: "#define PG_mte_tagged PG_arch_2\n",
    Era.B: "void set_page_mte_tagged(struct page *page);\nbool page_mte_tagged(struct page *page);\n",
    Era.C: "bool try_page_mte_tagging(struct page *page);\n",
    Era.D: "bool folio_try_hugetlb_mte_tagging(struct folio *folio);\n",
}


def plant(tree: Path, path: str, text: str, helpers: Era) -> Path:
    """A kernel tree with this one file and the header that tells the era."""
    for name in ("Kbuild", "Kconfig"):
        tree.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text("")
    header = tree / "arch/arm64/include/asm/mte.h"
    header.parent.mkdir(parents=True, exist_ok=True)
    header.write_text(HELPERS[helpers])
    file = tree / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def judged(data: bytes | str, tree: Path | None = None, **options: object) -> Report:
    """The report on a mail or diff given as text."""
    raw = data.encode() if isinstance(data, str) else data
    chosen = Options(tree=str(tree) if tree else None, **options)  # type: ignore[arg-type]  # spelled by the caller
    return review_patches([Input("x", lambda: io.BytesIO(raw))], chosen)


def files_judged(tree: Path, path: str) -> Report:
    """The report on one file of a tree."""
    return review_paths([str(tree / path)], Options(min_confidence=Confidence.LOW))


def keys(findings: Iterable[Finding]) -> list[tuple[str, str, int]]:
    """Rule, function and line of the findings."""
    return sorted((f.rule, f.function or "", f.line) for f in findings)
