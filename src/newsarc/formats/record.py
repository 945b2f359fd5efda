"""newsarc's own JSON Lines: what `list` and `parse` print, and what an archive's segment holds.

So archives can be merged and moved. A record is taken over as it is, what a person said included; where its bytes are
is said anew, and the archive that takes it seals it anew (`seq` and `chain` of the old one are passed over).

Source: samples/newsarc/, docs/record.md
"""

from collections.abc import Iterator

from newsarc.article import Article, Origin
from newsarc.encoding import tidy
from newsarc.errors import ParseError, SourceError, UnsupportedFormat
from newsarc.sniffing import json_keys
from newsarc.source import Source
from newsarc.strictjson import Document, documents, number, words

NAME = "newsarc"
ABOUT = "newsarc's own JSON Lines, as list and parse print them or an archive's segment holds them."
SIGN = "A JSON object whose schema begins with newsarc/."
FIELDS: tuple[str, ...] = tuple(
    field.alias or name for name, field in Article.model_fields.items() if name not in ("origin", "archived")
)

_SCHEMA = "newsarc/1"
_COUNTED = ("version", "revision", "urgency")
_LONGEST_WHY = 120  # characters of what is wrong with a field


def sniff(head: bytes) -> bool:
    """Tell whether a source begins with a record of newsarc, of whatever number."""
    return json_keys(head).get("schema", "").startswith("newsarc/")


def parse(source: Source) -> Iterator[Article | SourceError]:
    """Yield the records of a source, each with the id, the numbers and the category it has.

    A line that is no record is a fault that names its byte, and so is a record of a newer newsarc.

    Raises:
        TooLarge: One record is longer than one may be.
    """
    for found in documents(source, mended=_tidied):
        try:
            yield found if isinstance(found, SourceError) else _read(source, found)
        except SourceError as error:
            yield error


def _tidied(text: str) -> tuple[str, list[str]]:
    """Leave the text of a record as it is, for it was repaired when it was read."""
    return tidy(text), []


def _read(source: Source, document: Document) -> Article:
    """Take one record over.

    Raises:
        ParseError: It is none.
        UnsupportedFormat: A newer newsarc wrote it.
    """
    from pydantic import ValidationError

    where = f"{source.name} at byte {document.offset}"
    schema = words(document.value.get("schema"))
    if not schema.startswith("newsarc/"):
        raise ParseError(where, "a record was expected, but it has no schema")
    if schema != _SCHEMA:
        raise UnsupportedFormat(where, f"a record of {schema}, and this newsarc reads {_SCHEMA}")
    for name in _COUNTED:
        if (value := document.value.get(name)) is not None and number(value) is None:
            raise ParseError(where, f"no record: {name} is no whole number of 64 bits")
    origin = Origin(
        name=source.name, format=NAME, encoding=document.encoding, sha256=source.sha256,
        offset=document.offset, length=document.length,
    )  # fmt: skip
    try:
        return Article.model_validate({**document.value, "origin": origin, "archived": None})
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        place = ".".join(map(str, first["loc"]))
        raise ParseError(where, f"no record: {place}: {first['msg']}"[:_LONGEST_WHY]) from error
