"""Words that differ are marked, whatever the texts are, in a time that no text can drive up."""

import time
from itertools import pairwise
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from newsarc.versions.marking import Pen, Pieces

SIGNS = {"same": "{}", "deleted": "[-{}-]", "inserted": "{{+{}+}}"}


def shown(pieces: Pieces) -> str:
    return "".join(SIGNS[piece.kind].format(piece.text) for piece in pieces)


@pytest.mark.parametrize(
    ("old", "new", "marked"),
    [
        ("Elf Enten.", "Zwölf Enten.", "[-Elf-]{+Zwölf+} Enten."),
        ("Das Haus.", "Das Haus ist neu.", "Das Haus{+ ist neu+}."),
        ("Der Turm", "Turm", "[-Der -]Turm"),
        ("Haus", "Hausmeister", "[-Haus-]{+Hausmeister+}"),
        ("Sie sagte «ja».", "Sie sagte „ja“.", "Sie sagte [-«-]{+„+}ja[-»-]{+“+}."),
        ("Im Mai, im Juni.", "Am Abend, am Morgen.", "[-Im Mai, im Juni-]{+Am Abend, am Morgen+}."),
        ("a  b", "a b", "a[-  -]{+ +}b"),
        ("", "neu", "{+neu+}"),
        ("gleich", "gleich", "gleich"),
    ],
)
def test_words_are_marked(old: str, new: str, marked: str) -> None:
    assert shown(Pen().texts(old, new)) == marked


def test_words_of_a_list_are_one_each() -> None:
    assert shown(Pen().items(["Bad Windau", "Teich"], ["Teich", "Gänse"])) == "[-Bad Windau, -]Teich{+, Gänse+}"


@given(st.text("ab.,\n ä“", max_size=30), st.text("ab.,\n ä“", max_size=30), st.sampled_from([0, 20, 100, 10**7]))
def test_both_texts_can_be_read_from_the_marks(old: str, new: str, steps: int) -> None:
    pieces = Pen(steps).texts(old, new)
    assert "".join(piece.text for piece in pieces if piece.kind != "inserted") == old
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new
    assert all(piece.text for piece in pieces)
    assert all(one.kind != other.kind for one, other in pairwise(pieces))
    assert {piece.kind for piece in pieces} <= {"same"} or old != new


@given(st.lists(st.text("ab ", max_size=4), max_size=8), st.lists(st.text("ab ", max_size=4), max_size=8))
def test_pairs_name_every_text_that_differs_once_and_in_order(old: list[str], new: list[str]) -> None:
    pairs = list(Pen().pairs(old, new))
    for side, texts in ((0, old), (1, new)):
        named = [at for at in (pair[side] for pair in pairs) if at is not None]
        assert named == sorted(set(named))
        left = [text for at, text in enumerate(texts) if at not in named]
        assert left == [text for at, text in enumerate(old) if at not in {pair[0] for pair in pairs}]
    assert bool(pairs) == (old != new)


def test_a_text_that_was_edited_meets_its_old_self_beside_new_ones() -> None:
    old = ["Der Teich ist offen.", "Elf Enten schwimmen schon darin."]
    new = ["Neu ist ein Steg aus Holz.", "Zwölf Enten schwimmen schon darin.", "Der Eintritt kostet nichts."]
    assert sorted(Pen().pairs(old, new), key=str) == [(0, None), (1, 1), (None, 0), (None, 2)]


def _numbers(seed: int, count: int) -> str:
    roll = Random(seed)
    return " ".join(str(roll.randrange(300)) for _ in range(count))


HOSTILE = {
    "one word again and again": ("x " + "a " * 100_000 + "y", "z " + "a b " * 100_000 + "q"),
    "as many as are just compared": ("x " + "a " * 270 + "y", "z " + "a b " * 270 + "q"),
    "one endless word": ("a" * 8_000_000 + "b", "a" * 8_000_000 + "c"),
    "a word at the end of an endless text": ("wort " * 2_000_000 + "b", "wort " * 2_000_000 + "c"),
    "sentences turned round": ("a b. " * 60_000 + "b", "b a. " * 59_000 + "c"),
    "nothing in order": (_numbers(1, 50_000), _numbers(2, 50_000)),
    "signs": ("." * 390_000 + "x", "," * 390_000 + "y"),
    "blanks": (" " * 390_000 + "x", "\t" * 390_000 + "y"),
    "brackets": ("([{" * 100_000, "}])" * 100_000),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_text_takes_long(name: str) -> None:
    old, new = HOSTILE[name]
    before = time.process_time()
    pieces = Pen().texts(old, new)
    assert time.process_time() - before < 5
    assert "".join(piece.text for piece in pieces if piece.kind != "deleted") == new


def test_many_texts_take_no_longer_together_than_one_may() -> None:
    roll = Random(3)
    old = [" ".join(roll.choice("abc") for _ in range(60)) for _ in range(3_000)]
    new = [" ".join(roll.choice("abc") for _ in range(60)) for _ in range(3_000)]
    before, pen = time.process_time(), Pen()
    for one, other in pen.pairs(old, new):
        if one is not None and other is not None:
            pen.texts(old[one], new[other])
    assert time.process_time() - before < 8
