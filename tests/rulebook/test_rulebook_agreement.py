"""Pages, checks and protocols fit together, or loading says which does not: no rule is listed that never fires."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from mtelint.errors import RulebookError
from mtelint.rulebook import load
from mtelint.rulebook.agreement import check_modules
from mtelint.rulebook.book import load_folder
from mtelint.rulebook.environments import parse_environments, refuse_strangers

MODEL = "MTE011-check-then-init.md"
"""A page to start others from; it covers another rule."""


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    return shutil.copytree(root / "rules", tmp_path / "rules")


def add_page(folder: Path, rule: str, name: str) -> Path:
    """A page that is sound by itself, as one is copied to begin a new rule."""
    text = (folder / MODEL).read_text().replace("MTE011", rule).replace("check-then-init", name)
    page = folder / f"{rule}-{name}.md"
    page.write_text(text)
    return page


def refused(folder: Path) -> str:
    with pytest.raises(RulebookError) as caught:
        load_folder(folder)
    return str(caught.value)


def test_every_page_has_a_module_and_every_module_a_page() -> None:
    assert check_modules() == {info.module for info in load().rules}


def test_a_page_without_a_check_is_refused_and_told_which_module_it_wants(copy: Path) -> None:
    add_page(copy, "MTE999", "new-thing")

    assert refused(copy) == (
        "rules/MTE999-new-thing.md:1: the page has no check and would never fire: "
        "add mtelint/checks/mte999_new_thing.py with its RULE"
    )


def test_a_check_without_a_page_is_refused_and_told_which_page_it_wants(copy: Path) -> None:
    (copy / "MTE016-zero-page-flagged.md").unlink()
    page = copy / "MTE008-inverted-guard.md"
    page.write_text(page.read_text().replace('"MTE016", ', ""))

    assert refused(copy) == (
        "mtelint/checks/mte016_zero_page_flagged.py:1: the check has no page: "
        "add rules/MTE016-zero-page-flagged.md, or remove it"
    )


def test_a_page_whose_id_belongs_to_no_protocol_is_refused_with_its_line(copy: Path) -> None:
    add_page(copy, "ICD002", "other-thing")

    message = refused(copy)

    assert message.startswith("rules/ICD002-other-thing.md:2: `ICD002` belongs to no protocol: ")
    assert "the families of ids are MTE;" in message


def test_a_family_is_declared_by_the_protocol_and_by_nothing_else(copy: Path) -> None:
    protocol = copy / "protocols" / "mte-tagged.toml"
    protocol.write_text(protocol.read_text().replace('families = ["MTE"]', 'families = ["ICD"]'))

    assert "rules/MTE001-raw-flag-op.md:2: `MTE001` belongs to no protocol" in refused(copy)


@pytest.mark.parametrize("rule", ["MTE20", "mte020", "MTE0200", "020"])
def test_an_id_that_is_none_is_refused_with_its_line(copy: Path, rule: str) -> None:
    add_page(copy, rule, "new-thing")

    assert refused(copy).startswith(f"rules/{rule}-new-thing.md:2: `{rule}` is no id: ")


def test_a_page_that_covers_an_unknown_rule_or_its_own_is_refused_with_the_line(copy: Path) -> None:
    page = copy / MODEL
    text = page.read_text()
    line = text.splitlines().index('covers_in_function = ["MTE015"]') + 1

    for covered, problem in (("MTE099", "no rule"), ("MTE011", "the page's own rule")):
        page.write_text(text.replace('["MTE015"]', f'["{covered}"]'))
        assert refused(copy) == (
            f"rules/{MODEL}:{line}: `covers_in_function` names `{covered}`, which is {problem}: take it out"
        )


def test_rules_that_would_silence_each_other_are_refused(copy: Path) -> None:
    page = copy / "MTE015-set-without-claim.md"
    page.write_text(page.read_text().replace("fixed_by = []\n", 'fixed_by = []\ncovers_at_place = ["MTE003"]\n'))

    assert refused(copy) == (
        "rules/MTE003-flag-without-tags.md:10: the rules MTE003, MTE015 cover one another in a circle: "
        "let the graver one cover"
    )


def test_what_a_page_covers_is_a_list(copy: Path) -> None:
    page = copy / MODEL
    page.write_text(page.read_text().replace('["MTE015"]', '"MTE015"'))

    assert "`covers_in_function` is no list of rules" in refused(copy)


def test_a_question_about_a_rule_without_a_page_is_refused_with_its_line() -> None:
    text = '# what is asked\n[[questions]]\nrule = "MTE099"\nskip = "it is not there"\n'

    with pytest.raises(RulebookError, match=r"^file\.toml:3: there is no page of a rule `MTE099`"):
        refuse_strangers(parse_environments(text, "file.toml"), load().pages.keys(), text, "file.toml")


def test_loading_compares_the_checks_without_importing_one(root: Path) -> None:
    code = (
        "import sys; from mtelint.rulebook import load; load();"
        "print(*[name for name in sys.modules if name.startswith(('mtelint.checks', 'tree_sitter'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)

    assert done.stdout.split() == []
