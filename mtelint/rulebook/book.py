"""The rulebook: every page and the vocabulary, found wherever ``rules/`` was put."""

import hashlib
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from mtelint.errors import RulebookError
from mtelint.model import Loudness, RuleInfo, Vocabulary
from mtelint.model.rules import Covers
from mtelint.rulebook.agreement import check_modules, refuse_what_disagrees
from mtelint.rulebook.pages import Page, parse_page
from mtelint.rulebook.premise_table import FILE, SOURCE, parse_premises
from mtelint.rulebook.vocabulary import load_vocabulary, read_vocabulary_file

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

_PACKAGE = "mtelint.rules"


class Rulebook(Struct, frozen=True):
    """All rules, in the order of their ids, and the vocabulary; ``digest`` changes with any of their text.

    ``covers`` tells by id what the defects of a rule cover, ``loudness`` how loud what rests on a premise can be.
    """

    rules: tuple[RuleInfo, ...]
    pages: Mapping[str, Page]
    covers: Mapping[str, Covers]
    loudness: Loudness
    vocabulary: Vocabulary
    digest: str

    def rule(self, id_or_name: str) -> RuleInfo:
        """The rule of an id such as ``MTE0xx`` (in any case) or of a name.

        Raises:
            KeyError: there is no such rule.
        """
        for info in self.rules:
            if id_or_name.upper() == info.id or id_or_name.lower() == info.name:
                return info
        raise KeyError(id_or_name)

    def page(self, rule: str) -> str:
        """The Markdown of a rule's page, without its head.

        Raises:
            KeyError: there is no such rule.
        """
        return self.pages[self.rule(rule).id].markdown


def load(extra_vocabulary: Sequence[Path] = ()) -> Rulebook:
    """The rulebook, with further vocabulary files merged over the shipped ones.

    Raises:
        RulebookError: a page or a vocabulary file is malformed or cannot be read.
    """
    book = _shipped()
    if not extra_vocabulary:
        return book
    extra = [read_vocabulary_file(path) for path in extra_vocabulary]
    vocabulary = load_vocabulary(_vocabulary_texts(rules_folder()), extra)
    # Files that hold none but these names matter too, and their author need not know what a needle is.
    theirs = [entry.name for entry in vocabulary.functions.values() if entry.vendor]
    theirs += [name for name in vocabulary.flags if name not in book.vocabulary.flags]
    names = (name for name in theirs if not any(needle in name for needle in vocabulary.needles))
    vocabulary = replace(vocabulary, needles=tuple(dict.fromkeys((*vocabulary.needles, *names))))
    return replace(book, vocabulary=vocabulary, digest=_digest([book.digest, vocabulary.digest]))


@lru_cache(maxsize=1)
def _shipped() -> Rulebook:
    return load_folder(rules_folder())


def load_folder(folder: "Traversable") -> Rulebook:
    """The rulebook in ``folder``, which holds one page per rule (``*.md``) and ``protocols/*.toml``.

    Raises:
        RulebookError: a page or vocabulary file is malformed, or pages, checks and protocols do not fit together.
    """
    files = sorted((each for each in folder.iterdir() if each.name.endswith(".md")), key=lambda each: each.name)
    texts = [(f"rules/{each.name}", each.read_text(encoding="utf-8")) for each in files]
    pages = [parse_page(text, source) for source, text in texts]
    vocabulary = load_vocabulary(_vocabulary_texts(folder))
    refuse_what_disagrees(pages, vocabulary.families, check_modules())
    premises = _premises_text(folder)
    digest = _digest([*(text for _, text in texts), vocabulary.digest, _environments_text(folder), premises])
    by_id = MappingProxyType({page.info.id: page for page in pages})
    covers = MappingProxyType({page.info.id: page.covers for page in pages})
    loudness = parse_premises(premises, SOURCE, by_id.keys())
    return Rulebook(tuple(page.info for page in pages), by_id, covers, loudness, vocabulary, digest)


def rules_folder() -> "Traversable":
    """Where the rules lie: in the installed package, or beside ``mtelint/`` in a plain checkout.

    Raises:
        RulebookError: neither is there.
    """
    try:
        package = import_module(_PACKAGE)
    except ModuleNotFoundError:
        beside = Path(__file__).resolve().parents[2] / "rules"
        if beside.is_dir():
            return beside
        raise RulebookError(f"{beside}: the rules are missing: install mtelint, or run it from its checkout") from None
    for entry in package.__path__:
        if Path(entry).is_dir():
            return Path(entry)
    # Only for rules inside an archive: the import costs more than reading all pages.
    from importlib.resources import files

    return files(_PACKAGE)


def _is_vocabulary(name: str) -> bool:
    return name.endswith(".toml") and name != "environments.toml"


def _environments_text(folder: "Traversable") -> str:
    file = folder / "protocols" / "environments.toml"
    return file.read_text(encoding="utf-8") if file.is_file() else ""


def _premises_text(folder: "Traversable") -> str:
    try:
        return (folder / FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise RulebookError(f"{SOURCE}: cannot be read: {error.strerror}; install mtelint again") from None


def _vocabulary_texts(folder: "Traversable") -> list[tuple[str, str]]:
    protocols = folder / "protocols"
    if not protocols.is_dir():
        return []
    files = sorted((each for each in protocols.iterdir() if _is_vocabulary(each.name)), key=lambda each: each.name)
    return [(f"rules/protocols/{each.name}", each.read_text(encoding="utf-8")) for each in files]


def _digest(texts: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:12]
