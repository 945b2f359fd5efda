"""Which section a story belongs to: by the word of a person or source, else inferred from its own words.

Inference is a weighted lexicon (lexicon.txt) and counting; no model, no training. The share of the best label is the
confidence: from .60 on the label is taken, below it the best two are named. A stated category is never overwritten.
"""

import math
import pkgutil
import re
from functools import cache
from itertools import chain
from typing import Any, NamedTuple

from newsarc.article import Article, Candidate
from newsarc.normalize.sections import LABELS, canonical, top_level

TAKEN_FROM = 0.60  # share from which an inferred label is taken, and from which it speaks against a stated one
CONTRADICTED_BELOW = 0.05  # share of the stated label below which the text contradicts it
FULL_TEXT_FROM = 60  # words; a shorter text contradicts nothing

_FIRST_WORDS = 60  # headline and lead: each counts twice
_DAMPING = 0.3  # keeps the shares of short texts low
_PART = 0.8  # weight of a part of a hyphenated word
_SHORTEST_PART = 3  # letters of such a part
_MOST_KNOWN = 100_000  # pieces of text remembered
_MOST_CHARACTERS = 16 << 20  # in them
_LONGEST_PIECE = 1000  # characters of a piece that are looked at

_PUNCTUATION = ".,;:!?«»„“”\"'()"
_WORD = re.compile(r"\w+(?:[-.&]\w+)*")
_TF = [0.0] + [1 + math.log(n) for n in range(1, 100)]

Weights = tuple[tuple[int, float], ...]


class Lexicon(NamedTuple):
    """The patterns by kind, with the weight of each label; `begins` and `ends` find them by three letters."""

    version: str
    whole: dict[str, dict[int, int]]
    prefixes: dict[str, dict[int, int]]
    suffixes: dict[str, dict[int, int]]
    infixes: dict[str, dict[int, int]]
    begins: dict[str, tuple[str, ...]]
    ends: dict[str, tuple[str, ...]]


@cache
def lexicon() -> Lexicon:
    """Load lexicon.txt; a line `# version N` counts its changes."""
    text = (pkgutil.get_data("newsarc.normalize", "lexicon.txt") or b"").decode()
    loaded = Lexicon(text.partition("# version ")[2].split("\n", 1)[0], {}, {}, {}, {}, {}, {})
    label, labels = -1, [_folded(name) for name in LABELS]
    for line in _folded(text).splitlines():
        if line.startswith("["):
            label = labels.index(line[1:-1])
        elif line and not line.startswith("#"):
            pattern, weight = line.split("^")
            _table(loaded, pattern).setdefault(pattern.strip("*"), {})[label] = int(weight)
    for start in loaded.prefixes:
        loaded.begins[start[:3]] = (*loaded.begins.get(start[:3], ()), start)
    for end in loaded.suffixes:
        loaded.ends[end[-3:]] = (*loaded.ends.get(end[-3:], ()), end)
    return loaded


def _table(loaded: Lexicon, pattern: str) -> dict[str, dict[int, int]]:
    """Return the table a pattern belongs in; a pattern with a star has three letters and more."""
    if pattern.startswith("*"):
        return loaded.infixes if pattern.endswith("*") else loaded.suffixes
    return loaded.prefixes if pattern.endswith("*") else loaded.whole


def _weigh(word: str) -> Weights:
    """Return what one occurrence of a word says for each label; a word claimed by several says less for each.

    The parts of a hyphenated word count a little less than the whole.
    """
    best = _matches(word)
    if "-" in word:
        for part in word.split("-"):
            if len(part) >= _SHORTEST_PART:
                for label, weight in _matches(part).items():
                    best[label] = max(best.get(label, 0), _PART * weight)
    total = sum(best.values())
    return tuple((label, weight * weight / total) for label, weight in sorted(best.items()))


def _matches(word: str) -> dict[int, float]:
    """Return the largest weight each label's patterns give a word."""
    loaded = lexicon()
    found = [loaded.whole.get(word, {})]
    found += [loaded.prefixes[start] for start in loaded.begins.get(word[:3], ()) if word.startswith(start)]
    found += [loaded.suffixes[end] for end in loaded.ends.get(word[-3:], ()) if word.endswith(end)]
    found += [weights for infix, weights in loaded.infixes.items() if infix in word]
    best: dict[int, float] = {}
    for weights in found:
        for label, weight in weights.items():
            best[label] = max(best.get(label, 0), weight)
    return best


