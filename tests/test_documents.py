"""XML messages out of sources in any charset: their places, what is said of them, and what harms nothing."""

import ctypes
import os
import socket
import sys
from pathlib import Path
from threading import Thread

import pytest

from newsarc.documents import Document, documents
from newsarc.errors import EntitiesDeclared, MarkupTooDeep, NewsarcError, ParseError, SourceError
from newsarc.markup import text_of
from newsarc.source import from_bytes

TEXT = "Käse für Köln – «Wölmemoor»"


def read(data: bytes) -> list[Document | SourceError]:
    return list(documents(from_bytes(data, "x.xml"), "a"))


def one(data: bytes) -> Document:
    (found,) = read(data)
    assert isinstance(found, Document)
    return found


@pytest.mark.parametrize(
    ("codec", "declared", "encoding", "warnings"),
    [
        ("utf-8", "", "utf-8", ()),
        ("utf-8-sig", ' encoding="utf8"', "utf-8", ()),
        ("utf-16", ' encoding="UTF-16"', "utf-16-le", ()),
        ("cp1252", ' encoding="ISO-8859-1"', "cp1252", ()),
        ("cp1252", ' encoding="windows-1252"', "cp1252", ()),
        ("cp1252", "", "cp1252", ("encoding-doubtful",)),
        ("cp1252", ' encoding="UTF-8"', "cp1252", ("encoding-doubtful",)),
        ("mac-roman", ' encoding="UTF-8"', "mac-roman", ("encoding-doubtful",)),
        ("utf-8", ' encoding="utf-16"', "utf-8", ("encoding-doubtful",)),
        ("utf-8", ' encoding="utf-7"', "utf-8", ("encoding-doubtful",)),
        ("utf-8", ' encoding="nonsense"', "utf-8", ("encoding-doubtful",)),
        ("utf-8", ' encoding="ISO-8859-1"', "cp1252", ("encoding-repaired:cp1252",)),
    ],
)
def test_a_text_in_any_charset_declared_or_not(
    codec: str, declared: str, encoding: str, warnings: tuple[str, ...]
) -> None:
    found = one(f'<?xml version="1.0"{declared}?><a>{TEXT}</a>'.encode(codec))
    assert text_of(found.root) == TEXT
    assert (found.encoding, found.warnings) == (encoding, warnings)


def test_the_end_of_utf_16_and_of_its_messages_is_counted_in_its_own_bytes() -> None:
    cheese = "\U0001f9c0"
    messages = [f"<a>{TEXT} {number} {cheese}</a>" for number in range(9)]
    text = f'\ufeff<?xml version="1.0"?><all>{cheese}{"ü".join(messages)}</all>'
    for codec in ("utf-16-le", "utf-16-be"):
        data = text.encode(codec)
        found = [message for message in read(data) if isinstance(message, Document)]
        assert len(found) == 9
        for number, message in enumerate(found):
            assert data[message.offset : message.offset + message.length].decode(codec) == messages[number]


def test_a_long_source_in_utf_16_is_narrowed_piece_by_piece() -> None:
    text = "<all>" + "".join(f"<a>{number:060} ü</a>" for number in range(30_000)) + "</all>"
    data = text.encode("utf-16")
    found = [message for message in read(data) if isinstance(message, Document)]
    assert len(found) == 30_000
    for number in (0, 1, 15_000, 29_999):
        message = found[number]
        assert data[message.offset : message.offset + message.length].decode("utf-16-le") == f"<a>{number:060} ü</a>"


def test_numbers_of_signs_are_read_as_browsers_read_them() -> None:
    found = one(
        b"<a>Enten &#150; &#132;quak&#147; &#228; &#xe4; &#x1F9C0; u&#776; &#60;b&#62; &#129; 5 &gt;&#824; 3</a>"
    )
    assert text_of(found.root) == "Enten – „quak“ ä ä \U0001f9c0 ü <b> \x81 5 >\u0338 3"


def test_a_combining_sign_behind_a_tag_does_not_melt_with_it() -> None:
    assert text_of(one("<a>ä\u0308<b>\u0338x</b></a>".encode()).root) == "ä\u0308\u0338x"


def test_ill_formed_ampersands_are_mended_and_said() -> None:
    found = one(b'<a href="https://example.org/?a=1&b=2">&auml;&nbsp;&foo;</a>')
    assert found.warnings == ("markup-repaired",)
    assert found.root.get("href") == "https://example.org/?a=1&b=2"


