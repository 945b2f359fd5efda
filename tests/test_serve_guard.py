"""Who may ask the reading room, and what a browser may do with what it says: a real process on a real port."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from conftest import Run
from reading_room import made, served, stories

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@pytest.fixture(scope="module")
def port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    root = tmp_path_factory.mktemp("guard") / "archive"
    made(root)
    with served(root) as url:
        assert url.startswith("http://127.0.0.1:")
        yield urlsplit(url).port or 0


def raw(port: int, *lines: str, body: bytes = b"", host: str = "127.0.0.1") -> bytes:
    """Send a request as written, and return all that comes back."""
    with closing(socket.create_connection((host, port), timeout=20)) as connection:
        connection.sendall("\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1") + body)
        said = b""
        while piece := connection.recv(65_536):
            said += piece
        return said


def status(said: bytes) -> int:
    return int(said.split(b" ", 2)[1])


def test_it_listens_on_this_machine_by_its_three_names(port: int) -> None:
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"LOCALHOST:{port}", f"[::1]:{port}"):
        assert status(raw(port, "GET / HTTP/1.1", f"Host: {host}")) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "evil.example:{port}", "localhost", "127.0.0.1", "127.1:{port}", "0x7f000001:{port}",
     "2130706433:{port}", "localhost.:{port}", "localhost:{port}.evil.example", "user@localhost:{port}", "",
     "0.0.0.0:{port}", "[::]:{port}", "[::ffff:127.0.0.1]:{port}"],
)  # fmt: skip
def test_any_other_host_is_turned_away(port: int, host: str) -> None:
    said = raw(port, "GET /search HTTP/1.1", f"Host: {host.format(port=port)}")
    assert status(said) in (400, 421)
    assert b"Koalition" not in said
    assert b"<" not in said.partition(b"\r\n\r\n")[2]


def test_no_host_or_two_are_turned_away(port: int) -> None:
    own = f"Host: localhost:{port}"
    assert status(raw(port, "GET / HTTP/1.1")) == 400
    assert status(raw(port, "GET / HTTP/1.0")) == 421
    assert status(raw(port, "GET / HTTP/1.1", own, "Host: evil.example")) in (400, 421)
    assert status(raw(port, "GET / HTTP/1.1", own, own)) in (400, 421)
    assert status(raw(port, "GET http://evil.example/ HTTP/1.1", "Host: evil.example")) == 421


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "QUATSCH"])
def test_it_only_reads(port: int, method: str) -> None:
    said = raw(port, f"{method} / HTTP/1.1", f"Host: localhost:{port}")
    assert status(said) == 405
    assert b"allow: GET, HEAD" in said
    assert b"access-control" not in said.lower()


def test_head_says_the_same_without_the_text(port: int) -> None:
    said = raw(port, "HEAD /search HTTP/1.1", f"Host: localhost:{port}")
    assert status(said) == 200
    assert said.endswith(b"\r\n\r\n")


def test_it_takes_no_data_and_no_endless_address(port: int) -> None:
    own = f"Host: localhost:{port}"
    assert status(raw(port, "GET / HTTP/1.1", own, "Content-Length: 5", body=b"hallo")) == 413
    assert status(raw(port, "GET / HTTP/1.1", own, "Transfer-Encoding: chunked", body=b"0\r\n\r\n")) == 413
    assert status(raw(port, f"GET /search?q={'a' * 9_000} HTTP/1.1", own)) == 414
    with suppress(ConnectionError):
        assert status(raw(port, f"GET /{'a' * 2_000_000} HTTP/1.1", own)) == 400
    assert status(raw(port, "GET / HTTP/1.1", own)) == 200


@pytest.mark.parametrize(
    "path", ["/", "/search?q=Regierung", "/nowhere", "/style.css", "/search.jsonl?limit=1", "/charts"]
)
def test_every_answer_binds_the_browser(port: int, path: str) -> None:
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as connection:
        connection.request("GET", path)
        headers = connection.getresponse().headers
    assert headers.get_all("content-security-policy") == [POLICY]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers
    assert "set-cookie" not in headers


def test_no_path_leads_out(port: int) -> None:
    for path in (
        "/../../etc/passwd",
        "/%2e%2e/%2e%2e/etc/passwd",
        "/static/../HEAD",
        "//etc/passwd",
        "/style.css/..%2fHEAD",
    ):
        said = raw(port, f"GET {path} HTTP/1.1", f"Host: localhost:{port}")
        assert status(said) == 404
        assert b"root:" not in said


def test_who_is_slow_to_ask_is_hung_up_on_and_others_are_answered(port: int) -> None:
    slow = [socket.create_connection(("127.0.0.1", port), timeout=20) for _ in range(120)]
    for connection in slow:
        connection.sendall(b"GET / HTTP/1.1\r\nHost: loc")
    assert status(raw(port, "GET / HTTP/1.1", f"Host: localhost:{port}")) == 200
    begun = time.monotonic()
    assert all(connection.recv(100) == b"" for connection in slow)
    assert time.monotonic() - begun < 8
    for connection in slow:
        connection.close()


def test_who_stops_reading_a_stream_holds_nobody_up(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=20)) as lazy:
        lazy.sendall(f"GET /search.jsonl HTTP/1.1\r\nHost: localhost:{port}\r\n\r\n".encode())
        lazy.recv(10)
        for _ in range(20):
            assert status(raw(port, "GET /search HTTP/1.1", f"Host: localhost:{port}")) == 200


# The command.


def test_a_port_in_use_and_no_archive_are_one_line_each(run: Run, port: int, tmp_path: Path) -> None:
    made(tmp_path / "archive")
    done = run("serve", "--port", str(port))
    assert done.returncode == 74
    assert re.fullmatch(rf"newsarc: error: cannot listen \(127.0.0.1:{port}\): .+ Name another port .+\n", done.stderr)
    done = run("serve", "--archive", tmp_path / "none")
    assert (done.returncode, done.stderr.count("\n")) == (3, 1)
    assert "no archive here" in done.stderr
    assert run("serve", "--port", "70000").returncode == 2
    assert run("serve", "--host", "0.0.0.0").returncode == 2  # noqa: S104


def test_without_the_extra_it_says_which(tmp_path: Path) -> None:
    made(tmp_path / "archive")
    hidden = "import sys; sys.modules['starlette'] = None; sys.argv = ['newsarc', 'serve', '--archive', 'archive']"
    done = subprocess.run(
        [sys.executable, "-c", f"{hidden}\nfrom newsarc.cli import main\nmain()"],
        capture_output=True, text=True, check=False, cwd=tmp_path, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "pip install 'newsarc[web]'" in done.stderr


@pytest.mark.skipif(sys.platform == "win32", reason="signals are POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_at_once(number: signal.Signals, tmp_path: Path) -> None:
    made(tmp_path / "archive")
    command = [sys.executable, "-m", "newsarc", "serve", "--archive", str(tmp_path / "archive"), "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr
        assert "reading room at" in process.stderr.readline()
        process.send_signal(number)
        begun = time.monotonic()
        said = process.stderr.read()
        assert process.wait(10) == -number
    assert time.monotonic() - begun < 4
    assert "Traceback" not in said


def test_it_shows_what_is_archived_meanwhile(tmp_path: Path) -> None:
    archive = made(tmp_path / "archive")
    newer = stories()[0].model_copy(update={"id": "x:neu", "headline": "Eben eingetroffen"})
    with served(tmp_path / "archive") as url:
        archive.append([(newer, None)], now=newer.published)  # type: ignore[arg-type]
        said = raw(urlsplit(url).port or 0, "GET /article/x:neu HTTP/1.1", f"Host: localhost:{urlsplit(url).port}")
    assert b"Eben eingetroffen" in said


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere 127.0.0.2 is no address of the machine")
def test_another_address_lies_behind_a_secret(tmp_path: Path) -> None:
    made(tmp_path / "archive")
    with served(tmp_path / "archive", "--host", "127.0.0.2") as url:
        place = urlsplit(url)
        port, own = place.port or 0, f"Host: 127.0.0.2:{place.port}"
        assert len(place.path) > 30
        assert status(raw(port, "GET / HTTP/1.1", own, host="127.0.0.2")) == 404
        assert status(raw(port, "GET /search.jsonl HTTP/1.1", own, host="127.0.0.2")) == 404
        assert status(raw(port, f"GET {place.path} HTTP/1.1", own, host="127.0.0.2")) == 200
        assert status(raw(port, f"GET {place.path} HTTP/1.1", "Host: evil.example", host="127.0.0.2")) == 421
