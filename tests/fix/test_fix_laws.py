"""What holds for every repair, tried on all examples of the rule pages in every era."""

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mtelint.fix import Repair, patch_of, workspace_of
from mtelint.fix import repair as repair_module
from mtelint.fix.edits import Edit, Proposal, apply_edits
from mtelint.fix.repair import key_of
from mtelint.model import Answer, Era, Simulation
from mtelint.rulebook import Example, load

BOOK = load()
PATH = "arch/arm64/mm/example.c"
EXAMPLES = [(f"{page.info.id}-line-{each.line}", each) for page in BOOK.pages.values() for each in page.examples
            if each.language == "c" and each.expectations]  # fmt: skip


def run(text: str, era: Era, path: str = PATH) -> Repair:
    repair = Repair(workspace_of({path: text.encode()}, BOOK, era))
    repair.run(lambda finding: True)
    return repair


@pytest.mark.parametrize("example", [each for _, each in EXAMPLES], ids=[name for name, _ in EXAMPLES])
def test_a_repair_takes_findings_away_and_brings_none(example: Example) -> None:
    path = example.attributes.get("path", PATH)
    for era in (Era.A, Era.B, Era.C, Era.D):
        repair = run(example.text, era, path)
        before = workspace_of({path: example.text.encode()}, BOOK, era).verdict()
        after = repair.space.verdict()
        old, new = (Counter(key_of(finding) for finding in verdict.findings) for verdict in (before, after))
        assert not new - old
        assert (old != new) == bool(repair.fixes)
        assert after.functions == before.functions
        assert not [fix for fix in repair.fixes if fix.simulation and fix.simulation.verdict == "confirmed"]


def test_every_rule_with_a_safe_answer_has_an_example_that_is_repaired() -> None:
    tried = [run(each.text, era) for _, each in EXAMPLES for era in (Era.A, Era.B, Era.D)]
    fixed = {fix.finding.rule for repair in tried for fix in repair.fixes}
    assert {"MTE001", "MTE002", "MTE005", "MTE006", "MTE008", "MTE009", "MTE010", "MTE012"} <= fixed


CODE = """\
void f(struct page *page)
{
	mte_clear_page_tags(page_address(page));
	set_bit(PG_mte_tagged, &page->flags);
}
"""


def test_a_change_that_brings_another_finding_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    at = CODE.index("\tset_bit")
    bad = Proposal("set it twice and drop the tags", (Edit(CODE.index("\tmte_"), at, b""),))
    monkeypatch.setattr(repair_module, "proposals", lambda code, kinds: iter([bad]))
    assert not run(CODE, Era.B).fixes


def test_a_change_that_hides_the_function_from_us_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    bad = Proposal("break it", (Edit(CODE.index("set_bit"), CODE.index("set_bit"), b"((("),))
    monkeypatch.setattr(repair_module, "proposals", lambda code, kinds: iter([bad]))
    assert not run(CODE, Era.B).fixes


def test_a_change_that_the_simulator_finds_unsafe_is_not_offered(monkeypatch: pytest.MonkeyPatch) -> None:
    assert run(CODE, Era.B).fixes
    monkeypatch.setattr(repair_module, "simulated", lambda space, finding: Simulation(Answer.CONFIRMED, "lkmm", "bad"))
    assert not run(CODE, Era.B).fixes


def test_the_simulator_is_asked_about_the_repaired_path() -> None:
    fixes = run(CODE, Era.A).fixes
    assert [(fix.finding.rule, fix.simulation.verdict) for fix in fixes if fix.simulation] == [("MTE009", "refuted")]


LINES = st.sampled_from([b"", b"a", b"b", b"\t", b"caf\xe9", b"-- ", b"+++ x", b"a\r"])
TEXTS = st.lists(LINES, max_size=12).map(b"\n".join)
NAMES = st.text(st.sampled_from('ab ."\\é\t'), min_size=1, max_size=6).map(lambda name: f"d/x{name}.c")


@given(TEXTS, TEXTS, NAMES)
def test_git_apply_takes_the_patch(tmp_path_factory: pytest.TempPathFactory, old: bytes, new: bytes, name: str) -> None:
    folder = tmp_path_factory.mktemp("apply")
    file = folder / name
    file.parent.mkdir(parents=True)
    file.write_bytes(old)
    patch = patch_of({name: old}, {name: new})
    assert bool(patch) == (old != new)
    if patch and old and new:  # an empty file cannot be told from none in a patch, and no repair empties one
        _apply(folder, patch)
        assert file.read_bytes() == new


def _apply(folder: Path, patch: bytes) -> None:
    done = subprocess.run(["git", "apply", "--whitespace=nowarn", "-"], cwd=folder, input=patch, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()


def test_edits_that_overlap_are_refused() -> None:
    with pytest.raises(ValueError, match="overlap"):
        apply_edits(b"abcdef", (Edit(0, 3, b"x"), Edit(2, 4, b"y")))
