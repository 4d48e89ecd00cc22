"""Repairs of several trees, and of a tree with words of its own: each by what the review went by."""

import json
import shutil
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


def fixes(capsys: pytest.CaptureFixture[str], *paths: Path) -> list[str | None]:
    main(["check", "--no-cache", "--confirm", "--format", "json", *map(str, paths)])
    return [found["fix"] for found in json.loads(capsys.readouterr().out)["findings"] if found["path"] == "mm/m.c"]


def test_no_finding_gets_the_repair_of_another_tree(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Only the newer one has the helper that the repair calls."""
    old, new = tree(tmp_path / "old", ""), tree(tmp_path / "new", HEADER)
    assert set(fixes(capsys, old)) == {None}
    assert set(fixes(capsys, new)) == {REPAIR}
    assert set(fixes(capsys, old, new)) == {None}


def test_trees_of_one_kind_have_their_repair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    trees = [tree(tmp_path / name, HEADER) for name in ("one", "two")]
    assert set(fixes(capsys, *trees)) == {REPAIR}


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
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tree(tmp_path / "old", ""), tree(tmp_path / "new", HEADER)
    (old / ".mtelint.toml").write_text("ignore = ['MTE001', 'MTE009']")
    assert set(fixes(capsys, old, new)) == {REPAIR}


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
    assert found["vendor/guard.c", "MTE009"] == REPAIR
    main(["fix", named])
    out, err = capsys.readouterr()
    assert f"+\t{REPAIR}" in out
    assert "2 repaired" in err
