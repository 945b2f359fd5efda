"""What a related link says of the story it names, and by what that story is found.

Strongest first: its address; the minute of its publication with its headline at the start of the link's text; the
minute with the first sentence of its lead; that sentence alone with a headline that is alike, published some hours
apart (a portal gives out an agency's story later). Longer headlines go before shorter ones.

Source: portal-dumps.md, section 4 (the rotation, the join key); german-text.md, section 4 (titles)
"""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Literal, NamedTuple, TypeAlias

from newsarc.kinship.likeness import are_named_alike
from newsarc.sentences import ends_like_sentence, split_sentences
from newsarc.wording import fold_title, without_dateline

Record: TypeAlias = Mapping[str, Any]
Key: TypeAlias = tuple[Literal["title", "opening", "address", "minute"], int]
"""What a link and its story have in common, as a number of 43 bits."""

_FEWEST_WORDS = 4  # of a first sentence that tells one story from others
_APART = 12 * 60  # minutes between an agency's story and its portal
_LONGEST_TITLE = 60  # words
_MOST_KNOWN = 4_096  # titles, times, sentences that are remembered


class Fit(NamedTuple):
    """How well a story fits a link; the greater, the better."""

    rule: int
    """4 the address, 3 minute and headline, 2 minute and first sentence, 1 first sentence and a headline alike."""
    length: int = 0
    """Characters of the headline, folded."""


class Proof(NamedTuple):
    """What a link's title and teaser are, by the story it names."""

    title: str
    teaser: str | None


