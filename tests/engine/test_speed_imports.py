"""What a command loads: start-up is most of the time of a small job, and it is kept small by what is not imported."""

import subprocess
import sys
from pathlib import Path

MAIL = """\
From: A <a@example.org>
Subject: [PATCH] mm: rename a variable
Message-ID: <1@example.org>

Nothing of the flag.
---
diff --git a/mm/f.c b/mm/f.c
--- a/mm/f.c
+++ b/mm/f.c
@@ -1,3 +1,3 @@
 int a;
-int b;
+int c;
 int d;
"""

PARSING = ("tree_sitter", "tree_sitter_c", "mtelint.syntax", "mtelint.flow", "mtelint.checks")
MAILING = ("email", "unidiff", "mtelint.patches.reader", "mtelint.git.changes")
SIMULATING = ("mtelint.memsim", "mtelint.confirm")
RARE = ("asyncio", "concurrent.futures", "difflib", "json", "multiprocessing", "sqlite3", "subprocess", "traceback")
PACKED = ("bz2", "gzip", "lzma", "pickle")


def loaded(arguments: list[str], root: Path) -> set[str]:
    """The modules that a run of the command leaves loaded, in a process of its own."""
    code = (
        "import sys\n"
        "from mtelint.cli.guard import main\n"
        f"main({arguments!r})\n"
        "sys.stderr.write(chr(10).join(['', *sys.modules]))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=root, check=True)
    return set(done.stderr.splitlines())


def unwanted(names: set[str], *groups: tuple[str, ...]) -> set[str]:
    tops = [top for group in groups for top in group]
    return {name for name in names if any(name == top or name.startswith(f"{top}.") for top in tops)}


def test_who_asks_for_the_version_loads_no_engine(root: Path) -> None:
    modules = loaded(["--version"], root)
    assert "click" in modules
    rest = ("mtelint.engine", "mtelint.rulebook")
    assert unwanted(modules, PARSING, MAILING, SIMULATING, RARE, PACKED, rest) == set()


def test_a_mail_that_cannot_matter_loads_no_parser(root: Path, tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_text(MAIL)
    modules = loaded(["patch", str(mail)], root)
    rest = ("email", "unidiff", "pickle", "mtelint.engine.judge.judge", "mtelint.engine.find.candidates")
    assert unwanted(modules, PARSING, SIMULATING, RARE, rest) == set()


def test_a_mail_that_matters_loads_the_parser(root: Path, tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_text(MAIL.replace("int c;", "int c = test_bit(PG_mte_tagged, &page->flags);"))
    modules = loaded(["patch", str(mail)], root)
    assert {"email", "unidiff", "tree_sitter", "mtelint.engine.judge.judge"} <= modules
    assert unwanted(modules, SIMULATING, RARE) == set()


def test_files_are_checked_without_mail_and_simulator(root: Path, tmp_path: Path) -> None:
    (tmp_path / "one.c").write_text("void f(struct page *page)\n{\n\tset_bit(PG_mte_tagged, &page->flags);\n}\n")
    modules = loaded(["check", str(tmp_path)], root)
    assert "tree_sitter" in modules
    assert unwanted(modules, MAILING, SIMULATING, RARE) == set()
