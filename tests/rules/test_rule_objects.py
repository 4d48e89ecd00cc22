"""Rules are objects: each page has one, found without docstrings, and no other room knows a rule by its id."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from msgspec.structs import replace

from mtelint.checks.registry import rule_of
from mtelint.checks.rule import Gravity, Rule
from mtelint.errors import RulebookError
from mtelint.fix.repair import PROPOSERS
from mtelint.model import RuleInfo
from mtelint.model.rules import RepairKind
from mtelint.rulebook import load

RULES = load().rules
IDS = frozenset(info.id for info in RULES)
NAMELESS = ("confirm", "fix", "engine", "report", "reply", "lsp", "sweep", "cli", "flow", "syntax", "model", "rulebook")
"""Rooms that serve any rule."""
EXAMPLES = {
    "mtelint/config/config_file.py": "messages about a malformed configuration show a right line",
    "mtelint/cli/commands/explain.py": "the help text shows what an id looks like",
    "rules/runs.toml": "a run is told of the place and the rule that it was about; a rule needs none",
}
"""Files that name a rule as an example, for which any would do."""

each_rule = pytest.mark.parametrize("info", RULES, ids=lambda info: info.id)


# --- every page has its rule ------------------------------------------------------------------------------------------


@each_rule
def test_the_module_of_a_page_defines_its_rule(info: RuleInfo) -> None:
    rule = rule_of(info)
    assert rule.id == info.id
    assert (rule.check is None) != (rule.check_units is None)


@pytest.fixture
def info(monkeypatch: pytest.MonkeyPatch) -> RuleInfo:
    """A page whose module is there and empty."""
    monkeypatch.setitem(sys.modules, "mtelint.checks.mte099_new_thing", ModuleType("mte099_new_thing"))
    return replace(RULES[0], id="MTE099", name="new-thing")


def test_a_module_without_a_rule_is_refused(info: RuleInfo) -> None:
    with pytest.raises(RulebookError, match=r'^mtelint\.checks\.mte099_new_thing: .*add RULE = Rule\("MTE099", check='):
        rule_of(info)


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        (
            Rule("MTE098", check=lambda *_: iter(())),
            r"its RULE is MTE098, and its page rules/MTE099-\S+ MTE099: ",
        ),
        (Rule("MTE099"), "a rule has one check"),
    ],
)
def test_a_rule_that_does_not_fit_its_page_is_refused(info: RuleInfo, rule: Rule, problem: str) -> None:
    sys.modules["mtelint.checks.mte099_new_thing"].RULE = rule  # type: ignore[attr-defined]
    with pytest.raises(RulebookError, match=rf"^mtelint\.checks\.mte099_new_thing: {problem}"):
        rule_of(info)


def test_a_page_whose_module_is_gone_is_refused() -> None:
    with pytest.raises(RulebookError, match=r"^rules/MTE098-gone\.md:1: the page has no check"):
        rule_of(replace(RULES[0], id="MTE098", name="gone"))


@pytest.mark.parametrize("option", ["-O", "-OO"])
def test_the_demo_is_judged_alike_without_docstrings_and_assertions(root: Path, option: str) -> None:
    plain, lean = _demo(root), _demo(root, option)

    assert plain.returncode == 1
    assert "MTE002" in plain.stdout
    assert (lean.stdout, lean.stderr, lean.returncode) == (plain.stdout, plain.stderr, plain.returncode)


def _demo(root: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *options, "-m", "mtelint", "patch", "--confirm", "fixtures/demo/tag-rework.mbox"]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


# --- what a rule says -------------------------------------------------------------------------------------------------


def test_every_kind_of_repair_is_proposed_by_one_function_and_named_by_a_rule() -> None:
    named = {kind for info in RULES for kind in rule_of(info).repairs}
    assert set(PROPOSERS) == set(RepairKind) == named
    assert len(set(PROPOSERS.values())) == len(PROPOSERS)


def test_a_raw_operation_is_a_note_beside_a_graver_defect_and_no_other_rule_is() -> None:
    lesser = {info.name: rule_of(info).gravity for info in RULES if rule_of(info).gravity is not Gravity.FULL}
    assert lesser == {"raw-flag-op": Gravity.SLIGHT, "missing-barrier": Gravity.MINOR}


# --- who knows a rule -------------------------------------------------------------------------------------------------


def _literals(module: Path) -> Iterator[tuple[int, str]]:
    """Line and text of every string literal of a module, docstrings left out."""
    tree = ast.parse(module.read_bytes())
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in prose and isinstance(node.value, str | bytes):
            text = node.value if isinstance(node.value, str) else node.value.decode("latin-1")
            yield node.lineno, text


def _ids_in(text: str) -> set[str]:
    return {word.upper() for word in re.findall(r"[a-z]+[0-9]{3}", text, re.IGNORECASE)} & IDS


def test_the_rooms_that_serve_any_rule_name_none(root: Path) -> None:
    found = [
        f"{module.relative_to(root)}:{line}: {text}"
        for room in NAMELESS
        for module in sorted((root / "mtelint" / room).rglob("*.py"))
        for line, text in _literals(module)
        if _ids_in(text)
    ]
    assert found == []


@each_rule
def test_a_check_names_no_rule_but_its_own(info: RuleInfo, root: Path) -> None:
    assert _ids_in((root / "mtelint" / "checks" / f"{info.module}.py").read_text()) == {info.id}


@each_rule
def test_a_rule_is_known_by_its_module_its_page_and_the_questions_of_the_simulator(info: RuleInfo, root: Path) -> None:
    """Other pages may refer to a rule, as links and in what they cover."""
    files = [*(root / "mtelint").rglob("*.py"), *(root / "rules").rglob("*.py"), *(root / "rules").rglob("*.toml")]
    known = {str(file.relative_to(root)) for file in files if info.id in _ids_in(file.read_text())}
    data = ("rules/premises.toml", "rules/runs.toml", "rules/protocols/environments.toml")
    wanted = {f"mtelint/checks/{info.module}.py", *data}

    assert (root / "rules" / info.page).is_file()
    assert known - EXAMPLES.keys() <= wanted


def test_each_example_that_names_a_rule_is_there(root: Path) -> None:
    assert all(_ids_in((root / file).read_text()) for file in EXAMPLES)