class _Memory:
    """What was worked out before: bounded, and without any influence on an answer."""

    def __init__(self) -> None:
        self.seen: set[str] = set()
        """Pieces of text that were looked up."""
        self.telling: dict[str, tuple[str, ...]] = {}
        """Those of them that say something, with the words in them that do."""
        self.said: dict[str, Weights] = {}
        """These words, with what they say."""
        self.characters = 0

    def forget(self) -> None:
        """Begin anew."""
        self.seen.clear()
        self.telling.clear()
        self.said.clear()
        self.characters = 0


_memory = _Memory()


def shares(text: str) -> tuple[list[float], int]:
    """Return each label's share of the evidence in a text, in the order of LABELS, and how many words it has.

    Pieces between blanks are looked up as printed, punctuation and all; what is in them is worked out once.
    """
    pieces = text.split()
    if len(_memory.seen) > _MOST_KNOWN or _memory.characters > _MOST_CHARACTERS:
        _memory.forget()
    counts = _counts(pieces)
    scores, said = [0.0] * len(LABELS), _memory.said
    for word, count in counts.items():
        tf = _TF[count] if count < len(_TF) else 1 + math.log(count)
        for label, weight in said[word]:
            scores[label] += weight * tf
    damping = _DAMPING * (math.sqrt(len(pieces)) + 3)
    total = sum(scores) + damping
    return [score / total for score in scores], len(pieces)


def evidence(text: str, label: str, most: int = 5) -> list[tuple[str, float]]:
    """Return the words of a text that speak most for a label, as first printed, each with its part of what does."""
    pieces = text.split()
    row, weights = LABELS.index(label), dict[str, float]()
    for word, count in _counts(pieces).items():
        if weight := dict(_memory.said[word]).get(row):
            weights[word] = weight * (1 + math.log(count))
    printed: dict[str, str] = {}
    for piece in pieces:
        for word in _WORD.findall(piece[:_LONGEST_PIECE]) if piece in _memory.telling else ():
            printed.setdefault(_folded(word), word)
    total = sum(weights.values())
    best = sorted(weights, key=weights.__getitem__, reverse=True)[:most]
    return [(printed.get(word, word), _cut(weights[word] / total)) for word in best]


def _counts(pieces: list[str]) -> dict[str, int]:
    """Count the words that say something, the first ones twice."""
    if unseen := set(pieces).difference(_memory.seen):
        _look_up(unseen)
    counts: dict[str, int] = {}
    for words in filter(None, map(_memory.telling.get, chain(pieces, pieces[:_FIRST_WORDS]))):
        for word in words:
            counts[word] = counts.get(word, 0) + 1
    return counts


def _look_up(pieces: set[str]) -> None:
    """Work out which words of new pieces of text say something, and remember it.

    Nearly all of them are one word that says nothing: that is found out with as few steps as there are.
    """
    loaded = lexicon()
    whole, begins, ends = loaded.whole, loaded.begins.get, loaded.ends.get
    together = _folded(" ".join(pieces))
    infixes = [infix for infix in loaded.infixes if infix in together]
    for piece, folded in zip(pieces, together.split(), strict=True):
        word = folded.strip(_PUNCTUATION)
        if not word.isalpha():
            if words := tuple(filter(_says, _WORD.findall(folded[:_LONGEST_PIECE]))):
                _memory.telling[piece] = words
        elif (
            word in whole
            or ((some := begins(word[:3])) and word.startswith(some))
            or ((some := ends(word[-3:])) and word.endswith(some))
            or (infixes and any(infix in word for infix in infixes))
        ) and _says(word):
            _memory.telling[piece] = (word,)
    _memory.seen.update(pieces)
    _memory.characters += len(together)


def _says(word: str) -> bool:
    """Tell whether a word says something, and remember what."""
    if word not in _memory.said:
        weights = _weigh(word)
        if not weights:
            return False
        _memory.said[word] = weights
    return True


