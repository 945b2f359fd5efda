"""How a run ends: errors become one line and an exit code, signals end the process as the shell expects."""

import os
import signal
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import click

from newsarc.cli.output import prepare, say, tell
from newsarc.errors import NewsarcError, OutputError, QueryError

_INTERRUPTED = "newsarc: interrupted"
_ENDED = list[signal.Signals]()
"""The signal that ended a run which hears more of them than an interrupt."""


def run(command: click.Command) -> NoReturn:
    """Run a command line and end the process."""
    prepare()
    try:
        _let_interrupts(signal.default_int_handler, instead_of=signal.SIG_DFL)
        status = _done(command)
        _let_interrupts(signal.SIG_DFL, instead_of=signal.default_int_handler)  # the rest is Python's own end
    except KeyboardInterrupt as interrupt:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        number = next(iter(_ENDED), signal.SIGINT)
        begin = f"newsarc: ended by {number.name}" if _ENDED else _INTERRUPTED
        tell("; ".join((begin, *map(str, interrupt.args))))
        _end_by(number)
    sys.exit(status)


def _let_interrupts(
    do: Callable[..., Any] | signal.Handlers, *, instead_of: Callable[..., Any] | signal.Handlers
) -> None:
    """Say what an interrupt does; one that a person above us ignores stays ignored."""
    if signal.getsignal(signal.SIGINT) is instead_of:
        signal.signal(signal.SIGINT, do)


def hear_endings() -> None:
    """Let SIGTERM and SIGHUP end what is going on like an interrupt, for a run that has no end of its own.

    One that somebody above us ignores, as nohup does, stays ignored.
    """
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number and signal.getsignal(number) is signal.SIG_DFL:
            signal.signal(number, _end)


def _end(number: int, _frame: object) -> NoReturn:
    _ENDED.append(signal.Signals(number))
    raise KeyboardInterrupt


def _done(command: click.Command) -> int:
    try:
        with command.make_context("newsarc", sys.argv[1:]) as context:
            return command.invoke(context) or 0
    except Exception as error:  # noqa: BLE001 - nothing may leave as a traceback
        return _status(error)


def _status(error: Exception) -> int:
    """Say what happened, and return the exit code of it."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, NewsarcError):
        say(error)
        return error.exit_code
    if isinstance(error, click.UsageError):
        where = error.ctx.command_path if error.ctx else "newsarc"
        say(QueryError(where, error.format_message()))
        return 2
    if isinstance(error, BrokenPipeError):
        _end_by(getattr(signal, "SIGPIPE", signal.SIGTERM))
    if isinstance(error, OSError):
        _close_stdout()
        say(OutputError(error.filename or "stdout", error.strerror or str(error)))
        return OutputError.exit_code
    if "--debug" in sys.argv:
        raise error
    tell(
        f"newsarc: error: a bug ({type(error).__name__}): {error}. Run it with newsarc --debug and report what it says."
    )
    return NewsarcError.exit_code


def _close_stdout() -> None:
    """Throw away what cannot be written any more, so that nothing tries again at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _end_by(number: signal.Signals) -> NoReturn:
    """End as a process that the signal killed."""
    signal.signal(number, signal.SIG_DFL)
    signal.raise_signal(number)
    os._exit(128 + number)
