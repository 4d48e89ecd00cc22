"""The man page in a real formatter, and completion in a real shell."""

import subprocess
import sys
from pathlib import Path

import click
import pytest

from mtelint.cli.guard import app

pytestmark = pytest.mark.integration

MTELINT = Path(sys.executable).with_name("mtelint")


@pytest.fixture(scope="module")
def page(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("man") / "mtelint.1"
    words = [sys.executable, str(root / "tools" / "manpage")]
    file.write_bytes(subprocess.run(words, cwd=root, env={"PYTHONPATH": str(root)}, check=True, capture_output=True,
                                    timeout=60).stdout)  # fmt: skip
    return file


def test_mandoc_has_nothing_to_say_about_the_page(page: Path, counterparts: Path) -> None:
    del counterparts  # which brought mandoc
    words = ["mandoc", "-T", "lint", "-W", "style", str(page)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60)
    assert done.stdout + done.stderr == ""


def test_the_page_names_every_command_and_option(page: Path, counterparts: Path) -> None:
    del counterparts
    shown = subprocess.run(["mandoc", "-T", "utf8", page], check=True, capture_output=True, text=True, timeout=60)
    text = " ".join(subprocess.run(["col", "-b", "-x"], input=shown.stdout, check=True, capture_output=True, text=True,
                                   timeout=60).stdout.split())  # fmt: skip
    context = click.Context(app)
    commands = [app.get_command(context, name) for name in app.list_commands(context)]
    assert commands
    for command in commands:
        assert command is not None
        assert f"mtelint {command.name} " in text
        options = [each for each in command.params if isinstance(each, click.Option) and not each.hidden]
        assert [option.opts[0] for option in options if option.opts[0] not in text] == []


@pytest.mark.parametrize(
    ("line", "offered"), [("mtelint pat", "patch"), ("mtelint patch --min-sev", "--min-severity"),
                          ("mtelint patch --min-severity err", "error")],
)  # fmt: skip
def test_bash_completes_commands_options_and_values(line: str, offered: str) -> None:
    words = line.split()
    script = (
        'eval "$(_MTELINT_COMPLETE=bash_source mtelint)"\n'
        f"COMP_WORDS=({' '.join(words)}); COMP_CWORD={len(words) - 1}\n"
        '_mtelint_completion mtelint; printf "%s\\n" "${COMPREPLY[@]}"'
    )
    environ = {"PATH": f"{MTELINT.parent}:/usr/bin:/bin"}
    done = subprocess.run(["bash", "-c", script], env=environ, capture_output=True, text=True, timeout=60)
    assert offered in done.stdout.split(), done.stderr
