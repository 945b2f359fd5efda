"""What we know about a story: Article, RelatedLink and their parts.

One frozen record, verbatim beside meaning: a format fills what the source printed (`published_text`,
`category_text`), `normalize` fills what it means (`published`, `category`), the archive numbers it. Every field
has a value from the start, every sequence is a tuple, and `line` writes them in the record's order.
"""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from newsarc.zone import in_german_time


def _german(moment: datetime) -> datetime:
    try:
        return in_german_time(moment)
    except OverflowError as error:  # at the ends of the calendar
        raise ValueError(str(error)) from error


Time = Annotated[AwareDatetime, AfterValidator(_german)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Status = Literal["usable", "withheld", "canceled"]
Kind = Literal["article", "advisory", "schedule", "table", "digest", "service", "media"]


# What a code in `warnings` means; part of a code after a colon says which charset.
WARNINGS = {
    "body-missing": "No text was found; behind a colon the extra that would look for it, or that it gave no answer.",
    "cancel-unlinked": "It withdraws a story that it does not name; a person must find it.",
    "controls-missing": "The control characters that frame a message were stripped on its way.",
    "date-in-future": "The printed date is later than the German tomorrow.",
    "date-unreadable": "No form fits the printed date, or the calendar has no such day; `published` is null.",
    "embargo-conflict": "The printed time of the embargo differs from the field, which wins.",
    "encoding-doubtful": "Damage that cannot be repaired is left: replacement or control characters, another charset.",
    "encoding-repaired": "Umlauts were damaged before they came (UTF-8 read as this charset) and were repaired.",
    "field-unreadable": "A field of the source is of a kind that it cannot be; its text stands in `unparsed`.",
    "headline-doubtful": "Both blocks beside the date look like a headline; one was chosen by its mark and length.",
    "headline-missing": "No block can be told to be the headline.",
    "json-ld-broken": "A script of JSON-LD in the page is no JSON; it was passed over.",
    "marks-cut": "More than 30 combining marks stood in a row; what came after the first 30 is in the original alone.",
    "markup-repaired": "The markup was ill-formed: bare `&` signs were escaped, or CDATA was closed, to read it.",
    "message-cut": "The message ends before the end of its frame; some of it may be missing.",
    "mojibake-suspected": "The text looks as if it had been read in a wrong charset before it came.",
    "number-unreadable": "A version or an urgency is no number that it can be.",
    "original-redacted": "Another story of the same source was erased; blanks stand in its place in the original.",
    "paywall-possible": "The page says that it is not free; its text may be cut.",
    "private-notes-omitted": "Notes that are not for publication were left out; they stay in the original only.",
    "related-cut": "The last related link has no end; its text stands in `unparsed`.",
    "related-date-unreadable": "The time of a related link has no meaning; its `published` is null.",
    "status-unknown": "The word for the status is none of its standard; the cautious reading was taken.",
    "text-left-out": "A page does not say which text is its article; what stands around it is in the original only.",
    "time-ambiguous": "The clocks struck the printed time twice; the first one is taken.",
    "time-nonexistent": "The clocks skipped the printed time; it is moved forward.",
    "version-conflict": "The same id and version came with other content; both are kept.",
    "weekday-mismatch": "The printed weekday does not fit the date; the date wins.",
    "zone-assumed": "The source states zones, but not here; it was read as German time.",
}


class _Part(BaseModel):
    """A frozen part of the record; a key of a newer newsarc is passed over."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Block(_Part):
    """One block of the body."""

    kind: Literal["paragraph", "heading", "list", "table", "quote"] = Field(
        default="paragraph", description="What it is."
    )
    text: str = Field(description="Its text, as printed.")


class Candidate(_Part):
    """A category that is possible, and how sure it is."""

    category: str = Field(description="A canonical label.")
    confidence: Share = Field(description="Its share of the evidence, 0 to 1.")


class Media(_Part):
    """A picture, film or sound that comes with the story."""

    kind: Literal["image", "graphic", "audio", "video", "embed"] = Field(default="image", description="What it is.")
    caption: str | None = Field(default=None, description="The words below it.")
    credit: str | None = Field(default=None, description="Who made it.")
    url: str | None = Field(default=None, description="Where it is.")


class RelatedLink(_Part):
    """Another story this source points to."""

    title: str | None = Field(
        default=None, description="Title of the other story; until normalized the text without its tail."
    )
    title_confidence: Literal["exact", "high", "low"] | None = Field(
        default=None, description="How sure the end of the title is; null until normalized."
    )
    teaser: str | None = Field(default=None, description="The short text that comes with the link, in reading order.")
    text: str = Field(description="All of it, as printed.")
    category: str | None = Field(default=None, description="A canonical label.")
    category_text: str | None = Field(default=None, description="The section as printed.")
    published: Time | None = Field(default=None, description="When the other story was published, to the minute.")
    published_text: str | None = Field(default=None, description="That time as printed.")
    url: str | None = Field(default=None, description="Its address.")


class Origin(_Part):
    """Where the bytes of an article are."""

    name: str = Field(description="Name of the source as given; bytes that are no UTF-8 are escaped.")
    format: str = Field(description="The grammar it was read with.")
    encoding: str = Field(description="How its bytes were turned into text (Python's name of the codec).")
    sha256: str = Field(description="Digest of the whole source, unpacked; 64 hex digits.")
    offset: int = Field(ge=0, description="First byte of this article in the source.")
    length: int = Field(ge=0, description="How many bytes of the source are this article's.")
    reader: str | None = Field(default=None, description="The newsarc and lexicon version that read it.")
    pack: int | None = Field(default=None, description="Number of the pack in originals/ that keeps the source.")
    pack_offset: int | None = Field(default=None, description="First byte of its gzip member in the pack.")
    pack_length: int | None = Field(default=None, description="Length of that member in bytes.")


class Article(_Part):
    """One story in one version.

    Times are aware, in Europe/Berlin, whole seconds. Two articles are equal when all fields are.
    """

    schema_: Literal["newsarc/1"] = Field(
        default="newsarc/1", alias="schema", description="Name and number of this record."
    )
    id: str = Field(
        default="", description="The provider's id, or `portal:` and 16 hex digits; empty until normalized."
    )
    version: int = Field(default=1, ge=1, description="Counts what the SOURCE changed.")
    version_by: Literal["provider", "archive"] = Field(default="archive", description="Who counts the versions.")
    revision: int = Field(default=1, ge=1, description="Counts what OUR READING of this version changed.")
    status: Status = Field(default="usable", description="May it be used?")
    kind: Kind = Field(default="article", description="What sort of message it is.")
    headline: str | None = Field(default=None, description="Title line.")
    kicker: str | None = Field(default=None, description="Short line above the headline.")
    subhead: str | None = Field(default=None, description="Line below the headline.")
    lead: str | None = Field(default=None, description="The summarising first paragraph.")
    byline: str | None = Field(default=None, description="Who wrote it.")
    dateline: str | None = Field(default=None, description="The place at the start of the text.")
    body: tuple[Block, ...] = Field(default=(), description="The blocks of text, in order.")
    keywords: tuple[str, ...] = Field(default=(), description="As given by the source.")
    category: str | None = Field(default=None, description="Our canonical section.")
    category_by: Literal["user", "stated", "linked", "inferred"] | None = Field(
        default=None, description="Where the category comes from."
    )
    category_text: str | None = Field(default=None, description="The section as the source printed it.")
    category_confidence: Share | None = Field(
        default=None, description="Share of the evidence, for an inferred category."
    )
    category_candidates: tuple[Candidate, ...] = Field(
        default=(), description="The best two when none is sure, or a correction we suggest for a stated one."
    )
    subjects: tuple[str, ...] = Field(default=(), description="IPTC Media Topics, `medtop:11000000`.")
    genre: str | None = Field(default=None, description="The agency's genre.")
    signals: tuple[str, ...] = Field(default=(), description="The agency's signals, such as update or correction.")
    urgency: int | None = Field(default=None, description="1 is the most urgent.")
    language: str | None = Field(default=None, description="BCP 47 tag, where the source says it.")
    credit: str | None = Field(default=None, description="Who must be named.")
    rights: str | None = Field(default=None, description="Terms of use, as printed.")
    services: tuple[str, ...] = Field(default=(), description="The agency's services that carried it.")
    places: tuple[str, ...] = Field(default=(), description="Places, where the source marks them as such.")
    published: Time | None = Field(default=None, description="Time of this version.")
    published_text: str | None = Field(default=None, description="That time as printed.")
    published_precision: Literal["second", "minute", "day"] | None = Field(default=None, description="How exact it is.")
    updated: Time | None = Field(default=None, description="Time of the last change, where the source states one.")
    updated_text: str | None = Field(default=None, description="That time as printed.")
    embargoed: Time | None = Field(default=None, description="Not to be published before.")
    embargoed_text: str | None = Field(default=None, description="That time as printed.")
    embargo_open: bool = Field(default=False, description="Embargoed with no end given.")
    related: tuple[RelatedLink, ...] = Field(default=(), description="Other stories the source points to.")
    same_as: str | None = Field(default=None, description="Id of an earlier story with the same text.")
    update_of: str | None = Field(default=None, description="Id of an earlier story that this one carries on.")
    alternate_ids: tuple[str, ...] = Field(
        default=(), description="Ids the same story has in other formats, such as its agency number."
    )
    media: tuple[Media, ...] = Field(default=(), description="Pictures and other media.")
    captured_after: Time | None = Field(
        default=None, description="The newest related link's time; the copy is not older."
    )
    unparsed: tuple[str, ...] = Field(default=(), description="What the parser could not place, as printed.")
    warnings: tuple[str, ...] = Field(
        default=(), description="Stable codes of what is doubtful; docs/record.md lists them."
    )
    origin: Origin | None = Field(default=None, description="Where the bytes are.")
    archived: Time | None = Field(default=None, description="When the archive took it; null from `newsarc parse`.")

    model_config = ConfigDict(frozen=True, extra="ignore", validate_by_name=True, validate_by_alias=True)

    def line(self) -> bytes:
        """Return the record as one line of compact JSON in UTF-8, without the line end."""
        return self.__pydantic_serializer__.to_json(self, by_alias=True)

    @property
    def text(self) -> str:
        """Headline, lead and body as one string, blocks separated by a blank line."""
        blocks = (self.headline, self.lead, *(block.text for block in self.body))
        return "\n\n".join(block for block in blocks if block)


def from_line(line: bytes | str) -> Article:
    """Read one line of an archive or of `newsarc parse` back.

    Raises:
        pydantic.ValidationError: The line is no record (a `ValueError`).
    """
    return Article.model_validate_json(line)
