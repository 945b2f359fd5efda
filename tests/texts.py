"""A text, a link to it and a page that shows it: what the corpus is made of, and how a portal prints it."""

from datetime import datetime
from typing import Literal, NamedTuple

from newsarc.wording import portal_id
from newsarc.zone import in_german_time

Layout = Literal["A", "B", "C"]
Medium = Literal["portal", "wire", "agencytext"]


class Text(NamedTuple):
    """One text under one headline and time: a story, a copy of it, or a later version."""

    family: int
    """Which story it is."""
    rank: int
    """Counts its updates; copies have the rank of what they copy."""
    headline: str
    lead: tuple[str, ...]
    """Its sentences."""
    body: tuple[str, ...]
    published: datetime
    """To the second, in UTC."""
    section: str
    filed: tuple[str, ...]
    """Under which sections the portal's links name it."""
    words: tuple[str, ...]
    """Its keywords."""
    layouts: tuple[Layout, ...] = ("A", "B")
    credit: str = "dpa"
    place: str = ""
    """Of the dateline that its lead opens with."""
    medium: Medium = "portal"

    @property
    def wording(self) -> tuple[int, int]:
        """What it has in common with its copies: the story, and which of its texts."""
        return self.family, self.rank

    @property
    def told(self) -> str:
        """The lead as printed."""
        return (f"{self.place} - " if self.place else "") + " ".join(self.lead)

    @property
    def words_of_text(self) -> int:
        """How long lead and body are."""
        return len(" ".join((*self.lead, *self.body)).split())

    @property
    def id(self) -> str:
        """The id of its dumps that show the headline."""
        return portal_id(self.published, None, self.headline)

    @property
    def id_in_c(self) -> str:
        """The id of its dumps in layout C."""
        return portal_id(self.published, None, " ".join(self.lead))

    @property
    def urn(self) -> str:
        """The id of the agency's own message."""
        day = in_german_time(self.published)
        if self.medium == "agencytext":
            return f"dpa:{day:%y%m%d}-99-{self.family:06}"
        return f"urn:newsml:dpa.com:20090101:{day:%y%m%d}-99-{self.family:06}"

    @property
    def desk(self) -> str:
        """The agency's code for its section; those without one of their own are vm."""
        return {"Politik": "pl", "Wirtschaft": "wi", "Sport": "sp", "Kultur": "ku"}.get(self.section, "vm")

    @property
    def minute(self) -> datetime:
        """When a link says it was published."""
        return self.published.replace(second=0)


class Link(NamedTuple):
    """A related link of a page."""

    target: Text
    printed: str
    """The section it prints."""

    @property
    def is_bare(self) -> bool:
        """A teaser of one sentence follows the title without a full stop."""
        return len(self.target.lead) == 1

    @property
    def text(self) -> str:
        """The link as the portal prints it: the teaser's first sentence comes last."""
        first, *rest = self.target.lead
        first = (f"{self.target.place} - " if self.target.place else "") + first
        headline = self.target.headline
        closed = headline + ("" if self.is_bare or (headline.endswith("?") and self.target.family % 2) else ".")
        tail = f"({self.printed}, {in_german_time(self.target.minute):%d.%m.%Y - %H:%M}) weiterlesen..."
        return " ".join((closed, *rest, first, tail))


class Page(NamedTuple):
    """A dump: a text in a layout, as the portal showed it at some moment."""

    text: Text
    layout: Layout
    captured: datetime
    links: tuple[Link, ...]

    @property
    def id(self) -> str:
        """The id it is archived under."""
        return self.text.id_in_c if self.layout == "C" else self.text.id

    @property
    def captured_after(self) -> datetime:
        """The newest link's time."""
        return max(link.target.minute for link in self.links)

    def render(self) -> str:
        """Write it as it is copied from the portal."""
        text = self.text
        date = f"{in_german_time(text.published):%d.%m.%Y - %H:%M:%S}"
        around = {
            "A": (text.told, date, text.headline), "B": (text.headline, date, text.told), "C": (text.told, date),
        }[self.layout]  # fmt: skip
        links = [link.text for link in self.links]
        blocks = (", ".join(text.words), *around, *text.body, f"@ {text.credit}.de", "Weitere Meldungen", *links)
        return "\n\n".join(blocks) + "\n"
