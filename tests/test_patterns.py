"""The regular expressions of the modules are compiled late; here all of them are."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import mtelint
from mtelint.patterns import regex

LATE = type(regex("x"))


def expressions(value: object) -> Iterator["re.Pattern[str]"]:
    """The late expressions in a module's constant, however it keeps them."""
    if isinstance(value, LATE):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from expressions(each)
    elif isinstance(value, (tuple, list)):
        for each in value:
            yield from expressions(each)


def test_every_expression_can_be_compiled() -> None:
    found = 0
    for module in pkgutil.walk_packages(mtelint.__path__, "mtelint."):
        if module.name not in ("mtelint.__main__", "mtelint.lsp.server"):
            for value in vars(importlib.import_module(module.name)).values():
                for each in expressions(value):
                    assert each.pattern is not None
                    found += 1
    assert found > 100


def test_an_expression_is_what_re_compile_makes_of_it() -> None:
    late, plain = regex(r"(\w)b", re.ASCII), re.compile(r"(\w)b", re.ASCII)
    assert late.sub(r"\1", "abcb") == plain.sub(r"\1", "abcb")
    assert late.findall("abcb") == ["a", "c"]
    assert late.flags == plain.flags
    assert late.pattern == plain.pattern
