"""Articles carried elsewhere: one table of forms, each as the tools of its users expect it.

What comes in are records as `find` yields them, one JSON object in bytes each; they are taken one by one, so an export
of a million holds a few in memory. It is written beside its place and moved there when it is complete. `leaving` knows
what of a record may go, `placing` how it gets into place, `naming` what a file of a story is called; the other modules
are the forms.

A question without `now` keeps nothing back: who exports asks with one, so that nothing embargoed, canceled or withheld
leaves.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from newsarc.export import atom, columns, database, folders, markdown, ninjs, nitf, plaintext, tables
from newsarc.export.leaving import About, Record, leaving
from newsarc.export.placing import placed

__all__ = ["FORMS", "About", "Form", "chunks", "export"]

Stream = Callable[[Iterable[Record], About], Iterator[bytes]]


class Form(NamedTuple):
    """A form: what it is, how it is written to a path, and how it comes piece by piece where it can be piped."""

    about: str
    write: Callable[[Iterable[bytes], str, About], None]
    is_folder: bool = False
    stream: Stream | None = None


def _file(about: str, stream: Stream) -> Form:
    """Make a form that is one file, written from its beginning to its end."""

    def write(records: Iterable[bytes], path: str, told: About) -> None:
        with open(path, "wb") as file:
            file.writelines(stream(map(leaving, records), told))

    return Form(about, write, stream=stream)


def _folder(about: str, ending: str, story: Callable[[Record], str]) -> Form:
    """Make a form that is a folder with a file for each story."""

    def write(records: Iterable[bytes], path: str, _told: About) -> None:
        folders.write(map(leaving, records), path, ending, story)

    return Form(about, write, is_folder=True)


FORMS: dict[str, Form] = {
    "csv": _file("a table for spreadsheets and programs", tables.csv),
    "tsv": _file("the same with tabs, a story a line", tables.tsv),
    "parquet": Form("a folder for DuckDB, pandas and Polars, by year and month", columns.write, is_folder=True),
    "sqlite": Form("a database with full text, for SQLite and Datasette", database.write),
    "ninjs": _folder("ninjs 3 of the IPTC, a .json a story", "json", ninjs.story),
    "nitf": _folder("NITF of the IPTC, an .xml a story", "xml", nitf.story),
    "atom": _file("a feed", atom.feed),
    "markdown": _folder("an .md a story, with front matter", "md", markdown.story),
    "text": _folder("a .txt a story", "txt", plaintext.story),
}


def export(records: Iterable[bytes], form: str, destination: str, about: About, *, force: bool = False) -> int:
    """Write records in a form to a place, complete or not at all; returns how many. What stands there stays until then.

    With `force` an earlier file, or a folder that an export made, is replaced.

    Raises:
        DestinationTaken: Something stands there.
        DestinationLocked: Another run writes there.
        ExtraMissing: The form needs a library that is not installed.
        OutputError: It cannot be written; the place is as it was.
    """
    number = 0

    def counted() -> Iterator[bytes]:
        nonlocal number
        for record in records:
            number += 1
            yield record

    chosen = FORMS[form]
    with placed(destination, is_folder=chosen.is_folder, force=force) as path:
        chosen.write(counted(), path, about)
    return number


def chunks(records: Iterable[bytes], form: str, about: About) -> Iterator[bytes] | None:
    """Yield what a form writes, piece by piece, lazy; None for one that only a disk can hold."""
    stream = FORMS[form].stream
    return stream(map(leaving, records), about) if stream else None
