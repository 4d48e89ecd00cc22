"""The shipped rulebook: found, complete, cached, extended and recognised by its digest."""

import shutil
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from mtelint.errors import RulebookError
from mtelint.rulebook import load
from mtelint.rulebook.book import load_folder

ALONE = {"PYTHONPATH": str(Path(msgspec.__file__).parents[1])}
"""With ``-S``: the packages that mtelint needs, and no mtelint that is installed."""


def test_the_shipped_rules_are_in_order_and_none_is_left_out() -> None:
    ids = [info.id for info in load().rules]
    assert len(ids) >= 19
    assert ids == [f"MTE{number:03}" for number in range(1, len(ids) + 1)]


def test_a_rule_is_found_by_id_and_by_name_in_any_case() -> None:
    book = load()
    assert book.rule("MTE002") is book.rule("mte002") is book.rule("flag-before-tags")
    assert book.page("mte002") == book.pages["MTE002"].markdown
    with pytest.raises(KeyError):
        book.rule("MTE999")


def test_the_shipped_rulebook_is_read_once() -> None:
    assert load() is load()


def test_a_vendor_file_extends_the_vocabulary_and_changes_the_digest(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor.toml"
    vendor.write_text('[functions.vendor_wipe]\neffects = [{ do = "write", arg = 1, how = "clear" }]\n')
    extended = load([vendor])
    assert "vendor_wipe" in extended.vocabulary.functions
    assert "mte_clear_page_tags" in extended.vocabulary.functions
    assert extended.rules == load().rules
    assert extended.digest != load().digest
    assert "vendor_wipe" not in load().vocabulary.functions


def test_a_vendor_file_that_is_missing_or_no_text_is_named(tmp_path: Path) -> None:
    with pytest.raises(RulebookError, match=r"gone\.toml: the vocabulary file cannot be read: No such file"):
        load([tmp_path / "gone.toml"])
    binary = tmp_path / "binary.toml"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RulebookError, match=r"binary\.toml: .*not UTF-8"):
        load([binary])


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Path:
    return shutil.copytree(root / "rules", tmp_path / "rules")


def test_the_digest_follows_every_page_and_the_vocabulary(copy: Path) -> None:
    before = load_folder(copy).digest
    page = copy / "MTE002-flag-before-tags.md"
    page.write_text(page.read_text() + "\nmore\n")
    changed_page = load_folder(copy).digest
    vocabulary = copy / "protocols" / "mte-tagged.toml"
    vocabulary.write_text("# more\n" + vocabulary.read_text())
    assert len({before, changed_page, load_folder(copy).digest}) == 3
    assert before == load().digest


def test_two_pages_of_one_id_are_refused(copy: Path) -> None:
    text = (copy / "MTE002-flag-before-tags.md").read_text()
    (copy / "MTE002-late-tags.md").write_text(text.replace('"flag-before-tags"', '"late-tags"'))
    with pytest.raises(RulebookError, match=r"rules/MTE002-late-tags\.md:1: `MTE002` is taken by MTE002-flag-before"):
        load_folder(copy)


def test_a_broken_page_is_named_as_the_user_knows_it(copy: Path) -> None:
    (copy / "MTE020-new.md").write_text("no head")
    with pytest.raises(RulebookError, match=r"^rules/MTE020-new\.md:1: "):
        load_folder(copy)


def test_a_plain_checkout_finds_the_rules_beside_the_package(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "mtelint", tmp_path / "mtelint", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(root / "rules", tmp_path / "rules")
    code = "import mtelint.rulebook.book as b; print(b.rules_folder()); print(len(b.load().rules))"
    run = subprocess.run(
        [sys.executable, "-S", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True, env=ALONE
    )
    assert run.stdout.split() == [str(tmp_path / "rules"), str(len(load().rules))]


def test_missing_rules_are_a_clear_error(root: Path, tmp_path: Path) -> None:
    shutil.copytree(root / "mtelint", tmp_path / "mtelint", ignore=shutil.ignore_patterns("__pycache__"))
    run = subprocess.run(
        [sys.executable, "-S", "-c", "from mtelint.rulebook import load; load()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=ALONE,
    )
    assert "the rules are missing: install mtelint, or run it from its checkout" in run.stderr
