"""A small interpreter of herd7's cat language: enough to run the kernel's own model files literally.

The files are read from a kernel tree when the tests run.  Sets are integers, relations are rows
(:mod:`mtelint.memsim.event.rows`); everything else of cat that the kernel's ``linux-kernel.cat`` and ``.bell`` use is
here, except ``lock.cat``, whose results (reads-from, coherence and event classes of locks) the caller supplies.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mtelint.memsim.event import rows
from mtelint.memsim.event.rows import Rows

Value = Any  # int (a set), Rows (a relation), or a function
Env = dict[str, Value]

_TOKEN = re.compile(r'"[^"]*"|[A-Za-z_][\w.]*(?:-[A-Za-z]\w*)*|\^-1|\|\||[-|&\\;*+?~()\[\]{},=\']|0')
_KEYWORDS = {
    "let", "rec", "and", "in", "acyclic", "empty", "irreflexive", "flag", "as", "include", "enum", "instructions",
    "show", "with", "from",
}  # fmt: skip
_LEVELS = ("|", ";", "\\", "&", "*")


def tokens(text: str) -> list[str]:
    """Words and operators of a cat file, comments dropped."""
    depth, clean, at = 0, [], 0
    for match in re.finditer(r"\(\*|\*\)", text):
        if depth == 0:
            clean.append(text[at : match.start()])
        depth += 1 if match.group() == "(*" else -1
        at = match.end()
    clean.append(text[at:])
    without = re.sub(r"//[^\n]*", "", " ".join(clean))
    return _TOKEN.findall(without)


@dataclass
class Verdicts:
    """The checks that failed and the flags that were raised."""

    failed: set[str] = field(default_factory=set)
    flags: set[str] = field(default_factory=set)


class Interpreter:
    """Runs cat text in an environment over ``n`` events."""

    def __init__(self, n: int, env: Env) -> None:
        self.n = n
        self.env = env
        self.verdicts = Verdicts()
        self.t: list[str] = []
        self.at = 0

    def run(self, text: str) -> Env:
        """Execute all statements; returns the environment after them."""
        self.t, self.at = tokens(text), 0
        while self.at < len(self.t):
            self._statement()
        return self.env

    # Statements

    def _statement(self) -> None:
        word = self._take()
        if word.startswith('"'):
            return
        if word == "include":
            self._take()
        elif word in ("enum", "instructions", "show"):
            while self.at < len(self.t) and self.t[self.at] not in _KEYWORDS:
                self.at += 1
        elif word == "let":
            self._let(self.env)
        elif word == "flag":
            self._check(self._take(), self.verdicts.flags, flag=True)
        else:
            self._check(word, self.verdicts.failed, flag=False)

    def _check(self, word: str, found: set[str], flag: bool) -> None:
        negated = word == "~"
        test = self._take() if negated else word
        value = self._expr(self.env)
        assert self._take() == "as", self.t[self.at - 5 : self.at + 5]
        name = self._take()
        holds = {
            "acyclic": lambda: rows.is_acyclic(value),
            "irreflexive": lambda: rows.is_irreflexive(value),
            "empty": lambda: not value if isinstance(value, int) else rows.is_empty(value),
        }[test]()
        if (holds != negated) == flag:  # a flag is raised by what holds, a check fails by what does not
            found.add(name)

    def _let(self, env: Env) -> None:
        """One or more bindings; recursive ones are least fixpoints, computed from the empty ones upwards."""
        recursive = self._accept("rec")
        bindings = [self._binding(env)]
        while self._accept("and"):
            bindings.append(self._binding(env))
        if not recursive:
            for name, start, args in bindings:
                env[name] = self._function(start, args, env) if args else self._again(start, env)
            return
        env.update({name: 0 for name, _, _ in bindings})  # 0 stands for the empty relation as well
        while True:
            before = [env[name] for name, _, _ in bindings]
            for name, start, _ in bindings:  # in turn: the matching of RCU sections relies on it
                env[name] = self._again(start, env)
            if before == [env[name] for name, _, _ in bindings]:
                return

    def _binding(self, env: Env) -> tuple[str, int, list[str]]:
        name = self._take()
        args: list[str] = []
        if self._accept("("):
            while not self._accept(")"):
                args.append(self._take())
                self._accept(",")
        assert self._take() == "="
        start = self.at
        self._skim(env, args)
        return name, start, args

    def _skim(self, env: Env, args: list[str]) -> None:
        """Move past an expression: up to the next keyword that ends it, nested lets aside."""
        depth = 0
        while self.at < len(self.t):
            word = self.t[self.at]
            if word == "let":
                if self.at > 0 and self.t[self.at - 1] != "=":
                    return
                depth += 1
            elif word == "in":
                if depth == 0:
                    return
                depth -= 1
            elif depth == 0 and word in _KEYWORDS | {"rec"}:
                return
            self.at += 1

    def _again(self, start: int, env: Env) -> Value:
        back, self.at = self.at, start
        value = self._expr(env)
        self.at = back
        return value

    def _function(self, start: int, args: list[str], env: Env) -> Callable[..., Value]:
        return lambda *given: self._again(start, env | dict(zip(args, given, strict=True)))

    # Expressions

    def _expr(self, env: Env, level: int = 0) -> Value:
        if self.t[self.at] == "let":
            self.at += 1
            inner = dict(env)
            self._let(inner)
            assert self._take() == "in"
            return self._expr(inner)
        if level == len(_LEVELS):
            return self._postfix(env)
        value = self._expr(env, level + 1)
        while self.at < len(self.t) and self.t[self.at] == _LEVELS[level]:
            self.at += 1
            value = self._binary(_LEVELS[level], value, self._expr(env, level + 1))
        return value

    def _binary(self, op: str, a: Value, b: Value) -> Value:
        if op == "*":
            return [b if a >> i & 1 else 0 for i in range(self.n)]
        if op == ";" or isinstance(a, list) or isinstance(b, list):
            a, b = self._relation(a), self._relation(b)
        if op == ";":
            return rows.seq(a, b)
        if isinstance(a, int):
            return {"|": a | b, "&": a & b, "\\": a & ~b}[op]
        relate: dict[str, Callable[[Rows, Rows], Rows]] = {"|": rows.union, "&": rows.inter, "\\": rows.minus}
        return relate[op](a, b)

    def _relation(self, value: Value) -> Rows:
        """A relation, also from the 0 that recursion begins with."""
        if value == 0:
            return rows.empty(self.n)
        assert isinstance(value, list)
        return value

    def _postfix(self, env: Env) -> Value:
        value = self._primary(env)
        while self.at < len(self.t):
            word = self.t[self.at]
            if word == "*" and not self._starts_operand(self.at + 1):
                value = rows.star(value)
            elif word == "+":
                value = rows.closure(value)
            elif word == "?":
                value = rows.opt(value)
            elif word == "^-1":
                value = rows.inverse(value)
            else:
                break
            self.at += 1
        return value

    def _starts_operand(self, at: int) -> bool:
        if at >= len(self.t):
            return False
        word = self.t[at]
        return word in ("(", "[", "~", "{") or (word[0].isalpha() and word not in _KEYWORDS)

    def _primary(self, env: Env) -> Value:
        word = self._take()
        if word == "(":
            value = self._expr(env)
            assert self._take() == ")"
            return value
        if word == "[":
            members = self._expr(env)
            assert self._take() == "]"
            return [1 << i if members >> i & 1 else 0 for i in range(self.n)]
        if word == "~":
            return ((1 << self.n) - 1) & ~self._postfix(env)
        value = env[word]
        if callable(value):
            assert self._take() == "("
            given = [self._expr(env)]
            while self._accept(","):
                given.append(self._expr(env))
            assert self._take() == ")"
            return value(*given)
        return value

    def _take(self) -> str:
        self.at += 1
        return self.t[self.at - 1]

    def _accept(self, word: str) -> bool:
        if self.at < len(self.t) and self.t[self.at] == word:
            self.at += 1
            return True
        return False


def library(n: int, po: Rows) -> Env:
    """The functions of cat's standard library that the kernel uses."""
    identity = [1 << i for i in range(n)]

    def fencerel(members: int) -> Rows:
        return rows.seq(rows.restrict(-1, po, members), po)

    return {
        "id": identity,
        "fencerel": fencerel,
        "domain": lambda a: rows.mask_of([i for i, row in enumerate(a or []) if row]),
        "range": lambda a: rows.mask_of([i for i, row in enumerate(rows.inverse(a or [])) if row]),
        "emptyset": 0,
        "different-values": lambda a: rows.empty(n),
    }
