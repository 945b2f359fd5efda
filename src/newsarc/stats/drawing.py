"""Counts as a chart in a file: which form its name asks for, and how it comes there whole or not at all.

The chart itself is drawn in `charts`, with the library of the extra `newsarc[charts]`.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from tempfile import mkstemp
from typing import TYPE_CHECKING

from newsarc.errors import DestinationTaken, ExtraMissing, OutputError, UnknownWord

if TYPE_CHECKING:
    from newsarc.stats import Count

FORMS = ("svg", "png", "html")


def form_of(path: str) -> str:
    """Return the form of a chart, by the end of its name.

    Raises:
        UnknownWord: It is none that can be drawn.
    """
    form = os.path.splitext(path)[1][1:].casefold()
    if form not in FORMS:
        raise UnknownWord(path, f"a chart's name ends in {', '.join(f'.{one}' for one in FORMS)}")
    return form


def ready(path: str, *, force: bool) -> None:
    """Make sure, before anything is counted, that a chart can be drawn and may be written.

    Raises:
        ExtraMissing: The library is not installed.
        DestinationTaken: The file is there, and may not be replaced.
    """
    try:
        import matplotlib as mpl  # noqa: F401 - it is missed now, not when all is counted
    except ImportError as error:
        raise ExtraMissing("newsarc[charts]", "it draws charts; pip install 'newsarc[charts]'") from error
    if not force and os.path.lexists(path):
        raise DestinationTaken(path, "the file is there already")


def save(path: str, names: tuple[str, ...], counts: "list[Count]", *, force: bool) -> None:
    """Draw counts into a file.

    Raises:
        DestinationTaken: The file came meanwhile, and may not be replaced.
        OutputError: It could not be written; what was there is as it was.
    """
    from newsarc.stats.charts import chart

    data = chart(names, counts, form_of(path))
    try:
        _write(path, data, os.replace if force else _put)
    except FileExistsError as error:
        raise DestinationTaken(path, "the file is there already") from error
    except OSError as error:
        raise OutputError(path, error.strerror or str(error)) from error


def _put(made: str, path: str) -> None:
    """Give a file its name, unless another one has it."""
    try:
        os.link(made, path)
    except FileExistsError:
        raise
    except OSError:  # a place without links: the moment between look and move is short
        if os.path.lexists(path):
            raise FileExistsError(path) from None
        os.replace(made, path)
    else:
        os.unlink(made)


def _write(path: str, data: bytes, put: Callable[[str, str], None]) -> None:
    """Write beside it, flush, and then give it its name."""
    handle, made = mkstemp(prefix=".newsarc-", dir=os.path.dirname(path) or ".")
    try:
        with open(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(made, 0o644)
        put(made, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(made)
        raise
