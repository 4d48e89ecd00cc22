"""The command ``mtelint``, whose subcommands load when they are called, and the one handler of failures.

Every failure becomes one line and an exit code.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec

import click

from mtelint import __version__
from mtelint.cli.world import World, real_world
from mtelint.errors import ExitCode, MtelintError
from mtelint.report.style import one_line

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


INTERRUPTED = 130
"""What a shell reports for a program that SIGINT ended."""
BROKEN_PIPE = 141
"""What a shell reports for a program that SIGPIPE ended."""
TRACEBACK = "MTELINT_TRACEBACK"
"""Environment variable that, where set and not empty, shows the traceback of an internal error."""
COMPLETION = "_MTELINT_COMPLETE"
"""Environment variable with which click's completion scripts call the program."""


def main(arguments: Sequence[str], world: World | None = None) -> int:
    """Run one command line and return its exit code; prints, never raises."""
    world = world or real_world()
    try:
        code = _run(arguments, world)
        if not world.stdout.closed:  # as the editor server leaves it
            world.stdout.flush()
    except BrokenPipeError:
        _drop(world)
        return BROKEN_PIPE
    except OSError as error:  # what was printed sits in a buffer until now
        _drop(world)
        return _unwritten(error, world)
    except (KeyboardInterrupt, click.Abort):
        return INTERRUPTED
    return code


def _run(arguments: Sequence[str], world: World) -> int:
    try:
        result = _invoke(arguments, world)
    except click.ClickException as error:
        return _misused(error, world)
    except MtelintError as error:
        return _say(world, one_line(str(error)), ExitCode.BAD_INPUT)
    except OSError:  # every file that is opened has a handler of its own: this is one of the streams
        raise
    except Exception as error:
        return _internal(error, world)
    return result if isinstance(result, int) else ExitCode.CLEAN


def _invoke(arguments: Sequence[str], world: World) -> object:
    """Run the command; click's own ``main`` is for shell completion alone, as it turns a broken pipe into success."""
    if world.environ.get(COMPLETION):
        return app.main(list(arguments), prog_name="mtelint")
    try:
        if not arguments:  # where and with which status click shows its help then depends on its version
            world.stderr.write(f"{app.get_help(click.Context(app, info_name='mtelint'))}\n")
            return ExitCode.BAD_INPUT
        with app.make_context("mtelint", list(arguments), obj=world) as context:
            return app.invoke(context)
    except click.exceptions.Exit as done:
        return done.exit_code


def _misused(error: click.ClickException, world: World) -> int:
    context = getattr(error, "ctx", None)
    hint = f" (see {context.command_path} --help)" if context is not None else ""
    return _say(world, f"{one_line(error.format_message())}{hint}", ExitCode.BAD_INPUT)


def _internal(error: Exception, world: World) -> int:
    if world.environ.get(TRACEBACK):
        import traceback

        traceback.print_exception(error, file=world.stderr)
    hint = f"please report it with the output of the same command under {TRACEBACK}=1"
    what = one_line(f"{type(error).__name__}: {error}")
    return _say(world, f"internal error: {what}; {hint}", ExitCode.INTERNAL)


def _unwritten(error: OSError, world: World) -> int:
    gone = error.errno == errno.ENOENT  # without a name it is of the current folder, never of an open stream
    what = f"{error.filename}: " if error.filename else "current folder: " if gone else "output: cannot be written: "
    with contextlib.suppress(OSError):  # it may be standard error that is full
        _say(world, one_line(f"{what}{error.strerror or error}"), ExitCode.BAD_INPUT)
    return ExitCode.BAD_INPUT


def _say(world: World, message: str, code: ExitCode) -> int:
    world.stderr.write(f"mtelint: {message}\n")
    return code


def _drop(world: World) -> None:
    """Let the interpreter's last flush of the real standard output go nowhere."""
    if world.stdout is sys.stdout:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _is_there(name: str) -> bool:
    return find_spec(f"mtelint.cli.commands.{name}") is not None


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
def app() -> None:
    """Review Linux arm64 kernel C for misuse of the page flag PG_mte_tagged."""
