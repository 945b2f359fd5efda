"""Tables keep their columns however many rows come, lose nothing, and mark what was searched for."""

import json
import re
import tracemalloc
from collections.abc import Iterator
from typing import Any

import pytest

from newsarc.errors import UnknownWord
from newsarc.present import WRITERS, Marked, Marks, Screen, fields_named, text_of

WIDTHS = (40, 60, 80, 100, 200)


def record(number: int, **fields: Any) -> bytes:
    made = {
        "id": f"portal:{number:016x}", "published": f"2025-02-15T20:{number % 60:02}:00+01:00", "category": "Sport",
        "headline": f"Kranwerder gewinnt Spiel {number}", "lead": "Der Turm.", "version": 1, **fields,
    }  # fmt: skip
    return json.dumps(made, ensure_ascii=False).encode()


def lines(records: list[bytes], *fields: str, screen: Screen) -> list[str]:
    """Make a table; returns its lines without colours."""
    made = b"".join(WRITERS["table"](records, fields, screen)).decode()
    return re.sub(r"\x1b\[[0-9;]*m", "", made).splitlines()


def test_columns_stand_where_they_stood_after_hundreds_of_rows() -> None:
    made = lines([record(number) for number in range(1000)], screen=Screen(is_terminal=True, width=100))
    assert len(made) == 1001
    assert made[0].split() == ["published", "category", "headline", "id"]
    starts = [made[0].index(name) for name in ("published", "category", "headline", "id")]
    for number, line in enumerate(made[1:]):
        cells = [line[a:b].strip() for a, b in zip(starts, [*starts[1:], None], strict=True)]
        assert cells == [
            f"2025-02-15 20:{number % 60:02}",
            "Sport",
            f"Kranwerder gewinnt Spiel {number}",
            f"{number:016x}",
        ]


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("fields", [(), ("id", "version", "category", "published", "headline", "lead"), ("lead",)])
def test_what_does_not_fit_is_wrapped_and_nothing_is_lost(width: int, fields: tuple[str, ...]) -> None:
    early = [record(number, headline="kurz") for number in range(250)]
    late = record(250, headline="Donaudampfschiff" * 9 + " läuft aus", category="Gesellschaftskunde", lead="wort " * 99)
    made = lines([*early, late], *fields, screen=Screen(is_terminal=False, width=width))
    assert max(map(len, made)) <= width
    signs = re.sub(r"\s", "", "".join(made))
    counts = {"headline": ("Donaudampfschiff"[:3], 9), "lead": ("w", 99)}
    for name, (part, most) in counts.items():
        if name in (fields or ("headline",)) and width >= 80:
            assert signs.count(part) >= most


def test_the_first_rows_are_shown_before_the_last_are_read() -> None:
    read = 0

    def records() -> Iterator[bytes]:
        nonlocal read
        for read in range(1, 10_001):
            yield record(read)

    first = next(WRITERS["table"](records(), (), Screen(is_terminal=True)))
    assert b"Spiel 1" in first
    assert read < 1000


def test_a_long_table_needs_little_memory() -> None:
    tracemalloc.start()
    length = sum(map(len, WRITERS["table"](map(record, range(1000)), (), Screen(is_terminal=True))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert length > 50_000
    assert peak < 4_000_000  # all at once it is 6 MB


def test_no_record_is_no_table() -> None:
    assert lines([], screen=Screen(is_terminal=True)) == []


def test_a_lead_stands_in_for_a_headline() -> None:
    assert lines([record(1, headline=None)], "headline", screen=Screen(is_terminal=False)) == ["headline", "Der Turm."]


# Marks


def turm(text: str) -> Marked:
    """Mark a word as a search does."""
    return Marked(text, tuple(found.span() for found in re.finditer("Turm", text)))


MARKS = Marks(turm, lambda record: turm(f"…{record['lead']}"))


def test_a_passage_stands_below_its_headline_and_marks_stand_out() -> None:
    screen = Screen(is_terminal=True, width=100, has_colour=True, marks=MARKS)
    records = [record(1, headline="Am Turm | still"), record(2, headline=None)]
    made = lines(records, screen=screen)
    column = made[0].index("headline")
    assert [line[column : column + 16].strip() for line in made] == [
        "headline", "Am Turm | still", "…Der Turm.", "Der Turm.", "…Der Turm.",
    ]  # fmt: skip
    raw = b"".join(WRITERS["table"](records, (), screen)).decode()
    assert len(re.findall("\x1b\\[[0-9;]*7[0-9;]*mTurm\x1b\\[0m", raw)) == 4
    plain = b"".join(WRITERS["table"](records, (), screen._replace(is_terminal=False, has_colour=False)))
    assert b"\x1b" not in plain
    assert plain.count(b"Der Turm.") == 3


def test_marks_are_strong_in_markdown_and_plain_for_programs() -> None:
    screen = Screen(is_terminal=False, marks=MARKS)
    one = [record(1, headline="Am Turm | *still*\nTurm\x1b", category="Turm")]
    fields = ("headline", "snippet", "category")
    written = {name: b"".join(WRITERS[name](one, fields, screen)).decode() for name in WRITERS}
    assert written["markdown"].splitlines()[2] == r"| Am **Turm** \| *still* **Turm**\x1b | …Der **Turm**. | Turm |"
    assert json.loads(written["jsonl"])["snippet"] == "…Der Turm."
    assert json.loads(written["json"])[0]["headline"] == "Am Turm | *still*\nTurm\x1b"
    assert written["tsv"].splitlines()[1].split("\t")[1:] == ["…Der Turm.", "Turm"]
    assert "…Der Turm." in written["table"]


def test_a_mark_does_not_carry_a_control_character_along() -> None:
    screen = Screen(
        is_terminal=True, marks=Marks(lambda text: Marked(text, ((0, len(text)),)), lambda _: Marked("\x07"))
    )
    made = "".join(lines([record(1, headline="\x1b[2J\u202e\x9b", lead="\x07")], screen=screen))
    assert not re.search("[\x00-\x1f\x7f-\x9f\u202e]", made)
    assert r"\x1b[2J\u202e\x9b" in made


# Fields


def test_a_snippet_is_a_field_only_where_there_is_one() -> None:
    assert fields_named("headline, snippet", ("snippet",)) == ("headline", "snippet")
    assert fields_named(None) == ()
    with pytest.raises(UnknownWord, match="no such field"):
        fields_named("snippet")


def test_the_text_of_a_record_is_its_blocks() -> None:
    body = [{"kind": "paragraph", "text": "Zwei."}, {"kind": "list", "text": "Drei."}]
    assert text_of({"headline": "Eins", "lead": None, "body": body, "kicker": "nein"}) == "Eins\n\nZwei.\n\nDrei."


@pytest.mark.parametrize("width", [40, 100, 300])
def test_an_endless_headline_is_cut_in_a_table_and_nowhere_else(width: int) -> None:
    endless = "Turm und " * 100_000
    records = [record(1, headline=endless), record(2, headline=None, lead=endless), record(3, headline="Ein Turm")]
    made = lines(records, screen=Screen(is_terminal=True, width=width))
    assert len(made) < 60
    assert sum(line.count("…") for line in made) == 2
    assert sum(len(line) for line in made) > 2 * 200
    assert endless.strip() in b"".join(WRITERS["csv"](records, ("headline",), Screen(is_terminal=False))).decode()
