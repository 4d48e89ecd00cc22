"""Runs the command over a mail."""

import email
import email.policy
import io
from collections.abc import Callable
from email.message import EmailMessage
from typing import NamedTuple

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World


class Done(NamedTuple):
    """What one run of ``mtelint reply`` left."""

    code: int
    out: bytes
    err: str

    @property
    def mail(self) -> EmailMessage:
        """The one reply, read as strictly as Python reads mail."""
        found = email.message_from_bytes(self.out, policy=email.policy.default)
        assert isinstance(found, EmailMessage)
        assert not found.defects
        return found

    @property
    def lines(self) -> list[str]:
        """The lines of the decoded text."""
        return str(self.mail.get_content()).split("\n")


@pytest.fixture
def reply() -> Callable[..., Done]:
    """``reply(data, "--all", ...)``: the command over a mail on standard input."""

    def call(data: bytes, *words: str) -> Done:
        out, err = io.BytesIO(), io.StringIO()
        stdout = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
        code = main(["reply", *words], World(io.BytesIO(data), stdout, err, {}))
        stdout.flush()
        return Done(code, out.getvalue(), err.getvalue())

    return call
