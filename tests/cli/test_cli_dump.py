"""``mtelint check FILE --dump cfg``: one function drawn, so that a person can look."""

import subprocess
import sys
from pathlib import Path

SOURCE = "int f(int x)\n{\n\tif (x)\n\t\treturn g(x);\n\treturn 0;\n}\n\nint h(void)\n{\n\treturn 1;\n}\n"


def dump(file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "mtelint", "check", str(file), "--dump", "cfg", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_one_function_is_drawn_with_its_branches(tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    file.write_text(SOURCE)
    done = dump(file, "--function", "f")
    assert done.returncode == 0
    assert done.stdout.startswith("digraph")
    assert "return g(x)" in done.stdout
    assert "return 1" not in done.stdout


def test_several_functions_ask_for_a_name_and_a_wrong_name_is_said(tmp_path: Path) -> None:
    file = tmp_path / "a.c"
    file.write_text(SOURCE)
    assert "name one function with --function, such as f, h" in dump(file).stderr
    missing = dump(file, "--function", "nothere")
    assert missing.returncode == 2
    assert "nothere is not in this file" in missing.stderr
