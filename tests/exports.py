"""Stories to export, what they are exported as, and the files that come of it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from material import NOON, SAMPLES
from newsarc.article import Article, Media, RelatedLink, from_line
from newsarc.export import About, export

ABOUT = About(NOON, "0f0e0d0c-0000-4000-8000-000000000001")
HOSTILE = (
    "<script>alert(1)</script>", "=HYPERLINK(1)", "](javascript:x) [a](https://x.example)", "a\x00b\x1b[31m\x9bm",
    "\u202eobut\u2066", "../../etc/passwd", "CON", "]]>&amp;<!--", "---\ntitle: x", "{{< x >}} {% raw %} {{% y %}}",
    "\t+1", "\r-1", "\ufffe\uffff", "x" * 5000, "# h\n* l\n1. n\n> q\n    code\n===\n~~~", "www.x.example a@b.example",
    "\U000e0041\ufeff", "' OR 1=1; --", "日本語", ". ", "",
)  # fmt: skip
"""What must be words alone, wherever it is shown."""


def story(number: int = 1, **fields: Any) -> Article:
    """Make a story that has something in every field that leaves."""
    made: dict[str, Any] = {
        "id": f"portal:{number:016x}", "headline": f"Möwe Nummer {number} stiehlt «Brötchen»", "kicker": "Küste",
        "subhead": "Bäcker sind entsetzt", "lead": "Die Möwe kam um acht – und ging um neun.", "byline": "Ida Probe",
        "dateline": "Windau", "body": [
            {"text": "Der Bäcker sah <nichts> & schwieg."}, {"kind": "heading", "text": "Wie weiter"},
            {"kind": "list", "text": "warten"}, {"kind": "list", "text": "backen"},
            {"kind": "quote", "text": "Endlich Ruhe!"}, {"kind": "table", "text": "Platz | Möwe\n1 | Fiete"},
        ],
        "keywords": ["Möwen", "Brötchen"], "category": "Vermischtes", "category_by": "stated",
        "category_text": "Panorama", "subjects": ["medtop:08000000"], "genre": "Meldung", "signals": ["update"],
        "urgency": 4, "language": "de", "credit": "dpa", "rights": "© Windauer Bote", "services": ["bdt"],
        "places": ["Windau"], "published": f"2025-02-{1 + number % 28:02}T20:02:04+01:00",
        "published_text": "15.02.2025 - 20:02:04", "published_precision": "second",
        "updated": f"2025-02-{1 + number % 28:02}T21:00:00+01:00",
        "related": [RelatedLink(title="Ente gesehen", teaser="Sie schwamm.", text="Ente gesehen Sie schwamm.",
                                title_confidence="exact", url="https://example.org/ente")],
        "media": [Media(caption="Eine Möwe am Hafen", credit="Max Beispiel/dpa", url="https://example.org/m.jpg")],
        "unparsed": ["Nur für die Redaktion: Rückfragen an Ida"], "warnings": ["weekday-mismatch"],
        "origin": {"name": "/home/ida/geheim/dump.txt", "format": "portal", "encoding": "utf-8", "sha256": "0" * 64,
                   "offset": 0, "length": 9, "reader": "newsarc", "pack": 7, "pack_offset": 77, "pack_length": 777},
        "archived": "2025-02-28T08:00:00+01:00", **fields,
    }  # fmt: skip
    return Article.model_validate(made)


def stories(number: int) -> list[Article]:
    """Make some stories, newest first."""
    return sorted((story(one) for one in range(number)), key=lambda one: str(one.published), reverse=True)


def hostile() -> list[Article]:
    """Make a story of each hostile text, which stands in all its fields."""
    return [
        story(number, id=text or "portal:", headline=text, kicker=text, subhead=text, lead=text, byline=text,
              dateline=text, body=[{"kind": kind, "text": text} for kind in ("paragraph", "list", "table", "heading")],
              keywords=[text], category_text=text, genre=text, credit=text, rights=text, services=[text],
              places=[text], published_text=text, related=[RelatedLink(title=text, text=text, url=text)],
              media=[Media(caption=text, credit=text, url=text)], alternate_ids=[text], language="de")
        for number, text in enumerate(HOSTILE)
    ]  # fmt: skip


def samples() -> list[Article]:
    """Read the usable stories of all samples, one of each id."""
    lines = (line for path in sorted(SAMPLES.rglob("*.jsonl")) for line in path.read_bytes().splitlines())
    found = (from_line(line) for line in lines if line.startswith(b'{"schema"') and b'"body":' in line)
    return list({one.id: one for one in found if one.status == "usable"}.values())


def exported(form: str, place: Path, articles: Iterable[Article], *, force: bool = False) -> list[Path]:
    """Export stories, and return the files that came of it."""
    export((article.line() for article in articles), form, str(place), ABOUT, force=force)
    if place.is_file():
        return [place]
    return sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))


def tree(place: Path) -> dict[str, bytes]:
    """Return all files below a folder, or the one file, with what is in them."""
    files = [place] if place.is_file() else [path for path in place.rglob("*") if path.is_file()]
    return {path.relative_to(place.parent).as_posix(): path.read_bytes() for path in files}


def plain(value: Any) -> Any:
    """Return a value as JSON would give it back."""
    return json.loads(json.dumps(value, default=str))
