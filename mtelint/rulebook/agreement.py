"""Whether pages, checks and protocols fit together.

What does not is refused: a rule that is listed and never fires would hide defects.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import mtelint
from mtelint.errors import RulebookError
from mtelint.rulebook.pages import Page

_CHECKS = "checks"
_CODE = (".py", ".pyc")
_ID = re.compile(r"([A-Z]+)[0-9]{3}")
_CHECK = re.compile(r"[a-z]+[0-9]+_\w+")
_SHIPPED = "rules/protocols/*.toml"


def check_modules() -> frozenset[str]:
    """The names of the modules that define the check of a rule, without importing any: that would load the parser."""
    return frozenset(name for name in _modules() if _CHECK.fullmatch(name))


def _modules() -> Iterator[str]:
    for entry in mtelint.__path__:
        folder = Path(entry) / _CHECKS
        if folder.is_dir():
            yield from (each.name.partition(".")[0] for each in folder.iterdir() if each.suffix in _CODE)
        else:
            from pkgutil import iter_modules  # for a package inside an archive: it costs more than the listing

            yield from (each.name for each in iter_modules([str(folder)]))


def refuse_what_disagrees(pages: Sequence[Page], families: Iterable[str], checks: Iterable[str]) -> None:
    """Hold the pages against each other, the families of ids that protocols declare, and the modules of the checks.

    Raises:
        RulebookError: an id or name is taken twice, belongs to no protocol or is that of no page, a page has no check,
            or a check no page; the message names file, line and remedy.
    """
    _refuse_strangers(pages, tuple(families))
    _refuse_twins(pages)
    _refuse_unknown_covered(pages)
    _refuse_circles({page.info.id: page for page in pages})
    _refuse_unchecked({page.info.module: page for page in pages}, frozenset(checks))


def _refuse_twins(pages: Sequence[Page]) -> None:
    taken: dict[str, str] = {}
    for page in pages:
        for key in (page.info.id, page.info.name):
            if key in taken:
                taker = taken[key]
                raise RulebookError(f"{page.source}:1: `{key}` is taken by {taker}: choose an unused one")
            taken[key] = page.info.page


def _refuse_strangers(pages: Sequence[Page], families: tuple[str, ...]) -> None:
    for page in pages:
        name, place = page.info.id, page.place("id")
        form = _ID.fullmatch(name)
        if form is None:
            raise RulebookError(f"{place}: `{name}` is no id: write a family of ids in capitals and three digits")
        if form[1] not in families:
            known = ", ".join(families) or "none"
            raise RulebookError(
                f"{place}: `{name}` belongs to no protocol: the families of ids are {known}; rename the rule, or add"
                f" {form[1]} to `families` in the file of its protocol ({_SHIPPED})"
            )


def _refuse_unknown_covered(pages: Sequence[Page]) -> None:
    ids = {page.info.id for page in pages}
    for page in pages:
        for key, covered in page.covered.items():
            for rule in covered:
                if rule not in ids or rule == page.info.id:
                    problem = "the page's own rule" if rule == page.info.id else "no rule"
                    raise RulebookError(f"{page.place(key)}: `{key}` names `{rule}`, which is {problem}: take it out")


def _refuse_circles(pages: Mapping[str, Page]) -> None:
    """Two rules that cover each other would silence each other."""
    graph = {rule: {*page.covers.at_place, *page.covers.in_function} for rule, page in pages.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle = error.args[1]
        page = pages[min(circle)]
        key = next(key for key, covered in page.covered.items() if set(covered) & set(circle))
        raise RulebookError(
            f"{page.place(key)}: the rules {', '.join(sorted(set(circle)))} cover one another in a circle: "
            "let the graver one cover"
        ) from None


def _refuse_unchecked(pages: Mapping[str, Page], checks: frozenset[str]) -> None:
    for module, page in pages.items():
        if module not in checks:
            file = f"mtelint/{_CHECKS}/{module}.py"
            raise RulebookError(
                f"{page.source}:1: the page has no check and would never fire: add {file} with its RULE"
            )
    for check in sorted(checks - pages.keys()):
        family, _, name = check.partition("_")
        wanted = f"rules/{family.upper()}-{name.replace('_', '-')}.md"
        raise RulebookError(f"mtelint/{_CHECKS}/{check}.py:1: the check has no page: add {wanted}, or remove it")