def test_a_bad_message_hides_no_neighbour() -> None:
    first, bad, last = read(b"<x><a>1</a><a><b>2</a><a>3</a></x>")
    assert isinstance(first, Document)
    assert isinstance(bad, ParseError)
    assert bad.where == "x.xml at byte 11"
    assert isinstance(last, Document)
    assert (last.offset, last.length, last.root.text) == (22, 8, "3")


def test_depth_is_refused_by_name_and_the_next_is_read() -> None:
    deep, last = read(b"<x><a>" + b"<b>" * 300 + b"</b>" * 300 + b"</a><a>3</a></x>")
    assert isinstance(deep, MarkupTooDeep)
    assert isinstance(last, Document)


class _Watch:
    """The system's own count of who opens a file; none where it is not Linux."""

    def __init__(self, path: Path) -> None:
        self.number = -1
        if sys.platform == "linux":
            libc = ctypes.CDLL(None)
            self.number = libc.inotify_init1(os.O_NONBLOCK)
            assert libc.inotify_add_watch(self.number, str(path).encode(), 0x20) >= 0  # IN_OPEN

    def is_quiet(self) -> bool:
        """Tell whether nobody has opened it since the last question."""
        try:
            return self.number < 0 or not os.read(self.number, 4096)
        except BlockingIOError:
            return True


class _Listener:
    """A socket that counts who connects."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        self.connects = 0
        self._thread = Thread(target=self._count)
        self._thread.start()

    def _count(self) -> None:
        while True:
            connection, _ = self.socket.accept()
            with connection:
                if connection.recv(1) == b"!":
                    return
                self.connects += 1

    def close(self) -> int:
        """End it; returns how many came."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.sendall(b"!")
        self._thread.join(10)
        self.socket.close()
        return self.connects


HOSTILE = {
    "file": '<!DOCTYPE a [<!ENTITY e SYSTEM "{file}">]><a>&e;</a>',
    "http": '<!DOCTYPE a [<!ENTITY e SYSTEM "{url}">]><a>&e;</a>',
    "parameter": '<!DOCTYPE a [<!ENTITY % e SYSTEM "{url}"> %e;]><a>1</a>',
    "dtd": '<!DOCTYPE a SYSTEM "{url}"><a>1</a>',
    "dtd file": '<!DOCTYPE a PUBLIC "-//A//B" "{file}"><a>1</a>',
    "undeclared": '<!DOCTYPE a SYSTEM "{file}"><a>&e;</a>',
    "xinclude": '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{file}" parse="text"/></a>',
    "xinclude http": '<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="{url}"/></a>',
    "stylesheet": '<?xml-stylesheet type="text/xsl" href="{url}"?><a>1</a>',
    "schema": '<a xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:schemaLocation="x {url}">1</a>',
    "laughs": "<!DOCTYPE a [<!ENTITY l0 'ha'>" + "".join(
        f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 30)) + "]><a>&l29;</a>",
    "quadratic": "<!DOCTYPE a [<!ENTITY l '" + "ha" * 50_000 + "'>]><a>" + "&l;" * 50_000 + "</a>",
    "recursive": "<!DOCTYPE a [<!ENTITY b '&c;'><!ENTITY c '&b;'>]><a>&b;</a>",
}  # fmt: skip


def test_no_external_reference_opens_a_file_or_a_socket(tmp_path: Path) -> None:
    canary, listener = tmp_path / "canary.txt", _Listener()
    canary.write_text("Kanarienvogel", encoding="ascii")
    watch, said = _Watch(canary), {}
    try:
        for name, document in HOSTILE.items():
            data = document.replace("{file}", canary.as_uri()).replace(
                "{url}", f"http://127.0.0.1:{listener.port}/{name.replace(' ', '')}"
            )
            try:
                (found,) = read(data.encode())
            except NewsarcError as error:
                found = error  # type: ignore[assignment]
            said[name] = type(found).__name__
            if isinstance(found, Document):
                assert text_of(found.root) in ("", "1", "&e;")
                assert "Kanarienvogel" not in text_of(found.root)
    finally:
        assert listener.close() == 0
    assert watch.is_quiet()
    assert canary.read_text(encoding="ascii") == "Kanarienvogel"
    assert not watch.is_quiet() or sys.platform != "linux", "it would have been seen"
    declared = {name for name, document in HOSTILE.items() if "<!ENTITY" in document}
    assert {name for name, kind in said.items() if kind == EntitiesDeclared.__name__} == declared
    assert said["dtd"] == said["xinclude"] == "Document"
