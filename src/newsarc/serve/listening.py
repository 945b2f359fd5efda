"""Where the reading room listens: sockets, and a server that waits for nobody who is slow to ask."""

import asyncio
import logging
import os
import socket
from collections.abc import Sequence

import h11
import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from newsarc.errors import PortUnusable, QueryError

LOOPBACK = ("127.0.0.1", "::1", "localhost")
_EVERYWHERE = ("", "0.0.0.0", "::", "*")  # noqa: S104 - refused
_SECONDS = 5.0  # for a request to be made, and between two of them
_MOST_CONNECTIONS = 400
_MOST_WAITING = 128
_LONGEST_HEAD = 16_384  # bytes


def listen(host: str, port: int) -> list[socket.socket]:
    """Listen at an address; at 127.0.0.1 also at ::1, where there is one. Port 0 takes any that is free.

    Raises:
        QueryError: The address means every address of this machine.
        PortUnusable: It is in use, not allowed, or not of this machine.
    """
    if host in _EVERYWHERE:
        raise QueryError("--host", "name one address of this machine, which is also the one a browser may ask for")
    names = ["127.0.0.1", "::1"] if host in ("127.0.0.1", "localhost") else [host]
    sockets = [_bound(names[0], port)]
    for name in names[1:] if socket.has_ipv6 else ():
        try:
            sockets.append(_bound(name, sockets[0].getsockname()[1]))
        except PortUnusable:
            continue  # 127.0.0.1 is the address that is printed
    return sockets


def _bound(host: str, port: int) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
    except (OSError, UnicodeError) as error:
        raise PortUnusable(f"{host}:{port}", str(error)) from error
    try:
        if os.name == "posix":  # elsewhere it lets two programs have one port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind(address)
        made.listen(_MOST_WAITING)
    except OSError as error:
        made.close()
        raise PortUnusable(f"{host}:{port}", error.strerror or str(error)) from error
    return made


class _Punctual(H11Protocol):
    """Ends a connection on which no whole request comes in time."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._expect()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self.conn.their_state is not h11.IDLE:
            self._forget()
        elif self._deadline is None:
            self._expect()

    def connection_lost(self, exc: Exception | None) -> None:
        self._forget()
        super().connection_lost(exc)

    def _expect(self) -> None:
        self._deadline = self.loop.call_later(_SECONDS, self.transport.close)

    def _forget(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None


def answer(app: ASGIApp, sockets: Sequence[socket.socket]) -> None:
    """Answer until a signal ends it; what is being answered then has a moment to be finished."""
    logging.disable(logging.CRITICAL)  # what goes wrong is said in a line by whoever knows it
    config = uvicorn.Config(
        app,
        http=_Punctual,
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        limit_concurrency=_MOST_CONNECTIONS,
        timeout_keep_alive=int(_SECONDS),
        timeout_graceful_shutdown=2,
        h11_max_incomplete_event_size=_LONGEST_HEAD,
    )
    uvicorn.Server(config).run(sockets=list(sockets))
