"""Which text of a page is its article: found by trafilatura, the extra `newsarc[html]`, in a process that may die.

`extract` starts this module as a program of its own: a page in on its standard input, blocks out as JSON. A page costs
that process only, and what it does not hand back in time is not waited for.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from typing import Any

EXTRA = "newsarc[html]"
TIME = 8.0  # seconds a page may take
_MEMORY = 1 << 30  # bytes of address space, where the system bounds it
_KINDS = {"head": "heading", "item": "list", "quote": "quote"}


class ExtraMissingError(Exception):
    """Trafilatura is not installed."""


class NoAnswerError(Exception):
    """The process died, or took too long."""


def is_installed() -> bool:
    """Tell whether the extra is there, without loading it."""
    return find_spec("trafilatura") is not None


def extract(page: str, seconds: float = TIME) -> list[tuple[str, str]]:
    """Return kind and text of the blocks of a page's article; none, if it seems to hold none.

    Raises:
        ExtraMissingError: The extra is not installed.
        NoAnswerError: The process died, or had no answer after so many seconds; it was ended.
    """
    if not is_installed():
        raise ExtraMissingError
    command = [sys.executable, "-P", "-m", "newsarc.extraction", str(seconds)]
    try:
        done = subprocess.run(  # noqa: S603 - our own module, and no word of it from the page
            command, input=page.encode("utf-8", "replace"), capture_output=True, timeout=seconds, check=True
        )
        return [(str(kind), str(text)) for kind, text in json.loads(done.stdout)]
    except (subprocess.SubprocessError, OSError, ValueError) as error:
        raise NoAnswerError(str(error)) from error


def main() -> None:
    """Read a page, write its blocks: the child's side."""
    _bound(float(sys.argv[1]))
    page = sys.stdin.buffer.read().decode()
    import logging

    logging.disable()
    from trafilatura import bare_extraction

    found = bare_extraction(page, include_comments=False, include_tables=True, with_metadata=False)
    sys.stdout.write(json.dumps(list(_blocks(getattr(found, "body", None)))))


def _blocks(body: Any) -> Iterator[tuple[str, str]]:
    """Turn trafilatura's tree into blocks: a point of a list each, a table whole, a line a row."""
    for part in body if body is not None else ():
        if part.tag == "table":
            rows = (" | ".join(map(_text, row.iter("cell"))) for row in part.iter("row"))
            yield "table", "\n".join(rows)
        elif part.tag == "list":
            yield from ((_KINDS["item"], text) for text in map(_text, part.iter("item")) if text)
        elif part.tag == "quote" and part.find("p") is not None:
            yield from ((_KINDS["quote"], text) for text in map(_text, part.iter("p")) if text)
        elif text := _text(part, "\n"):
            yield _KINDS.get(part.tag, "paragraph"), text


def _text(part: Any, line_end: str = " ") -> str:
    """Return the text of an element without that of a list in it; one line unless said otherwise."""
    pieces, waiting = [(part.text or "").replace("\n", " ")], [*reversed(part)]
    while waiting:
        child = waiting.pop()
        if isinstance(child, str):
            pieces.append(child.replace("\n", " "))
            continue
        waiting.append(child.tail or "")
        if child.tag == "lb":
            pieces.append("\n")
        elif child.tag != "list":
            waiting += [*reversed(child), (" " if child.tag in ("p", "head") else "") + (child.text or "")]
    lines = (" ".join(line.split()) for line in "".join(pieces).split("\n"))
    return line_end.join(line for line in lines if line)


def _bound(seconds: float) -> None:
    """Let the system end this process if its parent cannot: it takes what it may, and no more."""
    try:
        import resource
    except ImportError:  # not on every platform; there, the parent alone bounds it
        return
    resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
    resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    if soft == resource.RLIM_INFINITY or soft > _MEMORY:
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, hard))


if __name__ == "__main__":
    main()
