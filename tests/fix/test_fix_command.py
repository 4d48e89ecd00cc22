"""``mtelint fix`` in a real repository: it prints, and changes files only when told to."""

import io
import json
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World
from mtelint.engine import Options, review_paths
from mtelint.model import Report

DEFECT = """\
void init_tags(struct page *page)
{
	if (!try_page_mte_tagging(page))
		return;

	set_page_mte_tagged(page);
	mte_clear_page_tags(page_address(page));
}
"""
REPAIRED = DEFECT.replace("\tset_page_mte_tagged(page);\n", "").replace("}\n", "\tset_page_mte_tagged(page);\n}\n")
MAIL = """\
From: A Tester <a@example.org>
Subject: [PATCH] mm: flag the page early
Message-ID: <1@example.org>

---
 arch/arm64/mm/new.c | 2 +-
 1 file changed, 1 insertion(+), 1 deletion(-)

"""

DIFF = [
    "diff --git a/arch/arm64/mm/new.c b/arch/arm64/mm/new.c",
    "--- a/arch/arm64/mm/new.c",
    "+++ b/arch/arm64/mm/new.c",
    "@@ -3,6 +3,6 @@",
    " \tif (!try_page_mte_tagging(page))",
    " \t\treturn;",
    " ",
    "-\tmte_clear_page_tags(page_address(page));",
    " \tset_page_mte_tagged(page);",
    "+\tmte_clear_page_tags(page_address(page));",
    " }",
]
MAIL += "\n".join([*DIFF, ""])


def call(*words: str, stdin: bytes = b"") -> tuple[int, bytes, str]:
    out, err = io.BytesIO(), io.StringIO()
    text = io.TextIOWrapper(out, "utf-8", newline="")
    code = main(words, World(io.BytesIO(stdin), text, err, {}))
    text.flush()
    return code, out.getvalue(), err.getvalue()


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    subprocess.run(["git", "init", "--quiet", str(tmp_path)], check=True)
    (tmp_path / "arch/arm64/mm").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def apply(tree: Path, patch: bytes) -> None:
    subprocess.run(["git", "apply", "-"], cwd=tree, input=patch, check=True)


def test_the_patch_is_printed_and_the_file_is_as_before(tree: Path) -> None:
    file = tree / "arch/arm64/mm/new.c"
    file.write_text(DEFECT)
    code, patch, said = call("fix", "arch")
    assert (code, file.read_text()) == (0, DEFECT)
    assert said.splitlines() == [
        "arch/arm64/mm/new.c:6: MTE002 flag-before-tags: set the flag after the tags are written "
        "(judged again; shown safe by the simulator)",
        "1 finding, 1 repaired",
    ]
    apply(tree, patch)
    assert file.read_text() == REPAIRED
    assert call("fix", "arch")[1] == b""


def test_write_changes_the_file_and_prints_no_patch(tree: Path) -> None:
    file = tree / "arch/arm64/mm/new.c"
    file.write_text(DEFECT)
    file.chmod(0o640)
    assert call("fix", "--write", "-q", "arch") == (0, b"", "")
    assert (file.read_text(), file.stat().st_mode & 0o777) == (REPAIRED, 0o640)


def test_what_a_mail_introduces_is_repaired_on_top_of_it(tree: Path) -> None:
    file = tree / "arch/arm64/mm/new.c"
    file.write_text(REPAIRED)
    code, patch, said = call("fix", "--patch", "-", "--tree", str(tree), stdin=MAIL.encode())
    assert code == 0, said
    apply(tree, MAIL.encode())
    assert file.read_text() == DEFECT
    apply(tree, patch)
    assert file.read_text() == REPAIRED


def test_a_mail_that_does_not_apply_is_named(tree: Path) -> None:
    (tree / "arch/arm64/mm/new.c").write_text("int x;\n")
    code, patch, said = call("fix", "--patch", "-", "--tree", str(tree), stdin=MAIL.encode())
    assert (code, patch) == (2, b"")
    assert "arch/arm64/mm/new.c" in said


def test_only_what_is_selected_is_repaired(tree: Path) -> None:
    (tree / "arch/arm64/mm/new.c").write_text(DEFECT)
    assert call("fix", "--select=MTE001", "arch")[1] == b""


