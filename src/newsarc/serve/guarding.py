"""Who may ask, and what a browser may do with the answer: hosts, methods, sizes, and the headers of every answer.

It stands before everything else, so nothing is looked at of a request that does not come in.
"""

from collections.abc import Collection, Iterable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

_LONGEST_ADDRESS = 8_192  # bytes
_METHODS = ("GET", "HEAD")
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    (b"content-security-policy", _POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"cache-control", b"no-store"),
)

Headers = Iterable[tuple[bytes, bytes]]


class Guard:
    """Lets in what asks for this place by its name, with GET or HEAD, a short address and no body."""

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app = app
        self._hosts = {host.encode() for host in hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or refuse in one plain line."""
        if scope["type"] != "http":
            raise RuntimeError(f"a reading room knows no {scope['type']}")
        status, said = self._refusal(scope)

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        if not status:
            await self._app(scope, receive, guarded)
            return
        body = f"{said}\n".encode()
        headers = [
            (b"content-type", b"text/plain; charset=utf-8"), (b"content-length", b"%d" % len(body)),
            (b"connection", b"close"), *([(b"allow", b"GET, HEAD")] if status == 405 else []),  # noqa: PLR2004
        ]  # fmt: skip
        await guarded({"type": "http.response.start", "status": status, "headers": headers})
        await guarded({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    def _refusal(self, scope: Scope) -> tuple[int, str]:
        """Say why a request is not answered; 0 where it is."""
        headers: Headers = scope["headers"]
        hosts = [value.lower() for name, value in headers if name == b"host"]
        if len(hosts) != 1 or hosts[0] not in self._hosts:
            return 421, "This is newsarc's reading room; open it by the address that newsarc serve printed."
        if scope["method"] not in _METHODS:
            return 405, "The reading room only reads: GET and HEAD."
        if len(scope.get("raw_path") or b"") + len(scope.get("query_string") or b"") > _LONGEST_ADDRESS:
            return 414, f"The address is too long: at most {_LONGEST_ADDRESS:,} bytes. Ask for less at once."
        if any(
            name == b"transfer-encoding" or (name == b"content-length" and value != b"0") for name, value in headers
        ):
            return 413, "The reading room takes no data."
        return 0, ""


def hosts_of(names: Iterable[str], port: int) -> set[str]:
    """List what the header Host may say; the port of the web may be left out."""
    named = {f"[{name}]" if ":" in name else name.lower() for name in names}
    return {f"{name}:{port}" for name in named} | (named if port == 80 else set())  # noqa: PLR2004
