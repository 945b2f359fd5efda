"""How a source of any length is cut into stories: by lines, whatever ends them, and with one story in hand at most."""

import io
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from material import dump
from newsarc.dumps import cutting, lines
from newsarc.errors import TooLarge
from newsarc.formats.portal import parse
from newsarc.source import Source, from_bytes
from strategies import steady

MEGABYTE = 1 << 20
MANY = 3 * MEGABYTE
"""Lines of a hostile story, of two bytes and more."""


class Counted(io.BytesIO):
    """Counts the bytes that were read from it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, and count."""
        data = super().read(size)
        self.count += len(data)
        return data


def counted(data: bytes, longest: int) -> tuple[Source, list[Counted]]:
    """Make a source with a limit, and the streams that are opened of it."""
    streams: list[Counted] = []

    def opened() -> Counted:
        streams.append(Counted(data))
        return streams[-1]

    return replace(from_bytes(data), open=opened, longest=longest), streams


@pytest.mark.parametrize(
    "data",
    [dump() + b"Der Turm.\n\n" * MANY, dump() + b"x\n" * MANY, dump() + b"Turm " * MANY, dump() + b"\n" * 8 * MANY,
     dump() + b" \r" * 4 * MANY],
    ids=["paragraphs", "short lines", "one line", "blank lines", "carriage returns"],
)  # fmt: skip
def test_a_story_that_never_ends_is_read_no_further_than_the_limit(data: bytes) -> None:
    source, streams = counted(data, 2 * MEGABYTE)
    with pytest.raises(TooLarge, match="the story at byte 0 has more than "):
        list(parse(source))
    assert streams[-1].count <= 4 * MEGABYTE < len(data)


def test_what_stands_before_a_story_that_never_ends_is_read() -> None:
    before = b"\n".join(dump(f"Turm {number}") for number in range(3)) + b"\n"
    source, _ = counted(before + dump("Ende") + b"x\n" * MANY, 16 * MEGABYTE)
    found = parse(source)
    assert [article.headline for article in islice(found, 3)] == ["Turm 0", "Turm 1", "Turm 2"]
    with pytest.raises(TooLarge, match=f"the story at byte {len(before)} has more than 200,000 lines"):
        next(found)


@pytest.mark.parametrize("before", [b"", (dump() + b"\n") * 5500], ids=["small", "in a later window"])
def test_a_story_has_as_many_bytes_and_lines_as_it_may(before: bytes) -> None:
    def stories(text: str, longest: int) -> int:
        return len(list(parse(replace(from_bytes(before + dump() + text.encode()), longest=longest))))

    count, size = before.count(b"@") + 1, len(dump())
    assert stories("ä" * 1000, size + 2000) == count
    with pytest.raises(TooLarge, match=f"more than {size + 1999:,} bytes"):
        stories("ä" * 1000, size + 1999)
    most, head = cutting._MOST_LINES, len(lines.lines_of(dump().decode())[0].texts)  # noqa: SLF001
    assert stories("\nx" * (most - head), MEGABYTE) == count
    with pytest.raises(TooLarge, match=f"more than {most:,} lines"):
        stories("\nx" * (most - head + 1), MEGABYTE)


LINE_ENDS = ["\n", "\r", "\r\n", "\n\n", "\f", "\v", "\x1c", "\x85", "\u2028", "\u2029"]


def told_one_by_one(text: str) -> Iterator[tuple[str, bool, int]]:
    """Yield the text of each line that is not blank, whether a blank one stands before it, and where it begins."""
    start, is_first = 0, True
    for line in text.splitlines(keepends=True):
        if line.strip():
            yield line.strip(), is_first, start
        start, is_first = start + len(line), not line.strip()


@steady
@given(st.lists(st.sampled_from([*LINE_ENDS, "a", "ä", "Turm", " ", "\t", "\x1f", "\u00a0", "\0"])), st.integers(1, 9))
def test_lines_are_the_same_however_the_text_is_split(words: list[str], size: int) -> None:
    text = "".join(words)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "_PIECE", size)
        patch.setattr(lines, "_LOOK", 1 + size // 3)
        found, starts = lines.lines_of(text)
        assert list(zip(found.texts, found.opens, starts, strict=True)) == list(told_one_by_one(text))
        assert lines.count_lines(text) == len(starts)
