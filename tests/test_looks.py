"""The one look that `find` takes at most lines never says more than the careful ones."""

from datetime import UTC, datetime
from typing import Any

import pytest

from newsarc.archive.chain import GENESIS, seal
from newsarc.article import Article, Block
from newsarc.find.looking import is_for_all, is_meant, is_plainly_meant

MOMENT = datetime(2023, 6, 5, 12, 20, 11, tzinfo=UTC)
SECONDS = int(MOMENT.timestamp())
SAID: dict[str, Any] = {"id": "portal:1", "headline": "Turm", "published": MOMENT}


def line_of(seq: int = 7, **changes: Any) -> bytes:
    return seal(Article.model_validate(SAID | changes).line(), seq, GENESIS)[0]


TEXTS = (
    "Der Turm ist neu.",
    "Ein ] und noch ein ].",
    ',"published":"2023-06-05T14:20:11+02:00","embargo_open":false,"related":[',
    '"status":"usable","kind":"article"',
    '\\","seq":7,"chain":"',
)


@pytest.mark.parametrize("text", TEXTS)
def test_a_line_for_all_is_told_in_one_look_whatever_its_text_says(text: str) -> None:
    line = line_of(body=(Block(text=text),), lead=text, keywords=(text,))
    assert is_plainly_meant(7, SECONDS, line)


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize(
    "changes",
    [
        {"embargoed": MOMENT},
        {"embargoed_text": "bis 12 Uhr"},
        {"embargo_open": True},
        {"status": "withheld"},
        {"status": "canceled"},
        {"kind": "advisory"},
        {"kind": "service"},
        {"published": None},
        {"published": MOMENT.replace(second=12)},
        {"seq": 17},
        {"seq": 77},
    ],
    ids=str,
)
def test_what_is_kept_back_or_not_meant_is_never_passed_at_a_look(changes: dict[str, Any], text: str) -> None:
    line = line_of(**{"body": (Block(text=text),), "headline": text, **changes})
    assert not is_plainly_meant(7, SECONDS, line)


@pytest.mark.parametrize("cut", [(0, 1), (0, -1), (0, -2), (0, 200), (200, None), (0, 0)])
def test_a_part_of_a_line_is_none(cut: tuple[int, int | None]) -> None:
    line = line_of()[slice(*cut)]
    assert not is_plainly_meant(7, SECONDS, line)
    assert not is_meant(7, SECONDS, line)


def test_a_line_with_any_byte_changed_is_passed_only_where_the_careful_looks_pass_it() -> None:
    line = line_of(body=(Block(text=TEXTS[1]),))
    for place in range(len(line)):
        for byte in b'0"]}x':
            changed = line[:place] + bytes([byte]) + line[place + 1 :]
            if is_plainly_meant(7, SECONDS, changed):
                assert is_meant(7, SECONDS, changed), changed
                assert is_for_all(changed), changed