def _folded(text: str) -> str:
    """Fold as the lexicon is folded: lower case, ß as ss."""
    return text.lower().replace("ß", "ss")


def categorize(article: Article, said: str | None = None) -> dict[str, Any]:
    """Return the fields of an article's category by the rule of precedence: user, stated, linked, inferred.

    `said` is the label a person gives to sources that state none. What a person said, or another dump's link,
    stands until something that precedes it is known.
    """
    if article.category_by == "user":
        return {}
    if said and not _stated(article):
        return _fields(said, "user")
    if article.category_by == "linked" and not _stated(article):
        return {}
    return from_text(article)


def from_text(article: Article) -> dict[str, Any]:
    """Return the fields of an article's category as it speaks of itself: stated, else inferred.

    A stated category that the full text contradicts stays, with what the text speaks for as a candidate.
    """
    found, length = shares(words_of(article))
    best, stated = found.index(max(found)), _stated(article)
    if stated:
        suggested = [best] if _is_contradicted(stated, found, length) else []
        return _fields(stated, "stated", candidates=_candidates(found, suggested))
    if found[best] >= TAKEN_FROM:
        return _fields(LABELS[best], "inferred", confidence=_cut(found[best]))
    second = max((label for label in range(len(found)) if label != best), key=found.__getitem__)
    return _fields(None, None, candidates=_candidates(found, [best, second]))


def from_link(article: Article, label: str) -> dict[str, Any]:
    """Return the fields of an article's category where other dumps name it with a label.

    A person's word and a stated category stay: none. A link is hearsay: where the full text clearly contradicts it,
    what the text says is taken, and what the link says is listed among the candidates, of whatever share.
    """
    if article.category_by in ("user", "stated") or _stated(article):
        return {}
    found, length = shares(words_of(article))
    if not _is_contradicted(label, found, length):
        return _fields(label, "linked")
    linked = Candidate(category=label, confidence=_cut(_share(label, found)))
    return _fields(LABELS[found.index(max(found))], "inferred", confidence=_cut(max(found)), candidates=(linked,))


def suggestion(article: Article, instead_of: str | None) -> Candidate | None:
    """Return what the full text of an article clearly speaks for, where it contradicts a label; None where not."""
    found, length = shares(words_of(article))
    if not _is_contradicted(instead_of, found, length):
        return None
    return Candidate(category=LABELS[found.index(max(found))], confidence=_cut(max(found)))


def _is_contradicted(label: str | None, found: list[float], length: int) -> bool:
    is_clear = length >= FULL_TEXT_FROM and max(found) >= TAKEN_FROM
    return is_clear and _share(label, found) < CONTRADICTED_BELOW


def _share(label: str | None, found: list[float]) -> float:
    """Return the share of a label; of one that is none of ours, as a stranger's record may have it, 0."""
    return found[LABELS.index(label)] if label in LABELS else 0.0


def _stated(article: Article) -> str | None:
    """Return the label the source states: by the first of its words that is known, or, without words, by a topic."""
    words: tuple[str | None, ...] = (article.category_text, *(article.category_text or "").split(";"))
    if not article.category_text:
        words = tuple(map(top_level, article.subjects))
    return next(filter(None, (canonical(word.strip()) for word in words if word)), None)


def _fields(
    category: str | None, by: str | None, *, confidence: float | None = None, candidates: tuple[Candidate, ...] = ()
) -> dict[str, Any]:
    return {
        "category": category,
        "category_by": by,
        "category_confidence": confidence,
        "category_candidates": candidates,
    }


def words_of(article: Article) -> str:
    """Join what speaks for a section, headline and lead first; an article's related links speak of other stories."""
    parts = [article.kicker, article.headline, article.lead]
    parts += [block.text for block in article.body]
    parts += article.keywords
    return "\n".join([part for part in parts if part])


def _candidates(found: list[float], labels: list[int]) -> tuple[Candidate, ...]:
    return tuple(Candidate(category=LABELS[label], confidence=_cut(found[label])) for label in labels if found[label])


def _cut(share: float) -> float:
    """Cut a share to three digits; never rounded up over a threshold it did not reach."""
    return int(share * 1000) / 1000
