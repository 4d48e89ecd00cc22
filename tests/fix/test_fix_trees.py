"""Repairs of several trees, and of a tree with words of its own: each by what the review went by."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from mtelint.cli.guard import main

TEST = """\
bool save(struct page *page, void *tags)
{
	if (!test_bit(PG_mte_tagged, &page->flags))
		return false;
	mte_save_page_tags(page_address(page), tags);
	return true;
}
"""
HEADER = """\
static inline bool page_mte_tagged(struct page *page)
{
	bool ret = test_bit(PG_mte_tagged, &page->flags);

	if (ret)
		smp_rmb();
	return ret;
}
bool try_page_mte_tagging(struct page *page);
"""
REPAIR = "if (!page_mte_tagged(page))"
VENDOR_REPAIR = "if (!acme_page_flagged(page))"
"""Beside a call of one of the vendor's helpers."""
VENDOR = """\
void save(struct page *page, void *tags)
{
	if (!test_bit(PG_mte_tagged, &page->flags))
		return;
	acme_save_tags(page, tags);
}

void claim(struct page *page)
{
	if (try_page_mte_tagging(page)) {
		acme_wipe_tags(page);
		set_page_mte_tagged(page);
	}
}
"""
READS = "\n[functions.acme_save_tags]\neffects = [{ do = 'read', arg = 1 }]\n"


def tree(top: Path, header: str) -> Path:
    files = {"Kbuild": "", "Kconfig": "", "arch/arm64/include/asm/mte.h": header, "mm/m.c": TEST}
    for name, text in files.items():
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_text(text)
    return top


def fixes(capsys: pytest.CaptureFixture[str], *paths: Path) -> dict[str, set[str | None]]:
    """The repaired lines by path."""
    main(["check", "--no-cache", "--confirm", "--format", "json", *map(str, paths)])
    found = json.loads(capsys.readouterr().out)["findings"]
    return {each["path"]: {one["fix"] for one in found if one["path"] == each["path"]} for each in found}


def test_each_finding_names_its_tree_and_has_the_repair_of_that_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the newer one has the helper that the repair calls."""
    monkeypatch.chdir(tmp_path)
    old, new = tree(Path("old"), ""), tree(Path("new"), HEADER)
    assert fixes(capsys, old) == {"mm/m.c": {None}}
    assert fixes(capsys, new) == {"mm/m.c": {REPAIR}}
    assert fixes(capsys, old, new) == fixes(capsys, Path()) == {"old/mm/m.c": {None}, "new/mm/m.c": {REPAIR}}


def test_trees_of_one_kind_have_their_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    trees = [tree(Path(name), HEADER) for name in ("one", "two")]
    assert fixes(capsys, *trees) == {"one/mm/m.c": {REPAIR}, "two/mm/m.c": {REPAIR}}


def test_the_patch_for_several_trees_applies_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        tree(Path(name), HEADER)
    main(["fix", "one", "two"])
    patch, said = capsys.readouterr()
    Path("repair.diff").write_text(patch)
    assert {line.partition(":")[0] for line in said.splitlines()[:-1]} == {"one/mm/m.c", "two/mm/m.c"}
    subprocess.run(["git", "apply", "repair.diff"], check=True)
    assert all(REPAIR in Path(name, "mm/m.c").read_text() for name in ("one", "two"))


@pytest.mark.parametrize("left_alone", ["exclude = ['mm/*']", "ignore = ['MTE001', 'MTE009']"])
def test_what_the_configuration_of_a_tree_leaves_alone_is_not_repaired_with_another(
    tmp_path: Path, left_alone: str
) -> None:
    one, two = (tree(tmp_path / name, HEADER) for name in ("one", "two"))
    (two / ".mtelint.toml").write_text(left_alone)
    main(["fix", "--write", str(one), str(two)])
    assert REPAIR in (one / "mm/m.c").read_text()
    assert (two / "mm/m.c").read_text() == TEST


def test_a_tree_without_the_finding_has_no_say_in_its_repair(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    old, new = tree(Path("old"), ""), tree(Path("new"), HEADER)
    (old / ".mtelint.toml").write_text("ignore = ['MTE001', 'MTE009']")
    assert fixes(capsys, old, new) == {"new/mm/m.c": {REPAIR}}


@pytest.mark.parametrize("named", ["vendor", "."])
def test_words_of_a_folder_below_hold_for_repairs_too(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], named: str
) -> None:
    shutil.copytree(root / "fixtures/config/vendor", tmp_path / "vendor")
    (tmp_path / "vendor/guard.c").write_text(VENDOR)
    with (tmp_path / "vendor/helpers.toml").open("a") as words:
        words.write(READS)
    monkeypatch.chdir(tmp_path)
    main(["check", "--no-cache", "--confirm", "--format", "json", named])
    found = {(each["path"], each["rule"]): each["fix"] for each in json.loads(capsys.readouterr().out)["findings"]}
    assert found["vendor/guard.c", "MTE009"] == VENDOR_REPAIR
    main(["fix", named])
    out, err = capsys.readouterr()
    assert f"+\t{VENDOR_REPAIR}" in out
    assert "4 repaired" in err  # with the two of the fixture
