"""A reading room: an archive as web pages on this machine, rendered here, to be read and nothing else.

No page runs a script, loads anything from elsewhere, or changes anything. What `list` keeps back is kept back here.

`guarding` knows who may ask, `asking` what an address asks for, `finding` and `counting` which records and numbers
answer it, `pages` what stands on each page, `showing` and `charts` how it looks, `listening` where it is heard.
starlette, uvicorn and jinja2 live here, the extra `newsarc[web]`; this file alone can be imported without them.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from newsarc.errors import ExtraMissing

if TYPE_CHECKING:
    import socket

    from starlette.types import ASGIApp

    from newsarc.archive import Archive
    from newsarc.serve.asking import Meanings

_EXTRA = ("anyio", "h11", "jinja2", "starlette", "uvicorn")


class Opened(NamedTuple):
    """A reading room that listens already: where it is, and what answers."""

    url: str
    app: "ASGIApp"
    sockets: Sequence["socket.socket"]

    def answer(self) -> None:
        """Answer until a signal ends it."""
        from newsarc.serve.listening import answer

        answer(self.app, self.sockets)


def need_extra() -> None:
    """See that the packages are there which this room needs.

    Raises:
        ExtraMissing: They are not.
    """
    from importlib.util import find_spec

    if not all(map(find_spec, _EXTRA)):
        raise ExtraMissing("newsarc[web]", "the reading room needs it; install it with pip install 'newsarc[web]'")


def open_room(
    archive: "Archive",
    meanings: "Meanings",
    *,
    host: str,
    port: int,
    secret: Callable[[], str],
    now: Callable[[], datetime],
    tell: Callable[[str], None],
) -> Opened:
    """Count an archive once and listen; beyond this machine, all pages lie behind a `secret` part of the address.

    `now` gives the present moment; `tell` is told in one line of a bug.

    Raises:
        QueryError: The address is none that can be named.
        PortUnusable: Nothing can listen there.
        ArchiveDamaged: The archive cannot be read.
    """
    from newsarc.serve.guarding import hosts_of
    from newsarc.serve.listening import LOOPBACK, listen
    from newsarc.serve.routing import application

    is_local = host in LOOPBACK
    prefix = "" if is_local else f"/{secret()}"
    sockets = listen(host, port)
    port = sockets[0].getsockname()[1]
    app = application(archive, meanings, hosts_of({*LOOPBACK, host}, port), prefix=prefix, now=now, tell=tell)
    shown = f"[{host}]" if ":" in host else host
    return Opened(f"http://{shown}:{port}{prefix}/", app, sockets)
