"""The command that opens the reading room: an archive as web pages on this machine."""

from typing import TYPE_CHECKING

import click

from newsarc.cli.opening import opened
from newsarc.cli.options import archive_option, label_of, span_of
from newsarc.cli.output import now, tell
from newsarc.cli.values import between, worded

if TYPE_CHECKING:
    from newsarc.serve.asking import Meanings

_MOST_PORTS = 65_535


@click.command()
@archive_option
@click.option("--host", default="127.0.0.1", show_default=True, metavar="ADDRESS", callback=worded,
              help="Where to listen. Any address but this machine's own gets a secret part of the path.")  # fmt: skip
@click.option("--port", default="8765", show_default=True, metavar="N", callback=between(int, 0, _MOST_PORTS),
              help="The port; 0 takes any that is free.")  # fmt: skip
def serve(place: str | None, host: str, port: int) -> None:
    """Open a reading room: the archive in your browser, to read and search.

    It listens on this machine alone, changes nothing, and needs the extra newsarc[web]. What list leaves out is left
    out. Ctrl-C ends it.

    \b
    Examples:
      newsarc serve
      newsarc serve --archive news --port 0

    Exit status: 2 usage, or the extra is not installed, 3 no archive here, 4 the archive is damaged, 74 the port is in
    use, 130 ended by Ctrl-C.
    """
    from secrets import token_urlsafe

    from newsarc.serve import need_extra, open_room

    need_extra()
    archive = opened(place)
    room = open_room(archive, _meanings(), host=host, port=port, secret=token_urlsafe, now=now, tell=tell)
    tell(f"newsarc: reading room at {room.url} (Ctrl-C ends it)")
    room.answer()


def _meanings() -> "Meanings":
    from newsarc.normalize.sections import LABELS
    from newsarc.serve.asking import Meanings

    return Meanings(LABELS, label_of, span_of)
