"""The command ``mtelint``: its subcommands are modules that load when they are called."""

from importlib import import_module
from importlib.util import find_spec

import click

from mtelint import __version__

COMMANDS = (
    "patch", "check", "reply", "kbuild", "fix", "lsp", "sweep", "rules", "explain", "config", "litmus", "replay",
)  # fmt: skip
"""Each is the function of its name in the module of its name in `commands`; the order is that of the help."""


class LazyGroup(click.Group):
    """A group that imports a subcommand's module only when that subcommand is named."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands whose modules are there."""
        del ctx
        return [name for name in COMMANDS if _is_there(name)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None for a name that is none."""
        del ctx
        if cmd_name not in COMMANDS or not _is_there(cmd_name):
            return None
        command = getattr(import_module(f"mtelint.cli.commands.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"mtelint.cli.commands.{cmd_name}.{cmd_name} is no click command")
        return command


def _is_there(name: str) -> bool:
    return find_spec(f"mtelint.cli.commands.{name}") is not None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Review Linux arm64 kernel C for misuse of the page flag PG_mte_tagged."""
