"""Progress of long runs: a bar where rich is there, else a line; nothing of it where nobody watches."""

import contextlib
import io
import sys

import pytest

from mtelint.cli.commands.sweep import teller
from mtelint.sweep import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def run(stream: io.StringIO) -> str:
    with teller(stream) as tell:
        tell(Progress(1, 2, 1, 10, 0, 0.1))
        tell(Progress(2, 2, 2, 20, 3, 0.2))
    return stream.getvalue()


def interrupted(stream: io.StringIO) -> str:
    with contextlib.suppress(KeyboardInterrupt), teller(stream) as tell:
        tell(Progress(1, 2, 1, 10, 0, 0.1))
        raise KeyboardInterrupt
    return stream.getvalue()


def test_a_terminal_with_rich_gets_a_bar() -> None:
    pytest.importorskip("rich")
    shown = run(Terminal())
    assert "100%" in shown
    assert "20 items, 3 findings" in shown


def test_a_bar_that_is_interrupted_gives_the_cursor_back() -> None:
    pytest.importorskip("rich")
    shown = interrupted(Terminal())
    assert shown.count("\x1b[?25l") == shown.count("\x1b[?25h") > 0


def test_a_terminal_without_rich_gets_a_line_that_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [n for n in sys.modules if n == "rich" or n.startswith("rich.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "rich", None)
    assert run(Terminal()).endswith("\r100 %, 20 items, 3 findings\n")
    assert interrupted(Terminal()) == "\r50 %, 10 items, 0 findings\n"


def test_a_log_gets_plain_lines() -> None:
    assert run(io.StringIO()).splitlines()[-1] == "mtelint: 100 %, 20 items, 3 findings"
