"""Which section a story belongs to: by the word of a person or source, else inferred from its own words.

Inference is a weighted lexicon (lexicon.txt) and counting; no model, no training. The share of the best label is the
confidence: from .60 on the label is taken, below it the best two are named. A stated category is never overwritten.
"""

import math
import pkgutil
import re
from collections import Counter
from functools import cache
from typing import Any, NamedTuple

from newsarc.article import Article, Candidate
from newsarc.normalize.sections import LABELS, canonical

TAKEN_FROM = 0.60  # share from which an inferred label is taken, and from which it speaks against a stated one
CONTRADICTED_BELOW = 0.05  # share of the stated label below which the text contradicts it
FULL_TEXT_FROM = 60  # words; a shorter text contradicts nothing

_FIRST_WORDS = 60  # headline and lead: each counts twice
_DAMPING = 0.3  # keeps the shares of short texts low
_PART = 0.8  # weight of a part of a hyphenated word
_SHORTEST_PART = 3  # letters of such a part
_MOST_KNOWN = 200_000  # words remembered

_WORD = re.compile(r"[^\W_]+(?:[-.&][^\W_]+)*")
_TF = [0.0] + [1 + math.log(n) for n in range(1, 100)]

Weights = tuple[tuple[int, float], ...]


class Lexicon(NamedTuple):
    """The patterns by kind: text -> label number -> weight."""

    version: str
    whole: dict[str, dict[int, int]]
    prefixes: dict[str, dict[int, int]]
    suffixes: dict[str, dict[int, int]]
    infixes: dict[str, dict[int, int]]


@cache
def lexicon() -> Lexicon:
    """Load lexicon.txt; a line `# version N` counts its changes."""
    text = (pkgutil.get_data("newsarc.normalize", "lexicon.txt") or b"").decode()
    version = text.partition("# version ")[2].split("\n", 1)[0]
    loaded = Lexicon(version, {}, {}, {}, {})
    label = -1
    for line in text.replace("ß", "ss").splitlines():
        if line.startswith("["):
            label = LABELS.index(line[1:-1])
        elif line and not line.startswith("#"):
            pattern, weight = line.split("^")
            _table(loaded, pattern).setdefault(pattern.strip("*"), {})[label] = int(weight)
    return loaded


def _table(loaded: Lexicon, pattern: str) -> dict[str, dict[int, int]]:
    if pattern.startswith("*"):
        return loaded.infixes if pattern.endswith("*") else loaded.suffixes
    return loaded.prefixes if pattern.endswith("*") else loaded.whole


def _matches(word: str) -> dict[int, float]:
    """Return the largest weight each label's patterns give a word."""
    loaded = lexicon()
    found = [loaded.whole.get(word)]
    found += [loaded.prefixes.get(word[:end]) for end in range(2, len(word) + 1)]
    found += [loaded.suffixes.get(word[start:]) for start in range(len(word) - 1)]
    found += [weights for infix, weights in loaded.infixes.items() if infix in word]
    best: dict[int, float] = {}
    for weights in filter(None, found):
        for label, weight in weights.items():
            best[label] = max(best.get(label, 0), weight)
    return best


def _weigh(word: str) -> Weights:
    """Return what one occurrence of a word says for each label; a word claimed by several says less for each."""
    best = _matches(word)
    if "-" in word:
        for part in word.split("-"):
            if len(part) >= _SHORTEST_PART:
                for label, weight in _matches(part).items():
                    best[label] = max(best.get(label, 0), _PART * weight)
    total = sum(best.values())
    return tuple((label, weight * weight / total) for label, weight in best.items())


_known: dict[str, Weights] = {}


def shares(text: str) -> tuple[list[float], int]:
    """Return each label's share of the evidence in a text, in the order of LABELS, and how many words it has."""
    found = _WORD.findall(text.lower().replace("ß", "ss"))
    counts = Counter(found)
    counts.update(found[:_FIRST_WORDS])
    scores = [0.0] * len(LABELS)
    for word, count in counts.items():
        weights = _known.get(word)
        if weights is None:
            weights = _remember(word)
        for label, weight in weights:
            scores[label] += weight * (_TF[count] if count < len(_TF) else 1 + math.log(count))
    damping = _DAMPING * (math.sqrt(len(found)) + 3)
    total = sum(scores) + damping
    return [score / total for score in scores], len(found)


def _remember(word: str) -> Weights:
    if len(_known) >= _MOST_KNOWN:
        _known.clear()
    weights = _known[word] = _weigh(word[:100])
    return weights


def categorize(article: Article, said: str | None = None) -> dict[str, Any]:
    """Return the fields of an article's category by the rule of precedence: user, stated, linked, inferred.

    `said` is the label a person gives to sources that state none. What a person said, or another dump's link,
    stands until something that precedes it is known.
    """
    stated = canonical(article.category_text) if article.category_text else None
    if article.category_by == "user" or (article.category_by == "linked" and not stated):
        return {}
    if said and article.category_text is None:
        return _fields(said, "user")
    found, length = shares(_words_of(article))
    best, second = sorted(range(len(found)), key=lambda label: (-found[label], label))[:2]
    if stated:
        is_contradicted = found[best] > TAKEN_FROM and found[LABELS.index(stated)] < CONTRADICTED_BELOW
        suggested = [best] if is_contradicted and length >= FULL_TEXT_FROM else []
        return _fields(stated, "stated", candidates=_candidates(found, suggested))
    if found[best] >= TAKEN_FROM:
        return _fields(LABELS[best], "inferred", confidence=_cut(found[best]))
    return _fields(None, None, candidates=_candidates(found, [best, second]))


def _fields(
    category: str | None, by: str | None, *, confidence: float | None = None, candidates: tuple[Candidate, ...] = ()
) -> dict[str, Any]:
    return {
        "category": category,
        "category_by": by,
        "category_confidence": confidence,
        "category_candidates": candidates,
    }


def _words_of(article: Article) -> str:
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