def test_a_suppressed_finding_is_left_alone(tree: Path) -> None:
    line = "set_page_mte_tagged(page);"
    text = DEFECT.replace(line, f"{line} /* mtelint: ignore[MTE002] meant */")
    (tree / "arch/arm64/mm/new.c").write_text(text)
    assert call("fix", "arch")[1] == b""


DEEP = DEFECT.replace("\n\n", f"\n\tint deep = {'(' * 160}1{')' * 160};\n")
BOUNDS = "[limits]\nnesting = 400\n"


def test_the_bounds_of_the_review_hold_for_repairs_too(tree: Path) -> None:
    (tree / "arch/arm64/mm/new.c").write_text(DEEP)
    assert call("fix", "arch")[2] == "0 findings, 0 repaired\n"
    (tree / ".mtelint.toml").write_text(BOUNDS)
    assert call("fix", "arch")[2].endswith("\n1 finding, 1 repaired\n")


def test_the_bounds_of_the_tree_hold_for_repairs_of_a_mail(tree: Path) -> None:
    (tree / "arch/arm64/mm/new.c").write_text("int x;\n")
    added = "".join(f"+{line}\n" for line in DEEP.splitlines())
    head = "diff --git a/mm/a.c b/mm/a.c\nnew file mode 100644\n--- /dev/null\n+++ b/mm/a.c\n"
    mail = f"{head}@@ -0,0 +1,{len(DEEP.splitlines())} @@\n{added}".encode()
    (tree / ".mtelint.toml").write_text(BOUNDS)
    said = call("fix", "--patch", "-", "--tree", str(tree), stdin=mail)[2]
    assert said.endswith("\n1 finding, 1 repaired\n")


def test_only_the_repairs_that_were_made_are_counted(tree: Path) -> None:
    """A file that is changed after it was reviewed has nothing left to repair."""
    first, second = (tree / f"arch/arm64/mm/{name}.c" for name in ("first", "second"))
    first.write_text(DEFECT)
    second.write_text(DEFECT)

    def reviewed(paths: Sequence[str], options: Options) -> Report:
        report = review_paths(paths, options)
        second.write_text("int x;\n")
        return report

    err = io.StringIO()
    main(("fix", "arch"), World(io.BytesIO(), io.TextIOWrapper(io.BytesIO()), err, {}, review_paths=reviewed))
    assert err.getvalue().endswith("\n2 findings, 1 repaired; 1 without a repair that is known to be safe\n")


@pytest.mark.parametrize(
    "words", [(), ("--patch", "x"), ("--tree", ".", "x"), ("--patch", "x", "--tree", ".", "--write"), ("gone.c",)]
)
def test_what_cannot_be_meant_is_an_error(tree: Path, words: tuple[str, ...]) -> None:
    code, patch, said = call("fix", *words)
    assert (code, patch) == (2, b"")
    assert said


def test_reviewdog_gets_the_repaired_line_as_a_suggestion(tree: Path) -> None:
    guarded = "\tif (page_mte_tagged(ZERO_PAGE(0)))\n\t\tmte_clear_page_tags(lm_alias(empty_zero_page));\n"
    code = f"void f(void)\n{{\n{guarded}}}\n"
    (tree / "arch/arm64/mm/new.c").write_text(code)
    out, err = io.StringIO(), io.StringIO()
    main(("check", "--format=rdjson", "arch"), World(io.BytesIO(), out, err, {}))
    (found,) = json.loads(out.getvalue())["diagnostics"]
    assert [each["text"] for each in found["suggestions"]] == ["\tif (!page_mte_tagged(ZERO_PAGE(0)))"]


def test_a_repair_of_several_lines_is_no_suggestion(tree: Path) -> None:
    (tree / "arch/arm64/mm/new.c").write_text(DEFECT)
    out, err = io.StringIO(), io.StringIO()
    main(("check", "--format=rdjson", "arch"), World(io.BytesIO(), out, err, {}))
    (found,) = json.loads(out.getvalue())["diagnostics"]
    assert "suggestions" not in found


def test_a_file_outside_of_any_tree_is_named_so_that_patch_finds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, elsewhere = tmp_path / "new.c", tmp_path / "elsewhere"
    file.write_text(DEFECT)
    elsewhere.mkdir()
    for folder, name in ((tmp_path, "new.c"), (elsewhere, str(file).lstrip("/"))):
        monkeypatch.chdir(folder)
        assert f"+++ b/{name}\n".encode() in call("fix", str(file))[1]
