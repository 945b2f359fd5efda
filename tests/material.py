"""What tests are made of: the moment, the folders, small dumps, and a short way to read them."""

from datetime import UTC, datetime
from pathlib import Path

from newsarc.article import Article
from newsarc.ingest import Reading, read
from newsarc.source import from_bytes

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "samples"
SEED = ROOT.parent / "shared" / "seed"
NOON = datetime(2026, 1, 15, 11, 0, 0, tzinfo=UTC)
"""The present moment of every test."""


def articles_of(data: bytes, name: str = "dump.txt", how: Reading | None = None) -> list[Article]:
    """Read bytes as newsarc would, at NOON."""
    return list(read(from_bytes(data, name), how or Reading(now=NOON)))


DUMP = """Windau, Hafen

Der Turm von Windau bekommt im Sommer ein neues Licht.

05.06.2023 - 14:20:11

Windau erneuert den Turm

Die Arbeiten dauern bis in den Juli. Das teilte die Stadt mit.

@ dpa.de
"""


def dump(
    headline: str = "Windau erneuert den Turm", date: str = "05.06.2023 - 14:20:11", lead: str | None = None
) -> bytes:
    """Write a small dump of layout A."""
    text = DUMP.replace("Windau erneuert den Turm", headline).replace("05.06.2023 - 14:20:11", date)
    return (text.replace("Der Turm von Windau bekommt im Sommer ein neues Licht.", lead) if lead else text).encode()


OTHER = dump("Brömsau baut ein Bad", "07.06.2023 - 08:00:00", "Im Kreis Brömsau gibt es bald ein neues Freibad.")
