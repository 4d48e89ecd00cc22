"""What ``mtelint lsp`` says where its library is missing."""

import io
import sys

import pytest

from mtelint.cli.guard import main
from mtelint.cli.world import World


def test_without_the_extra_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] in ("pygls", "lsprotocol")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delitem(sys.modules, "mtelint.lsp.server", raising=False)
    monkeypatch.setitem(sys.modules, "pygls", None)
    monkeypatch.setitem(sys.modules, "lsprotocol", None)
    err = io.StringIO()
    assert main(("lsp",), World(io.BytesIO(), io.StringIO(), err, {})) == 2
    assert "pip install 'mtelint[lsp]'" in err.getvalue()
