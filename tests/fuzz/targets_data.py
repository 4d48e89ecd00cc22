"""Targets that read rule pages, vocabularies, litmus tests, configurations, and files that mtelint wrote itself."""

import re
import tempfile
from pathlib import Path

from mtelint.config.baseline import complaint, read_baseline
from mtelint.config.config_file import read_config
from mtelint.config.settings import Said, matches, settle
from mtelint.errors import InputError, RulebookError, UsageError
from mtelint.memsim.litmus.litmus_parser import parse_litmus
from mtelint.memsim.search.decide import decide
from mtelint.rulebook.pages import parse_page
from mtelint.rulebook.vocabulary import load_vocabulary
from mtelint.sweep.lines import Lines
from mtelint.sweep.pieces import cut

from .pieces import CONFIG, LITMUS, PAGE, STATE, text_of

_FOLDER = tempfile.TemporaryDirectory(prefix="mtelint-fuzz-")
_FILE = Path(_FOLDER.name) / "x"


def pages(data: bytes) -> None:
    """A rule page is read, or refused with one line that names it."""
    text = text_of(data, PAGE).decode("utf-8", "replace")
    words = re.findall(r'^(?:id|name) = "(.*)"', text, re.MULTILINE)
    name = "-".join(words[:2]) + ".md"
    try:
        _ = parse_page(text, name).examples
    except RulebookError as error:
        assert str(error).startswith(name)


def vocabulary(data: bytes) -> None:
    """A vocabulary is read, or refused with one line that names it."""
    text = text_of(data, PAGE).decode("utf-8", "replace")
    try:
        load_vocabulary([("x.toml", text)])
    except RulebookError as error:
        assert "x.toml" in str(error)


def litmus(data: bytes) -> None:
    """A litmus test is read, or refused with one line that names it; what is read is decided within its bound."""
    text = text_of(data, LITMUS).decode("utf-8", "replace")
    try:
        program = parse_litmus(text, "x.litmus")
    except InputError as error:
        assert str(error).startswith("x.litmus:")
        return
    decide(program, bound=50, timeout=1.0)


def configuration(data: bytes) -> None:
    """A configuration is read, or refused with one line that names it; its patterns match any path or none."""
    _FILE.write_bytes(text_of(data, CONFIG))
    try:
        config = read_config(_FILE)
    except InputError as error:
        assert str(error).startswith(str(_FILE))
        return
    settle(config, Said())
    for glob in (*config.exclude, *(rating.glob for rating in config.ratings if rating.glob is not None)):
        matches(glob, "mm/a.c")


def baseline(data: bytes) -> None:
    """A baseline is read, or refused with one line that names it."""
    _FILE.write_bytes(text_of(data, STATE))
    try:
        known = read_baseline(_FILE)
    except InputError as error:
        assert str(error).startswith(str(_FILE))
        return
    assert known.fingerprints or not known.entries
    if stale := known.stale((), (".",)):
        assert complaint(stale)


def state(data: bytes) -> None:
    """What a sweep stored is taken up where it was left, or refused with one line that names it."""
    _FILE.write_bytes(text_of(data, STATE))
    try:
        store = Lines(str(_FILE), "x")
    except (InputError, UsageError) as error:
        assert str(error).startswith(str(_FILE))
        return
    store.close()
    again = Lines(str(_FILE), "x")
    again.close()
    assert (again.done, again.counts, again.cuts) == (store.done, store.counts, store.cuts)
    commits = ["a", "b", "c", "d"]
    assert [each for some in cut(commits, again.cuts, 2) for each in some] == commits
