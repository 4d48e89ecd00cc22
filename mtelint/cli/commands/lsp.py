"""``mtelint lsp``: the server for editors, on standard input and output."""

import click

from mtelint.errors import UsageError


@click.command("lsp", short_help="Serve an editor (Language Server Protocol).")
def lsp() -> int:
    """Serve an editor over standard input and output: findings as diagnostics, repairs as code actions.

    Needs the extra `lsp`: pip install 'mtelint[lsp]'.
    """
    try:
        from mtelint.lsp.server import make_server
    except ModuleNotFoundError as error:
        if error.name not in ("pygls", "lsprotocol"):
            raise
        raise UsageError("the editor server needs pygls: pip install 'mtelint[lsp]'") from None
    make_server().start_io()
    return 0
