"""How alike two texts are, by the thresholds of the reference, and whether a sketch finds what a comparison would."""

import random

import pytest

from linked import told
from newsarc.kinship.likeness import (
    COPY_FROM,
    SKETCH,
    UPDATE_FROM,
    Resemblance,
    are_named_alike,
    compared,
    is_carried_on,
    may_be_alike,
    resemblance,
    sketch,
)


def _record(text: str, **more: object) -> dict[str, object]:
    return {"headline": None, "lead": None, "body": [{"kind": "paragraph", "text": text}], **more}


def _text(number: int, words: int = 200) -> str:
    return " ".join(told(number, words=words).body)


def _shared(one: str, other: str) -> int:
    return len(set(sketch(one)) & set(sketch(other)))


def test_a_copy_is_known_whatever_its_quotes_dashes_and_sharp_s() -> None:
    text = _text(1) + " Er sagte: «Groß ist die Straße», und – so heißt es – das bleibt."
    copy = text.replace("ß", "ss").replace("«", "„").replace("»", "“").replace("–", "-")
    assert resemblance(text, copy) == Resemblance(1.0, 1.0)
    assert sketch(text) == sketch(copy)


def test_what_is_compared_leaves_the_dateline_out() -> None:
    with_place = compared(_record("Windau (dpa) - Der Turm ist neu."))
    assert with_place == compared(_record("Der Turm ist neu.")) == "\nDer Turm ist neu."


@pytest.mark.parametrize("share", [0.2, 0.4, 0.6])
def test_updates_share_enough_of_their_sketches_to_be_found(share: float) -> None:
    found = 0
    for number in range(60):
        text = _text(number, 300)
        longer = f"{text} {_text(number + 1000, int(300 * share))}"
        compared_all = resemblance(text, longer)
        assert compared_all.containment > UPDATE_FROM
        found += may_be_alike(sketch(longer), _shared(text, longer))
    assert found >= 58


def test_small_edits_leave_a_copy() -> None:
    dice = random.Random(5)
    for number in range(40):
        words = _text(number, 400).split()
        for _ in range(len(words) // 50):
            words[dice.randrange(len(words))] = "geändert"
        share = resemblance(_text(number, 400), " ".join(words))
        assert share.jaccard >= COPY_FROM
        assert _shared(_text(number, 400), " ".join(words)) >= 7


def test_other_stories_share_nothing() -> None:
    assert all(_shared(_text(0), _text(number)) == 0 for number in range(1, 60))
    assert resemblance(_text(1), _text(2)) == Resemblance(0.0, 0.0)


def test_too_short_a_text_is_like_none() -> None:
    flash = "Eil: Der Turm von Windau ist eingestürzt."
    assert sketch(flash) == ()
    assert resemblance(flash, flash) == Resemblance(0.0, 0.0)


def test_a_sketch_has_a_bounded_number_of_numbers_that_fit_43_bits() -> None:
    for words in (13, 20, 60, 2_000):
        made = sketch(_text(3, words))
        assert 0 < len(made) <= SKETCH
        assert all(0 <= number < 1 << 43 for number in made)
    assert len(sketch(_text(3, 60))) == SKETCH


def test_a_longer_text_that_repeats_a_part_under_a_like_headline_carries_it_on() -> None:
    weak = Resemblance(0.2, 0.3)
    assert is_carried_on(Resemblance(0.4, 0.5), None, None)
    assert is_carried_on(weak, "Turm in Windau brennt", "Turm in Windau brennt aus")
    assert not is_carried_on(weak, "Turm in Windau brennt", "Kreis senkt die Gebühren")
    assert not is_carried_on(weak, None, "Turm in Windau brennt")
    assert not is_carried_on(Resemblance(0.1, 0.2), "Turm brennt", "Turm brennt")


@pytest.mark.parametrize("mark", ["(AKTUALISIERT: Zahlen) ", "Update: ", "KORREKTUR: ", "(Zusammenfassung) "])
def test_what_a_desk_puts_before_a_headline_does_not_count(mark: str) -> None:
    assert are_named_alike(f"{mark}Turm in Windau brennt", "Turm in Windau brennt")


def test_words_of_any_length_and_kind_are_taken() -> None:
    odd = " ".join(["x" * 100_000, "…", "\ud800", "１２３", "ﬁn", "naïve", "– –", "İ"] * 4)
    assert len(sketch(odd)) > 0
    assert resemblance(odd, odd).jaccard == 1.0
