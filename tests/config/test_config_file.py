"""``.mtelint.toml``: what it may say, and what is said where it is wrong."""

from pathlib import Path

import pytest

from mtelint.config import Config, read_config
from mtelint.errors import InputError
from mtelint.model import Confidence, Severity

WHOLE = """\
# A comment, and every key.
select = ["MTE002", "inverted-guard"]
ignore = ["mte016"]
min_severity = "warning"
min_confidence = "low"
exclude = [
    "drivers/staging/",
]
vocabulary = ["more.toml"]

[severity]
MTE011 = "note"

[severity."mm/**"]
"flag-before-tags" = "error"
MTE003 = "off"
"""


def config(text: str, folder: Path) -> Config:
    (folder / "more.toml").write_text("")
    file = folder / ".mtelint.toml"
    file.write_text(text)
    return read_config(file)


def test_every_key(tmp_path: Path) -> None:
    found = config(WHOLE, tmp_path)
    assert (found.select, found.ignore) == (("MTE002", "MTE008"), ("MTE016",))
    assert (found.min_severity, found.min_confidence) == (Severity.WARNING, Confidence.LOW)
    assert found.exclude == ("drivers/staging/",)
    assert found.vocabulary == (tmp_path / "more.toml",)
    assert [(r.rule, r.severity, r.glob, r.line) for r in found.ratings] == [
        ("MTE011", Severity.NOTE, None, 12),
        ("MTE002", Severity.ERROR, "mm/**", 15),
        ("MTE003", None, "mm/**", 16),
    ]


def test_every_key_knows_its_line(tmp_path: Path) -> None:
    found = config(WHOLE, tmp_path)
    assert dict(found.lines) == {
        "select": 2, "ignore": 3, "min_severity": 4, "min_confidence": 5, "exclude": 6, "vocabulary": 9, "severity": 11,
    }  # fmt: skip


def test_an_empty_file_says_nothing(tmp_path: Path) -> None:
    found = config("", tmp_path)
    assert found == Config(tmp_path / ".mtelint.toml")


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ('slect = ["MTE002"]', 1, "unknown key `slect`: did you mean `select`?"),
        ("\nfrobnicate = 1", 2, "unknown key `frobnicate`: known are select, ignore,"),
        ('select = "MTE002"', 1, "due is a list of texts, as in select = ["),
        ("\n\nignore = [16]", 3, "due is a list of texts"),
        ('select = ["MTE02"]', 1, "no rule is called `MTE02`: did you mean MTE0"),
        ('ignore = ["nonsense"]', 1, "no rule is called `nonsense`: `mtelint rules` lists them"),
        ('min_severity = "fatal"', 1, '`min_severity` = \'fatal\': due is one of "note", "warning", "error"'),
        ("min_confidence = 3", 1, 'due is one of "low", "medium", "high"'),
        ("severity = 1", 1, "`severity` is no table: write [severity]"),
        ('[severity]\nMTE011 = "loud"', 2, "severity of `MTE011` = 'loud': due is one of"),
        ("[severity]\nMTE011 = true", 2, "severity of `MTE011` = True"),
        ('[severity]\nMTE11 = "note"', 2, "no rule is called `MTE11`"),
        ('[severity]\n\n[severity."mm/**"]\nMTE011 = "loud"', 4, "severity of `MTE011`"),
        ('[severity."/mm"]\nMTE011 = "note"', 1, "write it relative to the folder of this file"),
        ('min_severity = "note"\n[severity]\nignore = ["MTE002"]', 3, "no rule is called `ignore`"),
        ('exclude = ["../other"]', 1, "the pattern `../other` is none"),
        ('vocabulary = ["gone.toml"]', 1, "there is no vocabulary file"),
        (f'vocabulary = ["{"long" * 200}"]', 1, "there is no vocabulary file"),
        (f"severity = {'9' * 5000}", 1, "not valid TOML"),
        (f"select = {'[' * 5000}", 1, "not valid TOML"),
        ('select = ["MTE002"', 1, "not valid TOML"),
        ('ignore = []\nselect = = ["MTE002"]', 2, "not valid TOML"),
    ],
)
def test_what_is_wrong_is_said_with_file_line_and_remedy(text: str, line: int, words: str, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        config(text, tmp_path)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path / '.mtelint.toml'}:{line}: ")
    assert words in message
    assert "\n" not in message


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"gone\.toml: cannot be read: No such file or directory: check its name"):
        read_config(tmp_path / "gone.toml")
    (tmp_path / "latin").write_bytes(b'select = ["\xe9"]')
    with pytest.raises(InputError, match="latin: is not UTF-8 text"):
        read_config(tmp_path / "latin")
