"""``mtelint config --show``: each value with the place it comes from."""

import io
from pathlib import Path

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World


def config(*words: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = main(["config", *words], World(io.BytesIO(), out, err, {}))
    return code, out.getvalue(), err.getvalue()


def test_the_documentation_shows_what_is_printed(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(root)
    command = "--show --min-severity=warning fixtures/config/vendor/driver"
    code, out, err = config(*command.split())
    assert (code, err) == (0, "")
    page = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    assert f"```text\n$ mtelint config {command}\n{out}```\n" in page


def test_without_a_file_all_values_are_defaults(tmp_path: Path) -> None:
    code, out, _ = config("--show", str(tmp_path))
    lines = out.splitlines()
    assert code == 0
    assert lines[0].endswith("no .mtelint.toml here or further up")
    assert [line.split()[0] for line in lines[1:]] == ["select", "ignore", "min_severity", "min_confidence"]
    assert all(line.endswith("  default") for line in lines[1:])


def test_it_says_what_the_command_line_beats(tmp_path: Path) -> None:
    (tmp_path / ".mtelint.toml").write_text('ignore = ["MTE002"]\n')
    _, out, _ = config("--show", str(tmp_path), "--select=MTE002")
    assert f"--select, which beats {tmp_path / '.mtelint.toml'}:1" in out


def test_an_explicit_file(tmp_path: Path) -> None:
    (tmp_path / "ours.toml").write_text('\nexclude = ["a", "b"]\n')
    _, out, _ = config("--show", "--config", str(tmp_path / "ours.toml"), str(tmp_path))
    assert [line.split() for line in out.splitlines()[-2:]] == [
        ["exclude", name, f"{tmp_path / 'ours.toml'}:2"] for name in ("a", "b")
    ]


@pytest.mark.parametrize(
    ("text", "where", "words"),
    [
        ("select = 1", ".mtelint.toml:1", "due is a list of texts"),
        ('vocabulary = ["v.toml"]', "v.toml:1", "has the unknown key `functoins`"),
    ],
)
def test_what_is_wrong_is_one_line_and_status_2(text: str, where: str, words: str, tmp_path: Path) -> None:
    (tmp_path / ".mtelint.toml").write_text(text)
    (tmp_path / "v.toml").write_text("functoins = 1")
    code, out, err = config("--show", str(tmp_path))
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"mtelint: {tmp_path}")
    assert where in err
    assert words in err


@pytest.mark.parametrize(("words", "said"), [((), "say --show"), (("--show", "/no/such"), "/no/such: no such file")])
def test_wrong_usage_is_status_2(words: tuple[str, ...], said: str) -> None:
    code, _, err = config(*words)
    assert code == 2
    assert said in err