def _number(*parts: str | int) -> int:
    digest = blake2b("\n".join(map(str, parts)).encode("utf-8", "replace"), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 21


@lru_cache(_MOST_KNOWN)
def _folded(title: str) -> str:
    return fold_title(title)


@lru_cache(_MOST_KNOWN)
def minute_of(time: str | None) -> int | None:
    """Return the minute since 1970 of a time of the record."""
    return int(datetime.fromisoformat(time).timestamp()) // 60 if time else None


def _minute(record: Record) -> int | None:
    """Return the minute a story was published; None where only its day is known."""
    return minute_of(record.get("published")) if record.get("published_precision") != "day" else None


def story_keys(record: Record) -> list[Key]:
    """Return by what a story is found: each key fits the same key of a link."""
    keys: list[Key] = [("address", _number("a", name)) for name in _addresses(record)]
    minute, opening = _minute(record), _opening(record)
    if minute is not None:
        keys.append(("minute", minute))
        if record.get("headline"):
            keys.append(("title", _number("t", minute, _folded(record["headline"]))))
    if opening and record.get("published"):
        keys.append(("opening", _number("o", opening)))
    return keys


def link_keys(
    title: str | None, confidence: str | None, teaser: str | None, published: str | None, url: str | None
) -> list[Key]:
    """Return by what a link finds its story; where the title may go on, by its minute, too."""
    keys: list[Key] = [("address", _number("a", _address(url)))] if url and _address(url) else []
    minute = minute_of(published)
    if minute is None:
        return keys
    if title:
        keys.append(("title", _number("t", minute, _folded(title))))
    if confidence == "low" or (title or "").endswith(("?", "!")):
        keys.append(("minute", minute))
    if opening := _folded_opening(teaser or ""):
        keys.append(("opening", _number("o", opening)))
    return keys


def fit_of(link: Record, record: Record) -> Fit | None:
    """Tell how well a story fits a link; None where it is not the one."""
    if link.get("url") and _address(link["url"]) in _addresses(record):
        return Fit(4)
    named, published = minute_of(link.get("published")), minute_of(record.get("published"))
    if named is None or published is None:
        return None
    headline = _folded(record.get("headline") or "")
    if _minute(record) == named:
        if headline and _begins_with(_words(link), headline):
            return Fit(3, len(headline))
        opening = _opening(record)
        return (
            Fit(2) if opening and opening in (_folded_opening(link.get("teaser") or ""), _end(link, opening)) else None
        )
    apart = named - published
    is_near = 0 <= apart < 24 * 60 if record.get("published_precision") == "day" else abs(apart) <= _APART
    opening = _folded_opening(link.get("teaser") or "") if is_near else ""
    if opening and opening == _opening(record) and are_named_alike(link.get("title"), record.get("headline")):
        return Fit(1)
    return None


def proof_of(link: Record, record: Record) -> Proof | None:
    """Part a link's title from its teaser by the story it names; None where that story does not tell.

    The teaser is put into reading order: the first sentence of the story's lead stands first.
    """
    words = " ".join(_printed(link))
    return _proof(words, record.get("headline") or "", record.get("dateline") or "", _lead(record))


@lru_cache(_MOST_KNOWN)
def _proof(printed: str, headline: str, place: str, lead: str) -> Proof | None:
    """Work out a proof: the footers of a portal name the same stories again and again."""
    words = printed.split(" ")
    length = _length(words, _folded(headline)) if headline else _length_by_lead(words, place, lead)
    if not length:
        return None
    title, rest = " ".join(words[:length]), " ".join(words[length:])
    is_closed = ends_like_sentence(title) or ends_like_sentence(words[length - 1])
    if rest[:2] in (". ", "."):  # behind a question mark the template may print a full stop
        rest = rest[1:].strip()
    opening = _folded_opening(without_dateline(lead))
    return Proof(_without_stop(title), _in_order(rest, opening, is_rotated=bool(is_closed)) or None)


def _printed(link: Record) -> list[str]:
    """Return the words of title and teaser as printed, the tail left out."""
    count = len((link.get("title") or "").split()) + len((link.get("teaser") or "").split())
    return str(link["text"]).split()[:count]


def _words(link: Record) -> str:
    return _folded(" ".join(_printed(link)))


def _begins_with(text: str, headline: str) -> bool:
    """Tell whether a text begins with a headline, and not in the middle of a word."""
    return text.startswith(headline) and not text[len(headline) :][:1].isalnum()


def _length(words: list[str], headline: str) -> int:
    """Count the words at the start that are a headline; 0 where they are none."""
    usual = headline.count(" ") + 1
    if _folded(" ".join(words[:usual])) == headline:
        return usual
    for length in range(1, min(len(words), _LONGEST_TITLE) + 1):
        folded = fold_title(" ".join(words[:length]))
        if folded == headline:
            return length
        if len(folded) > len(headline):
            break
    return 0


def _length_by_lead(words: list[str], dateline: str, lead: str) -> int:
    """Count the words before a story's lead, whose first sentence is printed last, with its dateline if it has one."""
    bare = without_dateline(lead)
    first, *others = split_sentences(bare) or [""]
    place = dateline or lead[: len(lead) - len(bare)].rstrip(" -–")
    forms = [f"{place} - {first}", f"{place} – {first}", first] if place else [first]
    for shown in range(len(others), -1, -1) if first else ():
        for form in forms:
            printed = " ".join([*others[:shown], form]).split()
            end = words[-len(printed) :]
            if len(printed) < len(words) and _folded(" ".join(end)) == _folded(" ".join(printed)):
                return len(words) - len(printed)
    return 0


def _in_order(rest: str, opening: str, *, is_rotated: bool) -> str:
    """Put the sentences of a teaser into reading order."""
    sentences = split_sentences(rest)
    if len(sentences) < 2 or not is_rotated:  # noqa: PLR2004 - one has no order
        return rest
    if opening and fold_title(sentences[0]) == opening:
        return rest
    return " ".join([sentences[-1], *sentences[:-1]])


def _without_stop(title: str) -> str:
    return title if title.endswith("...") else title.removesuffix(".")


def _lead(record: Record) -> str:
    body = record.get("body") or ()
    return record.get("lead") or (body[0]["text"] if body else "")


def _opening(record: Record) -> str:
    """Return the first sentence of a story, folded; empty where it is too short to be the story's own."""
    return _folded_opening(without_dateline(_lead(record)))


@lru_cache(_MOST_KNOWN)
def _folded_opening(text: str) -> str:
    first = fold_title(without_dateline((split_sentences(text) or [""])[0]))
    return first if first.count(" ") + 1 >= _FEWEST_WORDS else ""


def _end(link: Record, opening: str) -> str | None:
    """Return the words a link ends with, as many as a sentence has."""
    words = _words(link)
    before = words[: -len(opening)][-1:]
    return words[-len(opening) :] if before and not before.isalnum() else None


def _addresses(record: Record) -> set[str]:
    """Return the addresses among the ids of a story, without what does not matter in them."""
    return {_address(name) for name in (record.get("id") or "", *(record.get("alternate_ids") or ()))} - {""}


def _address(url: str) -> str:
    """Return an address without scheme, `www.`, fragment and closing slash; empty where it is none."""
    scheme, sign, rest = url.partition("://")
    if not sign or scheme.casefold() not in ("http", "https"):
        return ""
    host, slash, path = rest.partition("#")[0].partition("/")
    return f"{host.casefold().removeprefix('www.')}{slash}{path}".rstrip("/")
