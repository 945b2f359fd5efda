"""The command by which a person puts categories right: what the text contradicts, correcting it, taking that back."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any

import click

from newsarc.cli.opening import let_index_know, opened
from newsarc.cli.options import OUTPUTS, archive_option, as_option, filters, ids_of, one_of, query_of, wait_option
from newsarc.cli.output import COMMITTED, kept, lasting, now, screen, tell, write
from newsarc.errors import NewsarcError, QueryError

if TYPE_CHECKING:
    from newsarc.archive import Archive
    from newsarc.audit import Correction, Doubt

_DOUBTS = ("published", "headline", "category", "suggestion", "evidence", "id")  # columns of a table
_CORRECTIONS = ("headline", "was", "category", "id")
_LONGEST_WORD = 40  # characters of evidence in a table
_REST = (("unchanged", "unchanged"), ("overtaken", "changed by another run"))


@click.command()
@click.argument("ids", nargs=-1, metavar="[ID]...")
@archive_option
@click.option("--accept", "is_accepted", is_flag=True, help="Give these stories the category their text speaks for.")
@as_option
@click.option("--undo", "is_undone", is_flag=True, help="Take back what a person said of these stories' category.")
@click.option("--dry-run", is_flag=True, help="Say what would change; write nothing.")
@filters
@click.option("--output", metavar="FORM", callback=one_of(OUTPUTS, "output form"),
              help=f"{', '.join(OUTPUTS)}. A table on a terminal, jsonl into a pipe.")  # fmt: skip
@wait_option
def audit(ids: tuple[str, ...], place: str | None, **said: Any) -> int:
    """List stated and linked categories that the text contradicts; correct them.

    Only full texts are asked: another section must speak clearly (a share of .60), and the given one hardly at all
    (under .05). Each comes with the words that say so. A correction (- reads ids) is a person's word: it stands before
    every other, and later versions keep it.

    \b
    Examples:
      newsarc audit --category Politik --since 2025
      newsarc audit --accept 3a64b5
      newsarc audit --accept --as Kultur 3a64b5
      newsarc audit --undo 3a64b5

    Exit status: 0 done (nothing found is an answer), 2 usage, 3 an id, something to correct or the archive is not
    there, 4 the archive is damaged, 74 input or output failed, 75 locked by another run.
    """
    _check(ids, said)
    archive = opened(place)
    if ids:
        return _correct(archive, ids, said)
    from newsarc.audit import Doubt
    from newsarc.audit import audit as run

    _write(run(archive, query_of(said)), Doubt._fields, _DOUBTS, said["output"])
    return 0


def _check(ids: tuple[str, ...], said: dict[str, Any]) -> None:
    """Refuse what does not go together.

    Raises:
        QueryError: It does not.
    """
    is_work = said["is_accepted"] or said["is_undone"]
    filtered = [name for name in ("category", "kind", "keyword", "credit", "format", "status") if said[name]]
    filtered += [name for name in ("since", "until", "limit") if said[name] is not None]
    wrong = (
        (said["is_accepted"] and said["is_undone"], "--undo", "it does not go with --accept"),
        (said["label"] and not said["is_accepted"], "--as", "it goes with --accept"),
        (said["dry_run"] and not is_work, "--dry-run", "it goes with --accept or --undo"),
        (is_work and not ids, "--undo" if said["is_undone"] else "--accept", "it takes ids; - reads them"),
        (ids and not is_work, ids[0] if ids else "", "ids go with --accept or --undo"),
        (is_work and filtered, f"--{next(iter(filtered), '')}", "filters are for the list; pipe its ids into this"),
    )
    for is_wrong, where, why in wrong:
        if is_wrong:
            raise QueryError(where, why)


def _correct(archive: "Archive", ids: tuple[str, ...], said: dict[str, Any]) -> int:
    """Write corrections, or what they would be, and say how many; returns the exit code."""
    from newsarc.audit import Correction, accept, undo

    failed, dry_run = list[NewsarcError](), said["dry_run"]
    names = _named(archive, ids, failed)
    how = {"clock": now, "dry_run": dry_run, "wait": said["wait"]}
    let_index_know(archive)
    work = undo(archive, names, **how) if said["is_undone"] else accept(archive, names, label=said["label"], **how)
    counts: Counter[str] = Counter()
    with lasting("" if dry_run else COMMITTED), closing(work):
        _write(_counted(kept(work, failed), counts), Correction._fields, _CORRECTIONS, said["output"])
    done = f"{counts['corrected']} {'taken back' if said['is_undone'] else 'corrected'}"
    rest = (f"{counts[what]} {words}" for what, words in _REST if counts[what])
    tell(("dry run: " if dry_run else "") + ", ".join([done, *rest]))
    return max((error.exit_code for error in failed), default=0)


def _named(archive: "Archive", words: tuple[str, ...], failed: list[NewsarcError]) -> list[str]:
    """Return the ids that are meant, each once; what is not there is said, and kept for the exit code."""
    from newsarc.archive.filing import id_of
    from newsarc.find import show

    return list(dict.fromkeys(map(id_of, kept(show(archive, ids_of(words)), failed))))


def _counted(done: Iterable["Correction"], counts: Counter[str]) -> Iterator["Correction"]:
    """Count what comes, and pass on what changes."""
    for one in done:
        counts[one.what] += 1
        if one.what == "corrected":
            yield one


def _write(
    found: "Iterable[Doubt] | Iterable[Correction]", fields: tuple[str, ...], columns: tuple[str, ...], form: str | None
) -> None:
    """Write a row for each: some columns for people, all fields for programs."""
    from newsarc.present import WRITERS

    seen = screen()
    form = form or ("table" if seen.is_terminal else "jsonl")
    is_table = form in ("table", "markdown")
    rows = (_short(one._asdict()) if is_table else one._asdict() for one in found)
    lines = (json.dumps(row, ensure_ascii=False).encode("utf-8", "replace") for row in rows)
    write(WRITERS[form](lines, columns if is_table else fields, seen))


def _short(row: dict[str, Any]) -> dict[str, Any]:
    """Say in a cell who gave a category, and how sure the text is of another."""
    if "evidence" in row:
        row["evidence"] = [str(one["word"])[:_LONGEST_WORD] for one in row["evidence"]]
        row["suggestion"] = f"{row['suggestion']} {row['confidence']:.2f}".replace(" 0.", " .")
        row["category"] = f"{row['category']} ({row['category_by']})"
    return row
